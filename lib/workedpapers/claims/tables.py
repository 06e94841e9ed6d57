"""The table that ends every chapter, its record, and the scoreboard made of the records."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from workedpapers.claims.claim import Claim, Result, measure
from workedpapers.claims.expect import NotTestable, Verdict
from workedpapers.progress import progress_bar

__all__ = ["ClaimsTable", "Scoreboard", "scoreboard", "table"]

RECORDS = "WORKEDPAPERS_RECORDS"  # folder that the build records rows in

_MARK = {
    Verdict.REPRODUCED: "●",
    Verdict.IN_PART: "◐",
    Verdict.NOT_REPRODUCED: "○",
    Verdict.NOT_TESTABLE: "–",
}


@dataclass(frozen=True)
class ClaimsTable:
    """Measured claims of one chapter; shown as a table.

    Parameters
    ----------
    chapter : str
        The chapter's name, such as "bisg".
    results : tuple of Result
        The measured claims, in the order of the table.
    paper : str
        The paper's title, "" if the chapter did not say.

    See Also
    --------
    table : What makes one of claims.

    Examples
    --------
    >>> from workedpapers.claims import AtMost, Claim, table
    >>> claim = Claim("trial-error", "The error is small.", "abstract", "paper",
    ...               AtMost(0.01, why="a hundredth is what the abstract prints"), lambda: 0.002)
    >>> table([claim], "trial").rows[0]["verdict"]
    'reproduced'
    """

    chapter: str
    results: tuple[Result, ...]
    paper: str = ""

    @property
    def rows(self) -> list[dict[str, str]]:
        """One mapping of texts for each claim, in the order of the claims."""
        return [_row(result) for result in self.results]

    def _repr_html_(self) -> str:
        told = f"Claims of “{self.paper}”" if self.paper else "Claims of this chapter"
        return _html(f"{told}: {tally(self.rows)}.", self.rows)

    def __repr__(self) -> str:
        return "\n".join(f"{r['id']}: {r['verdict']}; ours {r['ours']}" for r in self.rows)

    def record(self, folder: str | Path) -> Path:
        """Write the rows to ``folder``/CHAPTER.json for the scoreboard.

        Parameters
        ----------
        folder : str or pathlib.Path
            Where to write; made if it is not there.

        Returns
        -------
        pathlib.Path
            The file.
        """
        path = Path(folder) / f"{self.chapter}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        record = {"paper": self.paper, "rows": self.rows}
        path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return path


def table(claims: Iterable[Claim], chapter: str, *, paper: str = "") -> ClaimsTable:
    """Measure every claim, compute the verdicts and return the table.

    Where the environment variable ``WORKEDPAPERS_RECORDS`` names a folder, as in a build of the
    book, the rows are recorded there.

    Parameters
    ----------
    claims : iterable of Claim
        The chapter's claims, in the order in which the table lists them.
    chapter : str
        The chapter's name, such as "bisg".
    paper : str, default ""
        The paper's title, which heads the table here and on the scoreboard.

    Returns
    -------
    ClaimsTable
        The claims with what was measured and the verdicts.

    Raises
    ------
    ClaimError
        If a claim measures outside its tolerance and has no `finding`, or inside it and has one.
    ValueError
        If there are no claims, or two with the same id.

    See Also
    --------
    scoreboard : The tables of all chapters.
    measure : One claim.

    Examples
    --------
    >>> from workedpapers.claims import Claim, Within, table
    >>> claim = Claim("trial-mean", "The mean is one half.", "abstract", "paper",
    ...               Within(0.1, of=0.5, why="ten draws stray by about 0.1"), lambda: 0.46)
    >>> table([claim], "trial")
    trial-mean: reproduced; ours 0.46
    """
    listed = list(claims)
    ids = [claim.id for claim in listed]
    if not listed or len(set(ids)) != len(ids):
        raise ValueError(f"claims: expected one or more claims with different ids, got {ids}.")
    results = tuple(
        measure(claim) for claim in progress_bar(listed, desc="measuring claims", unit="claim")
    )
    for result in results:
        result.require_consistent()
    measured = ClaimsTable(chapter, results, paper)
    if folder := os.environ.get(RECORDS):
        measured.record(folder)
    return measured


def _row(result: Result) -> dict[str, str]:
    claim = result.claim
    return {
        "id": claim.id,
        "says": claim.says,
        "where": claim.where,
        "basis": claim.basis,
        "paper": claim.paper,
        "expected": claim.expect.text,
        "why": claim.expect.why,
        "ours": result.ours,
        "verdict": result.verdict.value,
        "finding": claim.finding,
    }


def tally(rows: Iterable[Mapping[str, str]]) -> str:
    """Counts of verdicts in words: '3 reproduced, 1 in part'."""
    verdicts = [row["verdict"] for row in rows]
    counts = [(verdicts.count(v.value), v.value) for v in Verdict]
    return ", ".join(f"{count} {name}" for count, name in counts if count)


_HEADS = ("Claim", "Expected here", "Measured here", "Verdict")


def _html(caption: str, rows: Sequence[Mapping[str, str]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEADS)
    return (
        f'<div class="wp-claims"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>{''.join(map(_html_rows, rows))}</table></div>"
    )


def _html_rows(row: Mapping[str, str]) -> str:
    """A claim's group of rows: what was found, and below it, over the whole width, why."""
    verdict = Verdict(row["verdict"])
    slug = verdict.value.replace(" ", "-")
    figure = f"the paper's figure: {row['paper']}; " if row["paper"] else ""
    source = f"{row['where']}; {figure}basis: {row['basis']}"
    says = f"{escape(row['says'])} <small>{escape(source)}</small>"
    cells = (
        _lines(row["expected"]),
        _lines(row["ours"]),
        f'<span class="wp-verdict wp-{slug}"><span aria-hidden="true">{_MARK[verdict]}</span> '
        f"{verdict.value}</span>",
    )
    beside = "".join(
        f'<td data-head="{head}">{cell}</td>' for head, cell in zip(_HEADS[1:], cells, strict=True)
    )
    reasons = [("Why this much", row["why"]), ("Finding", row["finding"])]
    below = "".join(f"<p><b>{head}.</b> {escape(text)}</p>" for head, text in reasons if text)
    return (
        f'<tbody id="claim-{escape(row["id"])}"><tr><th scope="row">{says}</th>{beside}</tr>'
        f'<tr class="wp-why"><td colspan="{len(_HEADS)}">{below}</td></tr></tbody>'
    )


