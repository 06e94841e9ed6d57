"""Search a file from the command line.

python -m workedpapers.data_slicing rows.parquet --loss loss --report out.html
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from workedpapers.data_slicing.finder import SliceFinder

__all__ = ["main"]


def _support(text: str) -> float | int:
    return int(text) if text.isdigit() else float(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a search and print its causes."""
    parser = argparse.ArgumentParser(
        prog="python -m workedpapers.data_slicing",
        description="Find the slices of a Parquet or CSV file in which a loss is high.",
    )
    parser.add_argument("file", help="Parquet or CSV file")
    parser.add_argument("--loss", required=True, help="column with the loss")
    parser.add_argument("--weights", help="column with weights")
    parser.add_argument("--order", type=int, default=3, help="most predicates of a slice")
    parser.add_argument(
        "--support", type=_support, default=0.01, help="fewest rows: a share, or a number"
    )
    parser.add_argument("--alpha", type=float, default=0.05, help="rate of false discoveries")
    parser.add_argument("--side", default="higher", help="higher, lower or both")
    parser.add_argument("--seconds", type=float, help="search the best first, for so long")
    parser.add_argument("--engine", default="memory", help="memory or duckdb")
    parser.add_argument("--top", type=int, default=20, help="causes that are printed")
    parser.add_argument("--report", help="HTML file to write")
    given = parser.parse_args(arguments)
    try:
        finder = SliceFinder(
            given.order,
            given.support,
            given.alpha,
            side=given.side,
            seconds=given.seconds,
            engine=given.engine,
        ).fit(given.file, given.loss, weights=given.weights)
    except (OSError, TypeError, ValueError) as error:
        parser.exit(2, f"{error}\n")
    print(
        f"{len(finder.slices_):,} discoveries among {len(finder.tested_):,} slices; "
        f"{finder.inspected_:.2%} of the space inspected"
    )
    if not finder.inspection_.complete:
        print(f"no slice that was not seen has a mean loss beyond {finder.inspection_.bound:.4g}")
    shown = finder.causes_.head(given.top)[["slice", "n", "mean", "effect", "explains"]]
    print(shown.round(4).to_string(index=False) if len(shown) else "no slice differs from the rest")
    if given.report:
        print(f"wrote {finder.report(given.report)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
