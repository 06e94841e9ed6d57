"""What would count as reproduced: a number with a tolerance, a bound, an ordering, a fact.

Every expectation says why it is what it is, and turns a measurement into a verdict. The rule is
the same for all: *reproduced* if the whole interval of the measurement lies inside what was
expected, *in part* if only the point estimate does, *not reproduced* otherwise.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Any, ClassVar

__all__ = [
    "All",
    "AtLeast",
    "AtMost",
    "Expectation",
    "Holds",
    "Measured",
    "NotTestable",
    "Ordered",
    "Verdict",
    "Within",
]


class Verdict(Enum):
    """The outcome of a claim, computed from its measurement."""

    REPRODUCED = "reproduced"
    IN_PART = "in part"
    NOT_REPRODUCED = "not reproduced"
    NOT_TESTABLE = "not testable here"


@dataclass(frozen=True)
class Measured:
    """A measured number with its interval.

    Parameters
    ----------
    value : the point estimate; a finite number, or True or False for a fact.
    low, high : the ends of its interval; None for a number that is exact.
    unit : the unit, written behind the number; "%" multiplies by 100.
    digits : significant digits shown.
    interval : what the interval is, for example "95% bootstrap".
    """

    value: float | bool
    low: float | None = None
    high: float | None = None
    unit: str = ""
    digits: int = 3
    interval: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.value, bool) and not math.isfinite(self.value):
            raise ValueError(f"value: expected a finite number, got {self.value}.")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"low, high: expected both or neither, got {self.low}, {self.high}.")
        if self.low is not None and self.high is not None and not self.low <= self.high:
            raise ValueError(f"low, high: expected low <= high, got {self.low} > {self.high}.")

    @property
    def ends(self) -> tuple[float, float]:
        """The interval; an exact number is its own."""
        if self.low is None or self.high is None:
            return self.value, self.value
        return self.low, self.high

    def __str__(self) -> str:
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        text = self._number(self.value)
        if self.low is not None and self.high is not None:
            text += f" ({self._number(self.low)} to {self._number(self.high)}"
            text += f", {self.interval})" if self.interval else ")"
        return text

    def _number(self, value: float) -> str:
        return number(value, self.unit, self.digits)


def number(value: float, unit: str = "", digits: int = 3) -> str:
    """A number for people: significant digits, thousands separated, the unit behind it."""
    if unit == "%":
        return f"{_plain(100 * value, digits)}%"
    return f"{_plain(value, digits)} {unit}".strip()


def _plain(value: float, digits: int) -> str:
    if value == round(value) and abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    text = f"{value:,.{digits}g}"
    return f"{value:,.0f}" if "e+" in text else text


class Expectation(ABC):
    """What a measurement must be for the claim to count as reproduced."""

    why: str

    def __post_init__(self) -> None:
        if len(self.why.strip()) < 15:
            raise ValueError(
                f"why: expected the reason for this expectation in a sentence, got {self.why!r}."
            )

    @abstractmethod
    def verdict(self, measured: Any) -> Verdict:
        """Verdict for one measurement."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What is expected, in words."""


class _OfOneNumber(Expectation):
    """An expectation of a single measured number."""

    @abstractmethod
    def _inside(self, value: float) -> bool:
        """Whether a value is what was expected."""

    def verdict(self, measured: Measured) -> Verdict:
        """Reproduced if the whole interval is inside, in part if only the point estimate is."""
        if isinstance(measured.value, bool):
            raise TypeError(f"{type(self).__name__}: expected a measured number, got a fact.")
        if all(self._inside(end) for end in (*measured.ends, measured.value)):
            return Verdict.REPRODUCED
        return Verdict.IN_PART if self._inside(measured.value) else Verdict.NOT_REPRODUCED


