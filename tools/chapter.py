"""Write a chapter that builds and passes at once, to be filled in: ``make chapter NAME=...``.

    python -m tools.chapter NAME --title "What a reader would ask" --part "What data hide"

It writes the package with one equation, one claim and one explorer, its tests, its benchmark, the
chapter with every section, the page of its functions and the one for teachers; and it adds the
chapter to the table of contents, to the page *The library* and to the extras of
``pyproject.toml``. The files come from ``tools/templates``.
"""

import argparse
import keyword
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.house import BOOK, ROOT, hall, papers

TEMPLATES = Path(__file__).resolve().parent / "templates"

#: template -> where its copy goes; @NAME@ stands for the paper's name
FILES = {
    "package.py.txt": "lib/workedpapers/@NAME@/__init__.py",
    "package.pyi.txt": "lib/workedpapers/@NAME@/__init__.pyi",
    "model.py.txt": "lib/workedpapers/@NAME@/model.py",
    "simulate.py.txt": "lib/workedpapers/@NAME@/simulate.py",
    "chapter.py.txt": "lib/workedpapers/@NAME@/chapter/__init__.py",
    "claims.py.txt": "lib/workedpapers/@NAME@/chapter/claims.py",
    "figures.py.txt": "lib/workedpapers/@NAME@/chapter/figures.py",
    "test_package.py.txt": "tests/@NAME@/__init__.py",
    "test_model.py.txt": "tests/@NAME@/test_model.py",
    "reference.json.txt": "tests/notebooks/references/@NAME@.json",
    "benchmark.py.txt": "benchmarks/@NAME@.py",
    "api.md.txt": "book/api/@NAME@.md",
    "book.py.txt": "book/@NAME@.py",
    "teaching.md.txt": "book/teaching/@NAME@.md",
}


def check_name(name: str) -> str:
    """Return ``name`` if a paper can bear it.

    Raises
    ------
    ValueError
        If it is no name of a module, or taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise ValueError(f"NAME: expected lower-case words joined by _, got {name!r}.")
    if name in hall() or name in papers() or (BOOK / f"{name}.py").exists():
        raise ValueError(f"NAME: expected a new name, got {name!r}, which there is already.")
    return name


@dataclass(frozen=True)
class Paper:
    """What the templates are filled with.

    Parameters
    ----------
    name : str
        Of the package and of all that bears its name.
    title : str
        Of the chapter.
    short : str
        What the ids of claims and exercises begin with, as in ``meg-2``.
    part : str
        Part of the book that the chapter goes to.
    """

    name: str
    title: str
    short: str
    part: str


def filled(template: str, paper: Paper) -> str:
    """A template or a path of one, with the paper's words put in."""
    marks = {"@NAME@": paper.name, "@TITLE@": paper.title, "@ID@": paper.short}
    for mark, word in marks.items():
        template = template.replace(mark, word)
    return template


def into_contents(toc: str, paper: Paper) -> str:
    """The table of contents with a chapter at the end of a part, and its two pages below others.

    A part that is not there yet is put before "The whole book".
    """
    entry = f"      - file: book/{paper.name}\n"
    head = f"  - caption: {paper.part}\n    chapters:\n"
    if head in toc:
        start = toc.index(head) + len(head)
        end = start + re.match(r"(?:      .*\n)*", toc[start:]).end()  # type: ignore[union-attr]
        toc = toc[:end] + entry + toc[end:]
    else:
        toc = toc.replace(
            "  - caption: The whole book\n", head + entry + "  - caption: The whole book\n"
        )
    line = "          - file: book/api/explore\n"
    toc = toc.replace(line, f"          - file: book/api/{paper.name}\n" + line)
    head = "      - file: book/teaching\n        sections:\n"
    return toc.replace(head, f"{head}          - file: book/teaching/{paper.name}\n")


def into_extras(project: str, paper: Paper) -> str:
    """pyproject.toml with an extra for the paper, which the chapters need too."""
    project = project.replace(
        "\n# The hall, by purpose.\n",
        f'{paper.name} = ["workedpapers[stats]"]\n\n# The hall, by purpose.\n',
    )
    return re.sub(r"(\nchapters = \[\n)", rf'\1    "workedpapers[{paper.name}]",\n', project)


def into_library(page: str, paper: Paper) -> str:
    """The page of the library with a row for the paper."""
    name = paper.name
    row = f"| [`workedpapers.{name}`](api/{name}.md) | {paper.title} | []({name}.py) |\n"
    line = "| [`workedpapers.explore`]"
    return page.replace(line, row + line)


def write_chapter(paper: Paper) -> list[Path]:
    """Write the files of a new chapter and add it to those that list chapters."""
    written = []
    for template, target in FILES.items():
        path = ROOT / filled(target, paper)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled((TEMPLATES / template).read_text("utf-8"), paper), "utf-8")
        written.append(path)
    for path, with_paper in (
        (ROOT / "_toc.yml", into_contents),
        (ROOT / "pyproject.toml", into_extras),
        (BOOK / "library.md", into_library),
    ):
        before = path.read_text("utf-8")
        after = with_paper(before, paper)
        assert after != before, f"{path.name}: found no place for the chapter"
        path.write_text(after, "utf-8")
        written.append(path)
    return written


def lay_out(files: list[Path]) -> None:
    """Bring the order of imports and the breaks of lines, which follow the name, into style."""
    for command in (["check", "--quiet", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *files], cwd=ROOT, check=True)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", help="of the module, for example data_slicing")
    parser.add_argument("--title", help="of the chapter; default: the name in words")
    parser.add_argument("--short", help="what ids begin with; default: the name's first word")
    parser.add_argument("--part", default="What models learn", help="of the book")
    options = parser.parse_args()
    try:
        name = check_name(options.name)
    except ValueError as error:
        print(error)
        return 2
    title = options.title or name.replace("_", " ").capitalize()
    written = write_chapter(Paper(name, title, options.short or name.split("_")[0], options.part))
    for path in written:
        print(f"  {path.relative_to(ROOT)}")
    lay_out([path for path in written if path.suffix in (".py", ".pyi")])
    print(
        f"\nIt builds and passes as it stands: make test-fast CHAPTER={name}\n"
        "CONTRIBUTING.md says what to fill in, in which order."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
