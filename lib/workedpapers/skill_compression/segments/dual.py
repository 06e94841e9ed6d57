"""A bound in the place of a price: raise the price of the code while the bound holds.

The paper minimises the code's length subject to a bound, and turns the bound into a price that
rises while there is slack. The published code bounds the cost of reconstructing actions and clips
the price at 0.05; so does this, with frames weighing four times, or a bound on frames alone would
be lost on stochastic skills. With a bound on the likelihood frames weigh once, and the price may go
up to 10. Steps of the price are factors. Where a step breaks the bound, the last skills that kept
it are restored, and the step is halved: EM cannot go back, since skills that merged stay merged.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workedpapers.skill_compression.segments.descriptions import describe
from workedpapers.skill_compression.segments.skills import Evidence, Skills, em

__all__ = ["fit_dual"]

#: Where the price begins, its range, and the first and least factor, as logarithms.
FIRST, LOWEST = 0.005, 1e-4
HIGHEST = {"reconstruction": 0.05, "nll": 10.0}
STEP, LEAST = 1.0, 0.05
#: Weight of frames where they are bounded.
POWER = 4.0


def fit_dual(
    skills: Skills, data: Evidence, *, reconstruction: float | None, nll: float | None, steps: int
) -> tuple[Skills, bool]:
    """Skills at the highest price that keeps the bound, and whether it is kept."""
    on_frames = reconstruction is not None

    def fitted(start: Skills, price: float, power: float) -> tuple[Skills, bool]:
        found, _ = em(replace(start, penalty=price, power=power), data, steps, tol=1e-5)
        said = describe(found, data)
        bound = reconstruction if reconstruction is not None else nll
        value = said.reconstruction if on_frames else said.nll
        return found, bool(bound is not None and value <= bound)

    # Frames are trusted little by little, or EM would be caught by its first guess.
    power, highest = (POWER, HIGHEST["reconstruction"]) if on_frames else (1.0, HIGHEST["nll"])
    for weight in np.geomspace(1.0, power, 5) if on_frames else [1.0]:
        skills, keeps = fitted(skills, FIRST, float(weight))
    price = FIRST
    while not keeps and price > LOWEST:
        price = max(LOWEST, float(price * np.exp(-STEP)))
        skills, keeps = fitted(skills, price, power)
    step = STEP
    while keeps and step >= LEAST and price < highest:
        higher = min(highest, float(price * np.exp(step)))
        found, fine = fitted(skills, higher, power)
        if fine:
            skills, price = found, higher
        else:
            step /= 2
    return skills, keeps