@dataclass(frozen=True)
class Within(_OfOneNumber):
    """The number lies within ``tolerance`` of ``of``."""

    tolerance: float
    of: float = 0.0
    why: str = field(kw_only=True)
    unit: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.tolerance >= 0:
            raise ValueError(f"tolerance: expected at least 0, got {self.tolerance}.")

    def _inside(self, value: float) -> bool:
        distance = abs(value - self.of)
        # 1.1 lies within 0.1 of 1, though in floating point it misses by a rounding error.
        return distance <= self.tolerance or math.isclose(distance, self.tolerance, rel_tol=1e-9)

    @property
    def text(self) -> str:
        """For example 'within 0.01 of 0.95'."""
        return f"within {number(self.tolerance, self.unit)} of {number(self.of, self.unit)}"


@dataclass(frozen=True)
class _Bounded(_OfOneNumber):
    """The number lies on one side of a bound."""

    bound: float
    why: str = field(kw_only=True)
    unit: str = field(default="", kw_only=True)
    words: ClassVar[str]

    @property
    def text(self) -> str:
        """For example 'at least 90%'."""
        return f"{self.words} {number(self.bound, self.unit)}"


class AtLeast(_Bounded):
    """The number is ``bound`` or more."""

    words = "at least"

    def _inside(self, value: float) -> bool:
        return value >= self.bound


class AtMost(_Bounded):
    """The number is ``bound`` or less."""

    words = "at most"

    def _inside(self, value: float) -> bool:
        return value <= self.bound


@dataclass(frozen=True)
class Holds(Expectation):
    """A fact is true: the measuring function returns True."""

    fact: str
    why: str = field(kw_only=True)

    def verdict(self, measured: Measured) -> Verdict:
        """Reproduced if the fact was found true."""
        if not isinstance(measured.value, bool):
            raise TypeError(f"Holds: expected a fact (True or False), got {measured.value!r}.")
        return Verdict.REPRODUCED if measured.value else Verdict.NOT_REPRODUCED

    @property
    def text(self) -> str:
        """The fact."""
        return self.fact


@dataclass(frozen=True)
class Ordered(Expectation):
    """Several numbers descend in the given order: the first is the greatest."""

    names: tuple[str, ...]
    why: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.names) < 2 or len(set(self.names)) != len(self.names):
            raise ValueError(f"names: expected two or more different names, got {self.names}.")

    def verdict(self, measured: Mapping[str, Measured]) -> Verdict:
        """Reproduced if neighbouring intervals do not touch; in part if only the points descend."""
        _same_names(self.names, measured)
        chain = [measured[name] for name in self.names]
        if all(above.ends[0] > below.ends[1] for above, below in pairwise(chain)):
            return Verdict.REPRODUCED
        if all(above.value > below.value for above, below in pairwise(chain)):
            return Verdict.IN_PART
        return Verdict.NOT_REPRODUCED

    @property
    def text(self) -> str:
        """For example 'first > second > third'."""
        return " > ".join(self.names)


@dataclass(frozen=True)
class All(Expectation):
    """Several expectations, one for each measured number."""

    parts: Mapping[str, Expectation]
    why: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.parts:
            raise ValueError("parts: expected at least one expectation, got none.")

    def verdict(self, measured: Mapping[str, Measured]) -> Verdict:
        """Reproduced if every part is; not reproduced if none is, not even in part."""
        _same_names(self.parts, measured)
        verdicts = {part.verdict(measured[name]) for name, part in self.parts.items()}
        return verdicts.pop() if len(verdicts) == 1 else Verdict.IN_PART

    @property
    def text(self) -> str:
        """Each part, joined."""
        return "; ".join(f"{name}: {part.text}" for name, part in self.parts.items())


@dataclass(frozen=True)
class NotTestable(Expectation):
    """The claim cannot be measured here; ``why`` says what would be needed."""

    why: str

    def verdict(self, measured: None) -> Verdict:
        """Not testable here."""
        return Verdict.NOT_TESTABLE

    @property
    def text(self) -> str:
        """Says that nothing is measured."""
        return "not measured"


def _same_names(expected: Any, measured: Any) -> None:
    if not isinstance(measured, Mapping) or set(measured) != set(expected):
        came = sorted(measured) if isinstance(measured, Mapping) else measured
        raise ValueError(f"measure: expected numbers named {sorted(expected)}, got {came!r}.")