def _lines(text: str) -> str:
    """Several numbers of one claim, each on a line of its own."""
    return "<br>".join(escape(part) for part in text.split("; "))


@dataclass(frozen=True)
class Scoreboard:
    """Recorded rows of every chapter; shown as one table for each, behind a tally.

    Parameters
    ----------
    chapters : mapping of str to sequence of mapping
        Rows of each chapter's claims, by the chapter's name.
    papers : mapping of str to str
        Title of each chapter's paper, where the chapter said it.

    See Also
    --------
    scoreboard : What reads one from the records of a build.

    Examples
    --------
    >>> from workedpapers.claims import Scoreboard
    >>> Scoreboard({})
    no records
    """

    chapters: Mapping[str, Sequence[Mapping[str, str]]]
    papers: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every row of every chapter, with the chapter's name."""
        return [{"chapter": name, **row} for name, rows in self.chapters.items() for row in rows]

    def _repr_html_(self) -> str:
        if not self.chapters:
            return (
                "<p>No chapter has recorded its claims in this session. Run "
                "<code>make book</code>, which records them.</p>"
            )
        return "".join(self._html_of(name, rows) for name, rows in self.chapters.items())

    def _html_of(self, name: str, rows: Sequence[Mapping[str, str]]) -> str:
        title = escape(self.papers.get(name) or name)
        told = tally(rows)
        return f'<h2 id="{escape(name)}"><a href="{escape(name)}.html">{title}</a></h2>' + _html(
            f"{told[:1].upper()}{told[1:]}.", rows
        )

    def __repr__(self) -> str:
        return f"{len(self.rows)} claims: {tally(self.rows)}" if self.chapters else "no records"


def scoreboard(folder: str | Path | None = None) -> Scoreboard:
    """Read the rows that the chapters of a build recorded.

    Parameters
    ----------
    folder : str or pathlib.Path, optional
        Where the records lie; default: the folder in ``WORKEDPAPERS_RECORDS``. Without either
        the scoreboard is empty and says how to fill it.

    Returns
    -------
    Scoreboard
        All rows, by chapter.

    Raises
    ------
    ValueError
        If a record is not one that `ClaimsTable.record` wrote.

    See Also
    --------
    table : What records the rows.

    Examples
    --------
    >>> import tempfile
    >>> from workedpapers.claims import Claim, Holds, scoreboard, table
    >>> claim = Claim("trial-sum", "One and one is two.", "abstract", "paper",
    ...               Holds("1 + 1 = 2", why="arithmetic has no tolerance"), lambda: 1 + 1 == 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = table([claim], "trial").record(folder)
    ...     scoreboard(folder)
    1 claims: 1 reproduced
    """
    chosen = folder or os.environ.get(RECORDS)
    if not chosen:
        return Scoreboard({})
    records = {path.stem: _read(path) for path in sorted(Path(chosen).glob("*.json"))}
    return Scoreboard(
        {name: record["rows"] for name, record in records.items()},
        {name: record["paper"] for name, record in records.items()},
    )


def _read(path: Path) -> dict[str, Any]:
    expected = set(_row(Result(_BLANK, None, Verdict.NOT_TESTABLE)))
    try:
        record = json.loads(path.read_text("utf-8"))
        rows, paper = record["rows"], record["paper"]
        good = all(set(row) == expected and Verdict(row["verdict"]) for row in rows)
        if good and isinstance(paper, str):
            return {"rows": list(rows), "paper": paper}
    except (ValueError, TypeError, KeyError):
        pass
    raise ValueError(f"{path}: expected rows of a claims table, got something else.")


_BLANK = Claim(
    "blank-row", "-", "-", "paper", NotTestable("only used for the names of a row's fields")
)
