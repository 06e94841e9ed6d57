"""One HTML file with tables, a tree and the overlaps, that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

__all__ = ["page_of"]

#: Discoveries and causes that are shown.
MOST_ROWS, MOST_CAUSES = 100, 12

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;
color:#222;background:#fff}table{border-collapse:collapse;margin:1rem 0;display:block;
overflow-x:auto}th,td{padding:.25rem .6rem;border-bottom:1px solid #8886;text-align:right}
th:first-child,td:first-child{text-align:left}caption{text-align:left;font-weight:600}
code{font-size:.9em}@media(prefers-color-scheme:dark){body{color:#eee;background:#181a1b}}
"""


def _number(value: Any) -> str:
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, (bool,)) or str(value) in ("True", "False"):
        return "yes" if value else "no"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.3g}"


def _table(frame: pd.DataFrame, caption: str) -> str:
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in frame.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_number(value)}</td>" for value in row) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _tree(finder: Any) -> str:
    """Each cause with the discoveries that it explains most of."""
    which = finder.explained()["cause"].to_numpy()
    items = []
    for i, row in finder.causes_.head(MOST_CAUSES).iterrows():
        own = finder.slices_[which == i]
        inner = "".join(
            f"<li>{escape(s)} (n {n:,}, effect {e:.3g})</li>"
            for s, n, e in own[["slice", "n", "effect"]].head(6).itertuples(index=False)
            if s != row["slice"]
        )
        more = f"<li>and {len(own) - 6:,} more</li>" if len(own) > 6 else ""
        items.append(
            f"<li><b>{escape(row['slice'])}</b> explains {len(own):,}<ul>{inner}{more}</ul></li>"
        )
    return f"<ul>{''.join(items)}</ul>"


def _overlaps(finder: Any) -> str:
    """Squares whose shade is the share of rows that two causes have in common."""
    shared = finder.overlap().iloc[:MOST_CAUSES, :MOST_CAUSES]
    side, cells = 22, []
    for i in range(len(shared)):
        for j in range(len(shared)):
            value = float(shared.iloc[i, j])
            cells.append(
                f'<rect x="{30 + j * side}" y="{20 + i * side}" width="{side - 2}" '
                f'height="{side - 2}" fill="#1f77b4" fill-opacity="{value:.2f}" stroke="#8888">'
                f"<title>{i + 1} and {j + 1}: {value:.2f}</title></rect>"
            )
        cells.append(f'<text x="4" y="{35 + i * side}" fill="currentColor">{i + 1}</text>')
        cells.append(f'<text x="{34 + i * side}" y="14" fill="currentColor">{i + 1}</text>')
    size = 40 + len(shared) * side
    return (
        f'<svg role="img" aria-label="Shared rows of causes" width="{size}" height="{size}" '
        f'font-size="12">{"".join(cells)}</svg>'
    )


def page_of(finder: Any) -> str:
    """The report of a fitted finder."""
    seen, everybody = finder.inspection_, finder.population_
    told = (
        f"{everybody.rows:,} rows, mean loss {everybody.mean:.4g}. {seen.inspected:,} of "
        f"{seen.space:,} conjunctions inspected ({seen.share:.2%}), {len(finder.tested_):,} "
        f"tested, {len(finder.slices_):,} discoveries, {len(finder.causes_):,} causes."
    )
    if not seen.complete:
        told += (
            f" No slice that was not seen has a mean loss beyond {seen.bound:.4g}; the "
            f"{seen.unseen:,} conjunctions that were not looked at count as tests, too."
        )
    parts = [f"<h1>Where the loss is high</h1><p>{told}</p>"]
    if len(finder.slices_):
        queries = [finder.slice(int(i)).query for i in finder._covering().places]
        causes = finder.causes_.assign(query=queries)
        columns = ["slice", "n", "share", "mean", "effect", "low", "high", "explains", "covered",
                   "query"]  # fmt: skip
        parts += [
            _table(causes[columns], "Causes: what explains the discoveries"),
            "<h2>What each cause explains</h2>", _tree(finder),
            "<h2>Rows that causes share</h2>", _overlaps(finder),
            _table(finder.slices_.head(MOST_ROWS), "Discoveries, the surest first"),
        ]  # fmt: skip
    else:
        parts.append("<p>No slice differs from the rest by more than chance.</p>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>Slices</title><style>{STYLE}</style>'
        f"<body>{''.join(parts)}</body></html>\n"
    )
