"""What would count as reproduced: a number with a tolerance, a bound, an ordering, a fact.

Every expectation says why it is what it is, and turns a measurement into a verdict. The rule is
the same for all: *reproduced* if the whole interval of the measurement lies inside what was
expected, *in part* if only the point estimate does, *not reproduced* otherwise.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
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


class Verdict(StrEnum):
    """The outcome of a claim, computed from its measurement.

    Examples
    --------
    >>> from workedpapers.claims import Verdict
    >>> [verdict.value for verdict in Verdict]
    ['reproduced', 'in part', 'not reproduced', 'not testable here']
    """

    REPRODUCED = "reproduced"
    IN_PART = "in part"
    NOT_REPRODUCED = "not reproduced"
    NOT_TESTABLE = "not testable here"


@dataclass(frozen=True)
class Measured:
    """A measured number with its interval.

    Parameters
    ----------
    value : float or bool
        The point estimate; a finite number, or True or False for a fact.
    low, high : float, optional
        The ends of its interval; None for a number that is exact.
    unit : str, default ""
        The unit, written behind the number; "%" multiplies by 100.
    digits : int, default 3
        Significant digits shown.
    interval : str, default ""
        What the interval is, for example "95% bootstrap".

    Raises
    ------
    ValueError
        If the value is not finite, or the ends of the interval are not in order, or one is given
        and the other not.

    Examples
    --------
    >>> from workedpapers.claims import Measured
    >>> print(Measured(0.912, 0.88, 0.94, unit="%", interval="95% bootstrap"))
    91.2% (88% to 94%, 95% bootstrap)
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
    """What a measurement must be for the claim to count as reproduced.

    Each says why it is what it is, in its field ``why``.

    Raises
    ------
    ValueError
        If ``why`` is shorter than 15 characters, too short for a reason.

    Examples
    --------
    >>> from workedpapers.claims import AtLeast, Expectation
    >>> isinstance(AtLeast(0.5, why="more than half are most of them"), Expectation)
    True
    """

    why: str

    def __post_init__(self) -> None:
        if len(self.why.strip()) < 15:
            raise ValueError(
                f"why: expected the reason for this expectation in a sentence, got {self.why!r}."
            )

    @abstractmethod
    def verdict(self, measured: Any) -> Verdict:
        """Verdict for one measurement.

        Parameters
        ----------
        measured : Measured or mapping of str to Measured
            What was measured.

        Returns
        -------
        Verdict
            The outcome.
        """

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
        """Reproduced if the whole interval is inside, in part if only the point estimate is.

        Parameters
        ----------
        measured : Measured
            A number with its interval.

        Returns
        -------
        Verdict
            The outcome.

        Raises
        ------
        TypeError
            If it is a fact.
        """
        if isinstance(measured.value, bool):
            raise TypeError(f"{type(self).__name__}: expected a measured number, got a fact.")
        if all(self._inside(end) for end in (*measured.ends, measured.value)):
            return Verdict.REPRODUCED
        return Verdict.IN_PART if self._inside(measured.value) else Verdict.NOT_REPRODUCED


@dataclass(frozen=True)
class Within(_OfOneNumber):
    """The number lies within ``tolerance`` of ``of``.

    Parameters
    ----------
    tolerance : float
        How far it may be away, at least 0.
    of : float, default 0.0
        What it should be.
    why : str
        The reason for it, in a sentence of at least 15 characters.
    unit : str, default ""
        The unit, written behind the number; "%" multiplies by 100.

    Raises
    ------
    ValueError
        If the tolerance is negative or ``why`` too short.

    See Also
    --------
    AtLeast, AtMost : On one side only.

    Examples
    --------
    >>> from workedpapers.claims import Measured, Within
    >>> near = Within(0.1, of=0.5, why="ten draws stray by about 0.1")
    >>> near.text, near.verdict(Measured(0.58, 0.5, 0.66)).value
    ('within 0.1 of 0.5', 'in part')
    """

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
    """The number is ``bound`` or more.

    Parameters
    ----------
    bound : float
        The bound, which is allowed itself.
    why : str
        The reason for it, in a sentence of at least 15 characters.
    unit : str, default ""
        The unit, written behind the number; "%" multiplies by 100.

    Raises
    ------
    ValueError
        If ``why`` is too short.

    See Also
    --------
    AtMost, Within

    Examples
    --------
    >>> from workedpapers.claims import AtLeast, Measured
    >>> most = AtLeast(0.9, unit="%", why="the abstract says nine in ten")
    >>> most.text, most.verdict(Measured(0.93, 0.91, 0.95)).value
    ('at least 90%', 'reproduced')
    """

    words = "at least"

    def _inside(self, value: float) -> bool:
        return value >= self.bound


class AtMost(_Bounded):
    """The number is ``bound`` or less.

    Parameters
    ----------
    bound : float
        The bound, which is allowed itself.
    why : str
        The reason for it, in a sentence of at least 15 characters.
    unit : str, default ""
        The unit, written behind the number; "%" multiplies by 100.

    Raises
    ------
    ValueError
        If ``why`` is too short.

    See Also
    --------
    AtLeast, Within

    Examples
    --------
    >>> from workedpapers.claims import AtMost, Measured
    >>> few = AtMost(0.05, unit="%", why="the level of the test is 5%")
    >>> few.text, few.verdict(Measured(0.08)).value
    ('at most 5%', 'not reproduced')
    """

    words = "at most"

    def _inside(self, value: float) -> bool:
        return value <= self.bound


