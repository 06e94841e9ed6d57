"""One claim of a paper, and its measurement."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from workedpapers.claims.expect import Expectation, Measured, NotTestable, Verdict

__all__ = ["Claim", "ClaimError", "Measured", "Result", "measure"]

Basis = Literal["paper", "authors' code", "reconstruction"]


class ClaimError(AssertionError):
    """What a chapter says of a claim and what was measured do not agree."""


@dataclass(frozen=True)
class Claim:
    """One sentence of a paper, what would count as reproduced, and how it is measured here.

    Parameters
    ----------
    id : short and unique over the book, for example "bisg-coverage".
    says : the sentence, in our words or quoted.
    where : where it stands: "abstract", "Table 2".
    basis : "paper" if its text gives the setting, "authors' code", or "reconstruction" if only
        the abstract was available and the design is ours.
    expect : what would count as reproduced, and why; see `workedpapers.claims.expect`.
    measure : function of no argument that returns a `Measured`, a number, a bool, or a mapping
        of these. Required unless ``expect`` is `NotTestable`.
    paper : the paper's own figure, as it prints it; "" if it gives none.
    finding : for a claim that did not, or not wholly, reproduce: what was tried and what came of
        it. It must be empty for a claim that did. `table` holds it against the verdict.

    Raises
    ------
    TypeError : if ``measure`` is missing or cannot be called, or ``expect`` is not an expectation.
    ValueError : if a text is empty or ``basis`` is unknown.
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
    """A claim with what was measured and the verdict that follows."""

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
        """Raise `ClaimError` if the verdict is not the one that the chapter speaks of."""
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

    Raises
    ------
    TypeError, ValueError : if the measuring function returns something that the claim's
        expectation cannot judge; the message names the claim.
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
