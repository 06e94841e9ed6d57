"""What becomes of each directive and of each role in plain Markdown.

| in the book | in a copy |
| --- | --- |
| note, tip, warning, admonition, dropdown, margin ... | a block quote with its title in bold |
| div | a block quote |
| math | an equation between ``$$``, with its number where it has a label |
| bibliography | the list of what the chapter cites |
| code, code-block | a block of code |
| figure, image | the picture, or its words where the file is not published |
| cite:t, cite:p | Author (year), (Author, year) |
| doc, a link between pages | a link to the published page |
| ref, numref, eq | the words or the number of what is named |
| term | its words in bold |
| abbr, hue, set, download | their words |
| math, sub, sup, kbd | the same by other means |
| class, func, ... | code |

A name that is not in the two tables is an error, so that nothing half read reaches a student.
Exercises and solutions are not here: they span cells, and `tools.course.exercises` reads them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tools.course.surroundings import Surroundings, address_of, title_of

_EXPLICIT = re.compile(r"^(?P<words>.*\S)[ ]*<(?P<target>[^<>]+)>$", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A directive as it was read."""

    name: str
    argument: str
    options: dict[str, str]
    body: str


Plain = Callable[[str, Surroundings], str]
DirectiveRule = Callable[[Block, Surroundings, Plain], str]
RoleRule = Callable[[str, Surroundings], str]


def link_to_page(words: str, document: str) -> str:
    """A link to the published page; its words are the page's title where there are none."""
    return f"[{words or title_of(document)}]({address_of(document)})"


def _quote(title: str, text: str) -> str:
    """A block quote, with a title in bold where there is one."""
    head = f"**{title}**\n\n" if title else ""
    return "\n".join(f"> {line}".rstrip() for line in (head + text).strip("\n").split("\n"))


def _box(block: Block, around: Surroundings, plain: Plain) -> str:
    title = block.argument or block.name.capitalize()
    return _quote(title, plain(block.body, around))


def _untitled_box(block: Block, around: Surroundings, plain: Plain) -> str:
    return _quote("", plain(block.body, around))


def _equation(block: Block, around: Surroundings, plain: Plain) -> str:
    label = block.options.get("label")
    tag = f"\\tag{{{around.equations[label]}}}" if label else ""
    return f"$$\n{block.argument}{block.body}{tag}\n$$"


def _references(block: Block, around: Surroundings, plain: Plain) -> str:
    return around.bibliography.listed(around.cited) if around.cited else ""


def _code(block: Block, around: Surroundings, plain: Plain) -> str:
    return f"```{block.argument}\n{block.body}\n```"


def _picture(block: Block, around: Surroundings, plain: Plain) -> str:
    words = block.options.get("alt", "")
    source = block.argument
    if not source.startswith("https://"):
        source = ""
    caption = plain(block.body, around)
    shown = f"![{words}]({source})" if source else f"*{words}*"
    return f"{shown}\n\n{caption}".strip()


def _nothing(block: Block, around: Surroundings, plain: Plain) -> str:
    return ""


_BOXES = (
    "admonition attention caution danger dropdown error hint important note seealso tip warning "
    "margin sidebar topic"
)

#: directive -> what it becomes
DIRECTIVES: dict[str, DirectiveRule] = {
    **dict.fromkeys(_BOXES.split(), _box),
    "div": _untitled_box,
    "math": _equation,
    "bibliography": _references,
    "code": _code,
    "code-block": _code,
    "figure": _picture,
    "image": _picture,
    "raw": _nothing,
    "index": _nothing,
}


def _words(content: str, around: Surroundings) -> str:
    """The words of a role of the form ``words <target>`` or ``words``."""
    explicit = _EXPLICIT.match(content)
    return explicit["words"] if explicit else content


def _settings(content: str, around: Surroundings) -> str:
    """The words of a state of a figure: those that are given, or what the state sets."""
    explicit = _EXPLICIT.match(content)
    return explicit["words"] if explicit else ", ".join(content.split()[1:]).replace("=", " = ")


def _cite_in_text(content: str, around: Surroundings) -> str:
    keys = _keys(content, around)
    return ", ".join(around.bibliography.textual(key) for key in keys)


def _cite_in_parentheses(content: str, around: Surroundings) -> str:
    return around.bibliography.parenthetical(_keys(content, around))


def _keys(content: str, around: Surroundings) -> list[str]:
    keys = [key.strip() for key in content.split(",")]
    around.cited += [key for key in keys if key not in around.cited]
    return keys


def _document(content: str, around: Surroundings) -> str:
    explicit = _EXPLICIT.match(content)
    words, target = (explicit["words"], explicit["target"]) if explicit else ("", content)
    return link_to_page(words, target)


def _reference(content: str, around: Surroundings) -> str:
    explicit = _EXPLICIT.match(content)
    return explicit["words"] if explicit else around.words_for(content)


def _number(content: str, around: Surroundings) -> str:
    explicit = _EXPLICIT.match(content)
    found = around.words_for(explicit["target"] if explicit else content)
    return re.sub(r"%s|\{number\}", found, explicit["words"]) if explicit else found


def _equation_number(content: str, around: Surroundings) -> str:
    return around.words_for(content)


def _code_name(content: str, around: Surroundings) -> str:
    words = _words(content, around)
    return f"`{words.rsplit('.', 1)[-1] if words.startswith('~') else words}`"


def _between(before: str, after: str) -> RoleRule:
    return lambda content, around: f"{before}{content}{after}"


_PYTHON = "class func meth attr mod obj data exc const"

#: role -> what it becomes
ROLES: dict[str, RoleRule] = {
    "cite:t": _cite_in_text,
    "cite:ts": _cite_in_text,
    "cite:p": _cite_in_parentheses,
    "cite:ps": _cite_in_parentheses,
    "cite": _cite_in_parentheses,
    "doc": _document,
    "ref": _reference,
    "numref": _number,
    "eq": _equation_number,
    **dict.fromkeys(["abbr", "hue", "download"], _words),
    "term": lambda content, around: f"**{_words(content, around)}**",
    "set": _settings,
    "math": _between("$", "$"),
    "sub": _between("<sub>", "</sub>"),
    "sup": _between("<sup>", "</sup>"),
    "kbd": _between("<kbd>", "</kbd>"),
    **dict.fromkeys(_PYTHON.split(), _code_name),
    **dict.fromkeys((f"py:{name}" for name in _PYTHON.split()), _code_name),
}
