"""A text for the book, rewritten in the Markdown that every Jupyter and Colab show.

Only what plain Markdown lacks is touched: directives between fences of backticks or colons, roles
such as ``{cite:t}`becker2022```, targets, labelled equations, comments, links between pages. Code,
mathematics and all other text pass as they are.
"""

import re
from collections.abc import Iterator

from tools.course.rules import DIRECTIVES, ROLES, Block, link_to_page
from tools.course.surroundings import Surroundings

_FENCE = re.compile(r"^(?P<indent>[ ]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,}|:{3,})(?P<info>.*)$")
_DIRECTIVE = re.compile(r"^\{(?P<name>[\w:+.-]+)\}[ ]*(?P<argument>.*)$")
_OPTION = re.compile(r"^:([\w-]+):[ ]*(.*)$")
_ROLE = re.compile(r"\{([A-Za-z][\w:+.-]*)\}(`+)(?!`)(.+?)(?<!`)\2(?!`)", re.DOTALL)
_PAGE_LINK = re.compile(r"\[([^\]]*)\]\(((?!https?:|mailto:|#)[^)\s]+\.(?:py|md)(?:#[^)\s]*)?)\)")
_LABEL_LINK = re.compile(r"\[([^\]]*)\]\(#([\w.:-]+)\)")
_LABELLED_MATH = re.compile(r"\$\$[ ]*\(([\w.:-]+)\)[ ]*$")
_UNSEEN = ("% ", "+++")  # comments, and breaks between cells
_TARGET = re.compile(r"^\([\w.:-]+\)=[ ]*$")


def plain(text: str, around: Surroundings) -> str:
    """The text in plain Markdown.

    Parameters
    ----------
    text : str
        Markdown with the directives and roles of MyST.
    around : Surroundings
        What the text may refer to; what it cites is noted there.

    Returns
    -------
    str
        Markdown without directives and roles.

    Raises
    ------
    ValueError
        If there is no rule for a directive or a role, or a reference names nothing.
    """
    blocks = [_rewrite(block, around) for block in _blocks(text.split("\n"))]
    joined = "\n".join(blocks)
    return re.sub(r"\n{3,}", "\n\n", joined).strip("\n")


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines: a fence with all that it holds, or what stands between two fences."""
    run: list[str] = []
    rest = iter(lines)
    for line in rest:
        opening = _FENCE.match(line)
        if not opening or (opening["fence"][0] == ":" and not opening["info"].strip()):
            run.append(line)
            continue
        yield run
        run = [line]
        for inner in rest:
            run.append(inner)
            if _closes(inner, opening["fence"]):
                break
        else:
            raise ValueError(f"{line.strip()}: expected the end of its fence")
        yield run
        run = []
    yield run


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and set(bare) == {fence[0]}


def _rewrite(lines: list[str], around: Surroundings) -> str:
    opening = _FENCE.match(lines[0]) if lines else None
    if not opening or len(lines) < 2:
        return _rewrite_prose(lines, around)
    directive = _DIRECTIVE.match(opening["info"].strip())
    if not directive:
        if opening["fence"][0] == ":":
            raise ValueError(f"{lines[0].strip()}: expected a directive in braces")
        return "\n".join(lines)  # code
    if directive["name"] not in DIRECTIVES:
        raise ValueError(f"directive {{{directive['name']}}}: tools/course/rules.py has no rule")
    indent = len(opening["indent"])
    options, body = _read_options([line[indent:] for line in lines[1:-1]])
    argument = _rewrite_prose([directive["argument"].strip()], around)
    block = Block(directive["name"], argument, options, "\n".join(body).strip("\n"))
    written = DIRECTIVES[block.name](block, around, plain).split("\n")
    return "\n".join(["", *(" " * indent + line if line else "" for line in written), ""])


def _read_options(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options at the head of a directive, and what follows them."""
    options = {}
    for at, line in enumerate(lines):
        option = _OPTION.match(line.strip())
        if not option:
            return options, lines[at:]
        options[option[1]] = option[2]
    return options, []


def _rewrite_prose(lines: list[str], around: Surroundings) -> str:
    kept = (line for line in lines if not (line.startswith(_UNSEEN) or _TARGET.match(line)))
    text = "\n".join(_numbered(line, around) for line in kept)
    text = _ROLE.sub(lambda found: _role(found, around), text)
    text = _PAGE_LINK.sub(lambda found: link_to_page(found[1], found[2]), text)
    return _LABEL_LINK.sub(lambda found: found[1] or around.words_for(found[2]), text)


def _numbered(line: str, around: Surroundings) -> str:
    """A line that ends a labelled equation, with the equation's number in place of its label."""
    label = _LABELLED_MATH.search(line)
    if not label:
        return line
    return f"{line[: label.start()]}\\tag{{{around.equations[label[1]]}}}$$"


def _role(found: re.Match[str], around: Surroundings) -> str:
    name, content = found[1], re.sub(r"\s*\n\s*", " ", found[3]).strip()
    if name not in ROLES:
        raise ValueError(f"role {{{name}}}: tools/course/rules.py has no rule")
    return ROLES[name](content, around)
