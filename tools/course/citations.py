"""Citations in words: "Author (year)" in the text, and a list of what was cited.

The book has sphinxcontrib-bibtex for this; a notebook has nothing, so its copies carry the words.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text

from tools.house import BOOK


@dataclass(frozen=True)
class Bibliography:
    """The entries of a ``.bib`` file, by key."""

    entries: dict[str, Entry]

    def entry(self, key: str) -> Entry:
        """The entry of a key.

        Raises
        ------
        ValueError
            If the file has none.
        """
        if key not in self.entries:
            raise ValueError(f"citation: expected a key of references.bib, got {key!r}")
        return self.entries[key]

    def textual(self, key: str) -> str:
        """A citation that is part of a sentence: ``Treder (2018)``."""
        return f"{_authors_short(self.entry(key))} ({self._year(key)})"

    def parenthetical(self, keys: list[str]) -> str:
        """Citations in parentheses: ``(Treder, 2018; King and Dehaene, 2014)``."""
        cited = (f"{_authors_short(self.entry(key))}, {self._year(key)}" for key in keys)
        return f"({'; '.join(cited)})"

    def listed(self, keys: list[str]) -> str:
        """The list of references as Markdown, in the order of the authors' names."""
        return "\n".join(f"- {line}" for line in sorted(self._line(key) for key in set(keys)))

    def _year(self, key: str) -> str:
        """The year, with a letter where the same authors have several entries of it."""
        entry = self.entry(key)
        year = _field(entry, "year")
        alike = [
            other
            for other, candidate in self.entries.items()
            if _authors_short(candidate) == _authors_short(entry)
            and _field(candidate, "year") == year
        ]
        return year if len(alike) == 1 else year + "abcdefgh"[sorted(alike).index(key)]

    def _line(self, key: str) -> str:
        entry = self.entry(key)
        authors = _joined([f"{_family(p)}, {_initials(p)}" for p in _people(entry)])
        parts = [f"{authors} ({self._year(key)}).", _ended(_field(entry, "title"))]
        if source := _source(entry):
            parts.append(f"{source}.")
        if link := _link(entry):
            parts.append(f"<{link}>")
        return " ".join(parts)


@cache
def bibliography(path: Path = BOOK / "references.bib") -> Bibliography:
    """The book's bibliography."""
    return Bibliography(dict(parse_file(str(path)).entries))


def _people(entry: Entry) -> list[Person]:
    return list(entry.persons.get("author") or entry.persons.get("editor") or [])


def _field(entry: Entry, name: str) -> str:
    """A field without the braces and commands of LaTeX."""
    return str(Text.from_latex(entry.fields.get(name, ""))).replace("--", "–")


def _family(person: Person) -> str:
    names = [*person.rich_prelast_names, *person.rich_last_names, *person.rich_lineage_names]
    return " ".join(map(str, names))


def _initials(person: Person) -> str:
    given = [*person.rich_first_names, *person.rich_middle_names]
    return " ".join("-".join(f"{part[0]}." for part in str(name).split("-")) for name in given)


def _authors_short(entry: Entry) -> str:
    names = [_family(person) for person in _people(entry)]
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _ended(sentence: str) -> str:
    """A title with one mark at its end."""
    return sentence if sentence.endswith(("?", "!", ".")) else f"{sentence}."


def _source(entry: Entry) -> str:
    """Where it appeared: journal, book, archive or publisher, with volume and pages."""
    names = ("journal", "booktitle", "publisher", "school", "institution", "howpublished")
    where = next((_field(entry, name) for name in names if _field(entry, name)), "")
    if not where and _field(entry, "eprint"):
        return f"{_field(entry, 'archiveprefix') or 'arXiv'}:{_field(entry, 'eprint')}"
    volume, number, pages = (_field(entry, name) for name in ("volume", "number", "pages"))
    numbers = volume + (f"({number})" if number else "")
    return ", ".join(part for part in (f"*{where}*" if where else "", numbers, pages) if part)


def _link(entry: Entry) -> str:
    doi, url = _field(entry, "doi"), _field(entry, "url")
    return f"https://doi.org/{doi}" if doi else url
