"""Tables for a page: with a caption, units in their heads, and words where a number is missing.

`show_table` turns a data frame into a table that every reader can use. On a narrow screen it
scrolls inside itself, and by keyboard too; a screen reader hears its caption, and with each cell
the heads of its row and column. Printed as text it has the same cells, so that a test can hold a
headline table against what a chapter showed before.
"""

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import columns_present

__all__ = ["Table", "show_table"]

#: A column with a longer cell may break it into lines.
LONG = 24

#: Digits of the largest number of a column where nothing is said of its digits.
SIGNIFICANT = 3

_SHORTEST = 20  # characters of a sentence that says something


@dataclass(frozen=True)
class Table:
    """A table ready for a page: heads and cells as texts, caption and description.

    Parameters
    ----------
    heads : tuple of str
        Heads of the columns, those of the row heads first.
    rows : tuple of tuple of str
        The cells of each row, its heads first.
    row_heads : int
        How many cells at the start of a row are its heads.
    numbers : tuple of bool
        Which columns hold numbers, and are set to the right.
    caption : str
        What the table holds.
    alt : str
        What it shows, for who cannot see it.
    above : str
        A head above all columns that are no row heads; "" for none.

    See Also
    --------
    show_table : What makes one of a data frame.

    Examples
    --------
    >>> from workedpapers.tables import Table
    >>> Table(("name", "n"), (("a", "1"), ("b", "12")), 1, (False, True),
    ...       caption="Two letters and their numbers.", alt="b has the larger number.")
    Two letters and their numbers.
    name   n
    a      1
    b     12
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_heads: int
    numbers: tuple[bool, ...]
    caption: str
    alt: str
    above: str = ""

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col"{self._side(i)}>{escape(text)}</th>' if text else "<td></td>"
            for i, text in enumerate(self.heads)
        )
        if self.above:
            corner = f'<td colspan="{self.row_heads}"></td>' if self.row_heads else ""
            over = len(self.heads) - self.row_heads
            head = (
                f'{corner}<th scope="colgroup" colspan="{over}">{escape(self.above)}</th>'
                f"</tr><tr>{head}"
            )
        body = "".join(f"<tr>{self._row(cells)}</tr>" for cells in self.rows)
        return (
            f'<figure class="wp-table"><figcaption>{escape(self.caption)}</figcaption>'
            f'<div class="wp-scroll" role="region" tabindex="0" aria-label="{escape(self.alt)}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></figure>"
        )

    def _row(self, cells: tuple[str, ...]) -> str:
        return "".join(
            f'<th scope="row"{self._side(i)}>{escape(text)}</th>'
            if i < self.row_heads
            else f"<td{self._side(i)}>{escape(_minus(text))}</td>"
            for i, text in enumerate(cells)
        )

    def _side(self, column: int) -> str:
        if self.numbers[column]:
            return ' class="wp-number"'
        longest = max(len(row[column]) for row in self.rows)
        return ' class="wp-text"' if longest > LONG else ""

    def __repr__(self) -> str:
        lines = [self.heads, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.heads))]
        set_to = [str.rjust if number else str.ljust for number in self.numbers]
        text = [
            "  ".join(
                side(cell, width) for side, cell, width in zip(set_to, line, widths, strict=True)
            )
            for line in lines
        ]
        told = f"{self.caption} ({self.above})" if self.above else self.caption
        return "\n".join([told, *(line.rstrip() for line in text)])


def show_table(
    frame: pd.DataFrame,
    *,
    caption: str,
    alt: str,
    units: Mapping[Hashable, str] | None = None,
    digits: int | str | Mapping[Hashable, int | str] | None = None,
    missing: str | Mapping[Hashable, str] | None = None,
) -> Table:
    """Turn a data frame into a table that a page shows.

    The index becomes the heads of the rows, unless it only counts them. The name of the columns,
    where they have one, becomes a head above them.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row for each row of the table, with at least one row and one column. Column names are
        unique and become heads.
    caption : str
        What the table holds, in a sentence of at least 20 characters. It stands above the table.
    alt : str
        What a reader who cannot see the table should take from it, in at least 20 characters.
    units : mapping of column name to str, optional
        Unit of a column's numbers, written behind its head. "%" multiplies them by 100.
    digits : int, str or mapping of column name to either, optional
        How numbers are written: as many digits behind the point, or a format specification such
        as ``".1e"``, or ``",.3g"`` for three significant ones. One for all columns of fractional
        numbers, or for each column its own. By default as many digits as give the largest number
        of a column three significant ones.
        Whole numbers have no digits behind the point, and all have their thousands separated.
    missing : str or mapping of column name to str, optional
        The word for an empty cell (NaN, None, NaT), such as "not found". One for all columns, or
        for each its own. Required where there is an empty cell: a table shows no ``nan``.

    Returns
    -------
    Table
        Shown by a notebook as HTML and by ``print`` as text with the same cells.

    Raises
    ------
    TypeError
        If ``frame`` is no data frame, or an entry of ``units``, ``digits`` or ``missing`` has the
        wrong type.
    ValueError
        If the frame is empty or has two columns of one name or heads of several levels, if a
        text is too short, if a column is named that is not there, if a number of digits is
        negative, or if a cell is empty and there is no word for it.

    See Also
    --------
    workedpapers.plotting.show : The same for a figure.

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers.tables import show_table
    >>> waits = pd.DataFrame({"wait": [0.2504, 12.5, None], "late": [0.0, 0.125, 1.0]},
    ...                      index=pd.Index(["bus", "train", "ship"], name="by"))
    >>> show_table(waits, caption="Waiting times and delays of three ways to travel.",
    ...            alt="The bus is never late, the ship always.",
    ...            units={"wait": "min", "late": "%"}, missing="not measured")
    Waiting times and delays of three ways to travel.
    by       wait (min)  late (%)
    bus             0.3         0
    train          12.5        12
    ship   not measured       100
    """
    _check_frame(frame)
    for name, text in (("caption", caption), ("alt", alt)):
        if len(text.strip()) < _SHORTEST:
            raise ValueError(
                f"{name}: expected a sentence of {_SHORTEST} characters or more, got {text!r}."
            )
    if not isinstance(units, Mapping | None):
        raise TypeError(f"units: expected a mapping of column names to units, got {units!r}.")
    unit_of = _by_column(frame, "units", units or {}, str)
    digits_of = _by_column(frame, "digits", {} if digits is None else digits, (int, str))
    word_of = _by_column(frame, "missing", {} if missing is None else missing, str)

    columns = [
        _texts(frame[name], unit_of.get(name, ""), digits_of.get(name), word_of.get(name))
        for name in frame.columns
    ]
    indexes = _index_columns(frame)
    heads = [name for name, _ in indexes] + [
        f"{name} ({unit_of[name]})" if unit_of.get(name) else str(name) for name in frame.columns
    ]
    rows = zip(*(texts for _, texts in indexes), *columns, strict=True)
    numbers = [False] * len(indexes) + [_is_numeric(frame[name]) for name in frame.columns]
    return Table(
        heads=tuple(heads),
        rows=tuple(rows),
        row_heads=len(indexes),
        numbers=tuple(numbers),
        caption=caption.strip(),
        alt=alt.strip(),
        above="" if frame.columns.name is None else str(frame.columns.name),
    )


def _check_frame(frame: Any) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"frame: expected a pandas DataFrame, got {type(frame).__name__}.")
    if frame.empty:
        raise ValueError(f"frame: expected a row and a column or more, got shape {frame.shape}.")
    if frame.columns.nlevels > 1:
        raise ValueError(f"frame: expected heads of one level, got {frame.columns.nlevels}.")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"frame: expected different column names, got {twice!r} twice.")


def _by_column(
    frame: pd.DataFrame, argument: str, given: Any, kinds: type | tuple[type, ...]
) -> dict[Hashable, Any]:
    """What is said of each column; said once, it holds for all."""
    if isinstance(given, Mapping):
        columns_present(frame, argument, given)
        said = dict(given)
    else:
        said = dict.fromkeys(frame.columns, given)
    for name, value in said.items():
        if not isinstance(value, kinds) or isinstance(value, bool):
            expected = "a text" if kinds is str else "a number of digits or a format"
            raise TypeError(f"{argument}: column {name!r}: expected {expected}, got {value!r}.")
        if isinstance(value, int) and value < 0:
            raise ValueError(f"{argument}: column {name!r}: expected 0 or more, got {value}.")
    return said


def _index_columns(frame: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Head and texts of each level of the index; none if it only counts the rows."""
    index = frame.index
    if index.nlevels == 1 and index.name is None and index.dtype.kind in "iu":
        return []
    return [
        ("" if name is None else str(name), [str(value) for value in index.get_level_values(level)])
        for level, name in enumerate(index.names)
    ]


