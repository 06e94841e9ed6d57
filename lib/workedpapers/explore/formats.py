"""Numbers as readers see them: one small format language, the same in Python and in the browser.

A format is ``[+][,][.N][f|e|g|d|%]``: an optional sign, optional thousands separators, digits and
a style, as in Python. Ties round away from zero, the minus sign is typographic, and an exponent
is written as a power of ten, so that `frontend/src/formats.js` can do exactly the same.
"""

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np

from .errors import ExplorerError

__all__ = ["DEFAULT_FORMAT", "check_format", "format_value"]

DEFAULT_FORMAT = ".4g"
FORMAT = re.compile(r"^(\+?)(,?)(?:\.(\d{1,2}))?([fegd%s]?)$")
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
EXACT = Context(prec=120, rounding=ROUND_HALF_UP)


def check_format(spec: str) -> None:
    """Raise `ExplorerError` unless `spec` belongs to the format language."""
    found = FORMAT.match(spec)
    if not found or (found[3] and int(found[3]) > 20):
        raise ExplorerError(
            f"format {spec!r} is not understood; use [+][,][.N][f|e|g|d|%], for example '.2f'"
        )


def format_value(value: Any, spec: str = "") -> str:
    """Write one value: a number by `spec`, a truth value as yes or no, a string as it is."""
    check_format(spec)
    value = value.item() if isinstance(value, np.ndarray) else value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return str(value)
    number = float(value)
    if math.isnan(number):
        return "undefined"
    plus, comma, digits, style = FORMAT.match(spec or DEFAULT_FORMAT).groups()  # type: ignore[union-attr]
    magnitude = "∞" if math.isinf(number) else _magnitude(abs(number), style or "g", digits)
    if comma:
        magnitude = _group(magnitude)
    zero = not any(c in "123456789∞" for c in magnitude.split("×")[0])
    sign = "−" if number < 0 and not zero else plus
    return sign + magnitude


def _magnitude(number: float, style: str, digits: str | None) -> str:
    if style == "d":
        return _fixed(number, 0)
    if style == "f":
        return _fixed(number, int(digits or 2))
    if style == "%":
        return _fixed(number * 100, int(digits or 0)) + "%"
    if style == "e":
        return "×10".join(_scientific(number, int(digits or 2)))
    return _general(number, max(int(digits or 4), 1))


def _fixed(number: float, digits: int) -> str:
    if number >= 1e21:
        return "×10".join(_scientific(number, 2))
    return format(Decimal(number).quantize(Decimal(1).scaleb(-digits), context=EXACT), "f")


def _scientific(number: float, digits: int) -> tuple[str, str]:
    mantissa, exponent = _rounded(number, digits)
    return mantissa, str(exponent).translate(SUPERSCRIPTS)


def _general(number: float, significant: int) -> str:
    mantissa, exponent = _rounded(number, significant - 1)
    if -4 <= exponent < max(significant, 6):
        return _strip(_fixed(number, max(significant - 1 - exponent, 0)))
    return f"{_strip(mantissa)}×10{str(exponent).translate(SUPERSCRIPTS)}"


def _rounded(number: float, digits: int) -> tuple[str, int]:
    """Mantissa with `digits` decimals, and exponent, after rounding."""
    if number == 0:
        return _fixed(0.0, digits), 0
    exact = Decimal(number)
    exponent = exact.adjusted()
    mantissa = exact.scaleb(-exponent, EXACT).quantize(Decimal(1).scaleb(-digits), context=EXACT)
    if mantissa >= 10:
        mantissa, exponent = (mantissa / 10).quantize(Decimal(1).scaleb(-digits)), exponent + 1
    return format(mantissa, "f"), exponent


def _strip(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _group(text: str) -> str:
    found = re.match(r"^(\d+)(.*)$", text)
    return f"{int(found[1]):,}{found[2]}" if found else text
