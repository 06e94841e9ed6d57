"""What a user asks of a segmental model, checked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workedpapers.checks import Floats, as_seed, one_of, positive, positive_int
from workedpapers.skill_compression.segments.families import Emission

__all__ = ["Penalty", "SegmentSettings"]


class Penalty(StrEnum):
    """What the length of the code costs, where it is not one price.

    Examples
    --------
    >>> from workedpapers.skill_compression import Penalty
    >>> [one.value for one in Penalty]
    ['fixed', 'dual', 'two-part']
    """

    FIXED = "fixed"
    DUAL = "dual"
    TWO_PART = "two-part"


@dataclass(frozen=True)
class SegmentSettings:
    """A checked request: number of skills, longest duration, what the code costs, and how to fit.

    Parameters
    ----------
    n_skills, max_duration : int
        Most skills, longest segment.
    penalty : Penalty
        How the code is priced.
    price : float
        Nats for a nat of code, where it is fixed.
    reconstruction, nll : float or None
        Bound of the dual: on the frames' cost, a frame; or on the likelihood, an episode.
    emission : Emission
        How segments are emitted.
    given : callable or None
        A log-likelihood of the user's own.
    n_actions : int or None
        Actions, for options.
    seed, restarts, max_iter : int
        Random starts and most steps of EM.
    tol : float
        Least fall of the objective, nats an episode.
    power : float
        Weight of the frames' log-likelihood.
    """

    n_skills: int
    max_duration: int
    penalty: Penalty
    price: float
    reconstruction: float | None
    nll: float | None
    emission: Emission
    given: Callable[[Any], Floats] | None
    n_actions: int | None
    seed: int
    restarts: int
    max_iter: int
    tol: float
    power: float

    @classmethod
    def checked(
        cls, n_skills: int, max_duration: int, penalty: float | str, reconstruction: float | None,
        nll: float | None, emission: str | Callable[[Any], Floats], n_actions: int | None,
        seed: int, restarts: int, max_iter: int, tol: float, power: float,
    ) -> SegmentSettings:  # fmt: skip
        """Check every argument; one that is wrong is named."""
        if isinstance(penalty, str):
            kind, price = Penalty(one_of(penalty, "penalty", ("dual", "two-part"))), 0.0
        else:
            kind, price = Penalty.FIXED, positive(penalty, "penalty", zero=True)
        bounds = {"reconstruction": reconstruction, "nll": nll}
        given_bounds = {k: positive(v, k) for k, v in bounds.items() if v is not None}
        if (len(given_bounds) == 1) != (kind is Penalty.DUAL) or len(given_bounds) > 1:
            raise ValueError(
                "reconstruction, nll: expected one of them with penalty='dual' and none otherwise, "
                f"got {', '.join(given_bounds) or 'none'} with penalty={penalty!r}."
            )
        given = None if isinstance(emission, str) else emission
        name = Emission.AUTO if given else Emission(one_of(str(emission), "emission", Emission))
        if name is Emission.AUTO and not given:
            name = Emission.POSITION if kind is Penalty.TWO_PART else Emission.FRAME
        if (name is Emission.OPTION) != (n_actions is not None):
            raise ValueError(
                "n_actions: expected a number with emission='option' and none otherwise, got "
                f"{n_actions} with emission={str(name)!r}."
            )
        return cls(
            n_skills=positive_int(n_skills, "n_skills"),
            max_duration=positive_int(max_duration, "max_duration"),
            penalty=kind,
            price=price,
            reconstruction=given_bounds.get("reconstruction"),
            nll=given_bounds.get("nll"),
            emission=name,
            given=given,
            n_actions=None if n_actions is None else positive_int(n_actions, "n_actions"),
            seed=as_seed(seed),
            restarts=positive_int(restarts, "restarts"),
            max_iter=positive_int(max_iter, "max_iter", least=5),
            tol=positive(tol, "tol"),
            power=positive(power, "power"),
        )
