"""The table that ends every chapter, its record, and the scoreboard made of the records."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from workedpapers.claims.claim import Claim, Result, measure
from workedpapers.claims.expect import NotTestable, Verdict
from workedpapers.progress import progress

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
    """Measured claims of one chapter; shown as a table."""

    chapter: str
    results: tuple[Result, ...]

    @property
    def rows(self) -> list[dict[str, str]]:
        """One mapping of texts for each claim, in the order of the claims."""
        return [_row(result) for result in self.results]

    def _repr_html_(self) -> str:
        return _html(f"Claims of this chapter, {tally(self.rows)}", self.rows)

    def __repr__(self) -> str:
        return "\n".join(f"{r['id']}: {r['verdict']}; ours {r['ours']}" for r in self.rows)

    def record(self, folder: str | Path) -> Path:
        """Write the rows to ``folder``/CHAPTER.json for the scoreboard."""
        path = Path(folder) / f"{self.chapter}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.rows, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return path


def table(claims: Iterable[Claim], chapter: str) -> ClaimsTable:
    """Measure every claim, compute the verdicts and return the table.

    Where the environment variable ``WORKEDPAPERS_RECORDS`` names a folder, as in a build of the
    book, the rows are recorded there.

    Parameters
    ----------
    claims : the chapter's claims, in the order in which the table lists them.
    chapter : the chapter's name, such as "bisg".

    Raises
    ------
    ClaimError : if a claim measures outside its tolerance and has no `finding`, or inside it and
        has one.
    ValueError : if there are no claims, or two with the same id.
    """
    listed = list(claims)
    ids = [claim.id for claim in listed]
    if not listed or len(set(ids)) != len(ids):
        raise ValueError(f"claims: expected one or more claims with different ids, got {ids}.")
    results = tuple(
        measure(claim) for claim in progress(listed, desc="measuring claims", unit="claim")
    )
    for result in results:
        result.require_consistent()
    measured = ClaimsTable(chapter, results)
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


def _html(caption: str, rows: Sequence[Mapping[str, str]]) -> str:
    heads = ("Claim", "The paper", "Expected here", "Measured here", "Verdict")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(_html_row(row, heads) for row in rows)
    return (
        f'<div class="wp-claims"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _html_row(row: Mapping[str, str], heads: Sequence[str]) -> str:
    verdict = Verdict(row["verdict"])
    slug = verdict.value.replace(" ", "-")
    note = f"<small>{escape(row['finding'])}</small>" if row["finding"] else ""
    cells = (
        f"{escape(row['says'])} "
        f"<small>{escape(row['where'])}; basis: {escape(row['basis'])}</small>",
        escape(row["paper"]) or "no figure",
        f"{escape(row['expected'])} <small>{escape(row['why'])}</small>",
        escape(row["ours"]),
        f'<span class="wp-verdict wp-{slug}"><span aria-hidden="true">{_MARK[verdict]}</span> '
        f"{verdict.value}</span>{note}",
    )
    first, *rest = (f'data-head="{head}">{cell}' for head, cell in zip(heads, cells, strict=True))
    tail = "".join(f"<td {cell}</td>" for cell in rest)
    return f'<tr id="claim-{escape(row["id"])}"><th scope="row" {first}</th>{tail}</tr>'


@dataclass(frozen=True)
class Scoreboard:
    """Recorded rows of every chapter; shown as one table for each, behind a tally."""

    chapters: Mapping[str, Sequence[Mapping[str, str]]]

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
        return "".join(
            f'<h3><a href="{escape(name)}.html">{escape(name)}</a></h3>' + _html(tally(rows), rows)
            for name, rows in self.chapters.items()
        )

    def __repr__(self) -> str:
        return f"{len(self.rows)} claims: {tally(self.rows)}" if self.chapters else "no records"


def scoreboard(folder: str | Path | None = None) -> Scoreboard:
    """Read the rows that the chapters of a build recorded.

    Parameters
    ----------
    folder : where the records lie; default: the folder in ``WORKEDPAPERS_RECORDS``. Without
        either the scoreboard is empty and says how to fill it.

    Raises
    ------
    ValueError : if a record is not one that `ClaimsTable.record` wrote.
    """
    chosen = folder or os.environ.get(RECORDS)
    if not chosen:
        return Scoreboard({})
    return Scoreboard({path.stem: _read(path) for path in sorted(Path(chosen).glob("*.json"))})


def _read(path: Path) -> list[dict[str, str]]:
    expected = set(_row(Result(_BLANK, None, Verdict.NOT_TESTABLE)))
    try:
        rows = json.loads(path.read_text("utf-8"))
        if all(set(row) == expected and Verdict(row["verdict"]) for row in rows):
            return list(rows)
    except (ValueError, TypeError):
        pass
    raise ValueError(f"{path}: expected rows of a claims table, got something else.")


_BLANK = Claim(
    "blank-row", "-", "-", "paper", NotTestable("only used for the names of a row's fields")
)