def _is_numeric(column: "pd.Series[Any]") -> bool:
    return column.dtype != bool and pd.api.types.is_numeric_dtype(column)


def _texts(
    column: "pd.Series[Any]", unit: str, digits: int | str | None, word: str | None
) -> list[str]:
    """The cells of one column as people read them."""
    empty = column.isna().to_numpy()
    if empty.any() and not word:
        raise ValueError(
            f"missing: expected a word for the {int(empty.sum())} empty cell(s) of column "
            f"{column.name!r}, got none."
        )
    write = _writer(column, unit, digits)
    values = column.tolist()
    return [str(word) if gone else write(v) for gone, v in zip(empty, values, strict=True)]


def _writer(column: "pd.Series[Any]", unit: str, digits: int | str | None) -> Callable[[Any], str]:
    """How the values of one column are written."""
    if not _is_numeric(column):
        return lambda value: ("yes" if value else "no") if isinstance(value, bool) else str(value)
    factor = 100 if unit == "%" else 1
    if isinstance(digits, str):
        try:
            format(1.0, digits)
        except ValueError:
            raise ValueError(
                f"digits: column {column.name!r}: expected a format of numbers, got {digits!r}."
            ) from None
        return lambda value: _formatted(factor * value, digits)
    if column.dtype.kind in "iu" and factor == 1:
        return lambda value: f"{value:,}"
    places = _places(factor * column.dropna().to_numpy(float)) if digits is None else digits
    return lambda value: _zero(f"{factor * value:,.{places}f}")


def _formatted(value: float, digits: str) -> str:
    """A number in a format; significant digits do not hide a large one behind a power of ten."""
    text = format(value, digits)
    return f"{value:,.0f}" if digits.endswith("g") and "e+" in text else _zero(text)


def _places(values: np.ndarray) -> int:
    """Digits behind the point that show the largest value to three significant digits."""
    values = values[np.isfinite(values)]
    if np.all(values == np.round(values)):
        return 0
    return max(0, SIGNIFICANT - 1 - math.floor(math.log10(np.abs(values).max())))


def _zero(text: str) -> str:
    """A rounded number: no sign where nothing was left, and infinity as people write it."""
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("inf", "∞")


def _minus(text: str) -> str:
    """A number with the sign for minus, which is as wide as a digit."""
    return "−" + text[1:] if text[:1] == "-" and text[1:2].isdigit() else text
