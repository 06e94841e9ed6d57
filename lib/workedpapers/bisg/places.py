r"""Codes of places: from what files hold to the codes of a geography.

A code is text or a number, may have lost its leading zeros on the way through a spreadsheet, and
may be finer than the table. How it is read depends on what it is:

- *ZIP codes* of three to five digits are padded to five. ZIP+4 (``94110-1234``, ``94110 1234``,
  ``941101234``, the number 21381234) gives its first five digits.
- *GEOIDs*, made of state, county, tract, block group and block, are cut to the level of the table:
  a block of 15 digits gives its tract of 11. One lost zero is put back (states 01 to 09). The
  prefix ``1400000US`` of the Census' own tables goes. Where one lost zero makes a code as long as
  that of another level, it is read as the code of the table's own level.
- Any other *text* is taken as it is.

Each rule is one regular expression in the syntax that Python, RE2 and Java share, like those of
`workedpapers.bisg.cleaning`; its first group holds the digits that are padded and cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from workedpapers.bisg.cells import column_hint
from workedpapers.bisg.cleaning import BLANK, is_missing


class Coding(StrEnum):
    """What the codes of a geography are."""

    ZIP = "zip"
    GEOID = "geoid"
    TEXT = "text"


class Rule(NamedTuple):
    """A form of code: pattern with the digits as its first group, and the length to pad them to."""

    pattern: str
    width: int


_SUMMARY_LEVEL = "(?:[0-9][0-9A-Z]{6}US)?"
_LEVELS = (2, 5, 11, 12, 15)  # digits of state, county, tract, block group, block


def _geoid_rules(digits: int) -> tuple[Rule, ...]:
    least = max(digits - 1, 1)
    taken, rules = {least, digits}, [Rule(f"^{_SUMMARY_LEVEL}([0-9]{{{least},{digits}}})$", digits)]
    for level in _LEVELS:
        lengths = [n for n in (level - 1, level) if n not in taken]
        # 11 digits are a tract, and a block group that lost a zero only where the table has those
        if level > digits and digits in _LEVELS and lengths:
            low, high = lengths[0], lengths[-1]
            rules.append(Rule(f"^{_SUMMARY_LEVEL}([0-9]{{{low},{high}}})$", level))
            taken |= {low, high}
    return tuple(rules)


_ZIP_RULES = (
    Rule("^(?:860[0-9A-Z]{4}US|ZCTA5 )?([0-9]{3,5})(?:[ \u2013-]+[0-9]{4}|[ \u2013-]+)?$", 5),
    Rule("^([0-9]{7,9})$", 9),
)
#: Three-digit areas of the armed forces: AA (340), AE (090 to 098) and AP (962 to 966).
MILITARY = "^(?:340|09[0-8]|96[2-6])"
_military = re.compile(MILITARY)


@dataclass(frozen=True)
class CodeForm:
    """How the codes of a geography are read.

    Parameters
    ----------
    digits : int or None
        Number of digits of a code; None for text.
    rules : tuple of Rule
        Forms that are understood; empty for text.
    """

    digits: int | None
    rules: tuple[Rule, ...]

    @staticmethod
    @cache
    def of(coding: Coding, digits: int | None) -> CodeForm:
        """Return the form of one kind of code."""
        if digits is None or coding is Coding.TEXT:
            return CodeForm(None, ())
        return CodeForm(digits, _ZIP_RULES if coding is Coding.ZIP else _geoid_rules(digits))


def area_code(value: object, form: CodeForm) -> tuple[str | None, bool]:
    """Read one code.

    Parameters
    ----------
    value : object
        Text, a whole number in any type, or a missing value.
    form : CodeForm
        What codes look like.

    Returns
    -------
    tuple of str or None, bool
        The code, None if it is malformed, empty if it is missing; whether zeros were put back.
    """
    if is_missing(value):
        return "", False
    text = _as_text(value)
    if text is None or form.digits is None or not text:
        return text, False
    text = text.removesuffix(".0")
    for rule in form.rules:
        if found := re.search(rule.pattern, text):
            digits = found.group(1)
            return digits.zfill(rule.width)[: form.digits], len(digits) < rule.width
    return None, False


def _as_text(value: object) -> str | None:
    """Return text without outer blanks, a whole number as its digits; None for anything else."""
    if isinstance(value, str):
        return value.strip(BLANK)
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else str(value)
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else str(value)
    return None


def is_military(code: str) -> bool:
    """Whether a ZIP code belongs to the armed forces abroad."""
    return _military.search(code) is not None


# Codes in several columns ---------------------------------------------------------------------

_STATES = (
    "AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17 IN18 IA19 KS20 KY21 "
    "LA22 ME23 MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31 NV32 NH33 NJ34 NM35 NY36 NC37 ND38 OH39 "
    "OK40 OR41 PA42 RI44 SC45 SD46 TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56 AS60 GU66 MP69 "
    "PR72 VI78"
)
#: Postal letters of a state -> its two digits (FIPS 5-2).
STATE_DIGITS = {pair[:2]: pair[2:] for pair in _STATES.split()}


def geoid(
    frame: pd.DataFrame,
    *,
    state: str,
    county: str,
    tract: str | None = None,
    block_group: str | None = None,
    block: str | None = None,
) -> pd.Series:
    """Join columns of state, county, tract and so on into one code of a place.

    Parameters
    ----------
    frame : DataFrame
        One place per row.
    state, county : str
        Columns with the state (FIPS digits or postal letters) and the county (three digits).
        Lost zeros are put back.
    tract : str, optional
        Column with the tract: six digits (``020102``), or the name of a tract as printed
        (``201.02``). If any value of the column has decimals, all are read as names.
    block_group, block : str, optional
        Column with the block group (one digit) or the block (four digits); either needs `tract`.

    Returns
    -------
    Series
        Codes of 5, 11, 12 or 15 digits as text, with the index of `frame`; missing where a part
        is missing or malformed. They fit ``geo`` of `predict` with ``"county2020"``,
        ``"tract2020"`` and ``"block_group2020"``; longer ones are cut there.

    Raises
    ------
    ValueError
        If a column is missing, or a block or block group comes without its tract, or both come.

    See Also
    --------
    predict : Takes the codes as ``geo``.

    Notes
    -----
    The order of the parts is that of the Census Bureau's GEOID. See the chapter, section "What
    is not known".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> places = pd.DataFrame({"st": ["AL", 1, "06"], "cty": [1, "1", "075"],
    ...                        "trt": ["201.02", "201.02", "9803"]})
    >>> bisg.geoid(places, state="st", county="cty", tract="trt").tolist()
    ['01001020102', '01001020102', '06075980300']
    """
    if (block_group or block) and not tract:
        raise ValueError("tract: expected a column beside block_group or block, got None")
    if block_group and block:
        raise ValueError("block: expected block_group or block, got both; a block says its group")
    columns = {"state": state, "county": county, "tract": tract, "block_group": block_group,
               "block": block}  # fmt: skip
    widths = {"state": 2, "county": 3, "tract": 6, "block_group": 1, "block": 4}
    code = pd.Series("", index=frame.index, dtype=object)
    for part, column in columns.items():
        if column is None:
            continue
        if column not in frame.columns:
            raise ValueError(
                f"{part}: expected a column, got {column!r}; "
                f"the frame has {column_hint(column, frame.columns)}"
            )
        texts = [None if is_missing(v) else _as_text(v) for v in frame[column].tolist()]
        if part == "state":
            texts = [STATE_DIGITS.get(t.upper(), t) if t else t for t in texts]
        if part == "tract":
            texts = _tract_digits(texts)
        digits = [_digits(text, widths[part]) for text in texts]
        code = code + pd.Series(digits, index=frame.index, dtype=object)
    return code.where(code.notna(), None).rename("geoid")


def _tract_digits(texts: list[str | None]) -> list[str | None]:
    """Turn the names of tracts, if any has decimals, into six digits."""
    if not any(text and re.search(r"\.(?:[0-9]{2}|[1-9])$", text) for text in texts):
        return texts
    return [_named_tract(text) if text else text for text in texts]


def _named_tract(text: str) -> str:
    name, _, decimals = text.partition(".")
    return f"{name}{decimals.ljust(2, '0')}"


def _digits(text: str | None, width: int) -> str | float:
    text = text.removesuffix(".0") if text else ""
    return text.zfill(width) if re.fullmatch(f"[0-9]{{1,{width}}}", text) else np.nan
