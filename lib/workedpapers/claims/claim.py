"""One claim of a paper, and its measurement."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from workedpapers.claims.expect import Expectation, Measured, NotTestable, Verdict

__all__ = ["Claim", "ClaimError", "Measured", "Result", "measure"]

Basis = Literal["paper", "authors' code", "reconstruction"]


class ClaimError(AssertionError):
    """What a chapter says of a claim and what was measured do not agree.

    Examples
    --------
    >>> from workedpapers.claims import AtMost, Claim, ClaimError, table
    >>> claim = Claim("trial-error", "The error is small.", "abstract", "paper",
    ...               AtMost(0.01, why="a hundredth is what the abstract prints"), lambda: 0.2)
    >>> try:
    ...     table([claim], "trial")
    ... except ClaimError as error:
    ...     print(str(error)[:56])
    Claim trial-error measured 0.2; expected at most 0.01. V
    """


@dataclass(frozen=True)
class Claim:
    """One sentence of a paper, what would count as reproduced, and how it is measured here.

    Parameters
    ----------
    id : str
        Short and unique over the book, for example "bisg-coverage".
    says : str
        The sentence, in our words or quoted.
    where : str
        Where it stands: "abstract", "Table 2".
    basis : {"paper", "authors' code", "reconstruction"}
        "paper" if its text gives the setting, "reconstruction" if only the abstract was available
        and the design is ours.
    expect : Expectation
        What would count as reproduced, and why.
    measure : callable, optional
        Function of no argument that returns a `Measured`, a number, a bool, or a mapping of
        these. Required unless ``expect`` is `NotTestable`.
    paper : str, default ""
        The paper's own figure, as it prints it; "" if it gives none.
    finding : str, default ""
        For a claim that did not, or not wholly, reproduce: what was tried and what came of it. It
        must be empty for a claim that did. `table` holds it against the verdict.

    Raises
    ------
    TypeError
        If ``measure`` is missing or cannot be called, or ``expect`` is not an expectation.
    ValueError
        If a text is empty or ``basis`` is unknown.

    See Also
    --------
    table : Measures claims and shows them.

    Examples
    --------
    >>> from workedpapers.claims import Claim, Within, measure
    >>> claim = Claim("trial-mean", "The mean is one half.", "abstract", "paper",
    ...               Within(0.1, of=0.5, why="ten draws stray by about 0.1"), lambda: 0.46)
    >>> measure(claim).verdict.value
    'reproduced'
    """

    id: str
    says: str
    where: str
    basis: Basis
    expect: Expectation
    measure: Callable[[], Any] | None = None
    paper: str = ""
    finding: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", self.id):
            raise ValueError(f"id: expected lower-case words joined by hyphens, got {self.id!r}.")
        for name in ("says", "where"):
            if not getattr(self, name).strip():
                raise ValueError(f"{self.id}: {name}: expected a text, got an empty one.")
        if self.basis not in get_args(Basis):
            raise ValueError(
                f"{self.id}: basis: expected one of {get_args(Basis)}, got {self.basis!r}."
            )
        if not isinstance(self.expect, Expectation):
            raise TypeError(
                f"{self.id}: expect: expected an expectation such as Within(0.01, why=...), "
                f"got {self.expect!r}."
            )
        if isinstance(self.expect, NotTestable):
            if self.measure is not None:
                raise TypeError(f"{self.id}: measure: a claim that is not testable takes none.")
        elif not callable(self.measure):
            raise TypeError(
                f"{self.id}: measure: expected a function that measures the claim, "
                f"got {self.measure!r}. A claim that cannot be measured says so with NotTestable."
            )


@dataclass(frozen=True)
class Result:
    """A claim with what was measured and the verdict that follows.

    Parameters
    ----------
    claim : Claim
        The claim.
    measured : Measured, mapping of str to Measured, or None
        What its function measured; None if it cannot be measured here.
    verdict : Verdict
        The outcome.

    See Also
    --------
    measure : What makes one of a claim.

    Examples
    --------
    >>> from workedpapers.claims import AtLeast, Claim, measure
    >>> claim = Claim("trial-share", "Most agree.", "abstract", "paper",
    ...               AtLeast(0.5, why="more than half are most of them"), lambda: 0.75)
    >>> measure(claim).ours
    '0.75'
    """

    claim: Claim
    measured: Measured | Mapping[str, Measured] | None
    verdict: Verdict

    @property
    def ours(self) -> str:
        """The measurement for people."""
        if self.measured is None:
            return "—"
        if isinstance(self.measured, Mapping):
            return "; ".join(f"{name}: {value}" for name, value in self.measured.items())
        return str(self.measured)

    def require_consistent(self) -> None:
        """Raise `ClaimError` if the verdict is not the one that the chapter speaks of.

        Raises
        ------
        ClaimError
            If the claim fell short and has no finding, or did not and has one.
        """
        claim = self.claim
        told = bool(claim.finding.strip())
        fell_short = self.verdict in (Verdict.IN_PART, Verdict.NOT_REPRODUCED)
        if fell_short and not told:
            raise ClaimError(
                f"Claim {claim.id} measured {self.ours}; expected {claim.expect.text}. "
                f"Verdict: {self.verdict.value}. Mend what broke, or, if the paper's claim does "
                f"not hold here, say what was tried in the claim's `finding`."
            )
        if told and not fell_short:
            raise ClaimError(
                f"Claim {claim.id} measured {self.ours}, verdict: {self.verdict.value}; yet its "
                f"`finding` says that it fell short: {claim.finding!r}. Remove the finding."
            )


def measure(claim: Claim) -> Result:
    """Measure one claim and compute its verdict.

    Parameters
    ----------
    claim : Claim
        The claim, whose function is called.

    Returns
    -------
    Result
        The claim with the measurement and the verdict.

    Raises
    ------
    TypeError
        If the measuring function returns something that the claim's expectation cannot judge; the
        message names the claim.
    ValueError
        If it returns a number that is not finite, or other names than were expected.

    See Also
    --------
    table : Measures all claims of a chapter.

    Examples
    --------
    >>> from workedpapers.claims import Claim, Measured, Within, measure
    >>> claim = Claim("trial-mean", "The mean is one half.", "abstract", "paper",
    ...               Within(0.1, of=0.5, why="ten draws stray by about 0.1"),
    ...               lambda: Measured(0.46, 0.36, 0.56))
    >>> measure(claim).verdict.value
    'in part'
    """
    if claim.measure is None:
        return Result(claim, None, claim.expect.verdict(None))
    raw = claim.measure()
    try:
        measured = (
            {str(name): _as_measured(value) for name, value in raw.items()}
            if isinstance(raw, Mapping)
            else _as_measured(raw)
        )
        return Result(claim, measured, claim.expect.verdict(measured))
    except (TypeError, ValueError) as error:
        raise type(error)(f"{claim.id}: {error}") from error


def _as_measured(value: Any) -> Measured:
    if isinstance(value, Measured):
        return value
    if type(value).__name__ in ("bool", "bool_"):
        return Measured(bool(value))
    try:
        return Measured(float(value))
    except TypeError:
        raise TypeError(
            f"measure: expected a number, a bool, a Measured or a mapping of these, got {value!r}."
        ) from None