@dataclass(frozen=True)
class Holds(Expectation):
    """A fact is true: the measuring function returns True.

    Parameters
    ----------
    fact : str
        The fact, in words.
    why : str
        The reason for it, in a sentence of at least 15 characters.

    Raises
    ------
    ValueError
        If ``why`` is too short.

    Examples
    --------
    >>> from workedpapers.claims import Holds, Measured
    >>> Holds("columns sum to 1", why="shares of a whole").verdict(Measured(True)).value
    'reproduced'
    """

    fact: str
    why: str = field(kw_only=True)

    def verdict(self, measured: Measured) -> Verdict:
        """Reproduced if the fact was found true.

        Parameters
        ----------
        measured : Measured
            True or False.

        Returns
        -------
        Verdict
            The outcome.

        Raises
        ------
        TypeError
            If it is a number.
        """
        if not isinstance(measured.value, bool):
            raise TypeError(f"Holds: expected a fact (True or False), got {measured.value!r}.")
        return Verdict.REPRODUCED if measured.value else Verdict.NOT_REPRODUCED

    @property
    def text(self) -> str:
        """The fact."""
        return self.fact


@dataclass(frozen=True)
class Ordered(Expectation):
    """Several numbers descend in the given order: the first is the greatest.

    Parameters
    ----------
    names : tuple of str
        Names of the numbers, the greatest first; two or more.
    why : str
        The reason for it, in a sentence of at least 15 characters.

    Raises
    ------
    ValueError
        If there are fewer than two names, or two of one name, or ``why`` is too short.

    See Also
    --------
    All

    Examples
    --------
    >>> from workedpapers.claims import Measured, Ordered
    >>> better = Ordered(("new", "old"), why="the abstract says that it is better")
    >>> better.verdict({"old": Measured(0.6, 0.5, 0.7), "new": Measured(0.9, 0.8, 1.0)}).value
    'reproduced'
    """

    names: tuple[str, ...]
    why: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.names) < 2 or len(set(self.names)) != len(self.names):
            raise ValueError(f"names: expected two or more different names, got {self.names}.")

    def verdict(self, measured: Mapping[str, Measured]) -> Verdict:
        """Reproduced if neighbouring intervals do not touch; in part if only the points descend.

        Parameters
        ----------
        measured : mapping of str to Measured
            A number for each of the names.

        Returns
        -------
        Verdict
            The outcome.

        Raises
        ------
        ValueError
            If the names are others.
        """
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
    """Several expectations, one for each measured number.

    Parameters
    ----------
    parts : mapping of str to Expectation
        The expectation of each number, by its name; at least one.
    why : str
        The reason for it, in a sentence of at least 15 characters.

    Raises
    ------
    ValueError
        If there is none, or ``why`` is too short.

    See Also
    --------
    Ordered

    Examples
    --------
    >>> from workedpapers.claims import All, AtLeast, AtMost, Measured
    >>> both = All({"found": AtLeast(0.9, why="nine in ten is nearly all"),
    ...             "false": AtMost(0.05, why="the level of the test is 5%")},
    ...            why="a test must find and must not invent")
    >>> both.verdict({"found": Measured(0.95), "false": Measured(0.2)}).value
    'in part'
    """

    parts: Mapping[str, Expectation]
    why: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.parts:
            raise ValueError("parts: expected at least one expectation, got none.")

    def verdict(self, measured: Mapping[str, Measured]) -> Verdict:
        """Reproduced if every part is; not reproduced if none is, not even in part.

        Parameters
        ----------
        measured : mapping of str to Measured
            A number or a fact for each of the parts.

        Returns
        -------
        Verdict
            The outcome.

        Raises
        ------
        ValueError
            If the names are others.
        """
        _same_names(self.parts, measured)
        verdicts = {part.verdict(measured[name]) for name, part in self.parts.items()}
        return verdicts.pop() if len(verdicts) == 1 else Verdict.IN_PART

    @property
    def text(self) -> str:
        """Each part, joined."""
        return "; ".join(f"{name}: {part.text}" for name, part in self.parts.items())


@dataclass(frozen=True)
class NotTestable(Expectation):
    """The claim cannot be measured here; ``why`` says what would be needed.

    Parameters
    ----------
    why : str
        What would be needed, in a sentence of at least 15 characters.

    Raises
    ------
    ValueError
        If ``why`` is too short.

    Examples
    --------
    >>> from workedpapers.claims import NotTestable
    >>> NotTestable(why="the recordings are not public").text
    'not measured'
    """

    why: str

    def verdict(self, measured: None) -> Verdict:
        """Not testable here.

        Parameters
        ----------
        measured : None
            Nothing can be measured.

        Returns
        -------
        Verdict
            The outcome.
        """
        return Verdict.NOT_TESTABLE

    @property
    def text(self) -> str:
        """Says that nothing is measured."""
        return "not measured"


def _same_names(expected: Any, measured: Any) -> None:
    if not isinstance(measured, Mapping) or set(measured) != set(expected):
        came = sorted(measured) if isinstance(measured, Mapping) else measured
        raise ValueError(f"measure: expected numbers named {sorted(expected)}, got {came!r}.")
