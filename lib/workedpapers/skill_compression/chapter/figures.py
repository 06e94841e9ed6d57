"""Figures of the chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import standard_error

if TYPE_CHECKING:
    from workedpapers.explore import Explorer


def spread_over_n(sigma: float, n: float) -> dict[str, Any]:
    """What the first figure draws: the standard error over 1 to 100 draws, and at n."""
    draws = np.arange(1, 101)
    return {
        "draws": draws,
        "error": standard_error(sigma, draws),
        "here": float(standard_error(sigma, n)),
    }


def spread_explorer() -> Explorer:
    """First figure of the chapter: the spread of a mean over the number of draws."""
    from workedpapers.explore import Explorer, Lines, Number, Slider

    return Explorer(
        spread_over_n,
        controls=[
            Slider("n", 1, 100, value=25, step=1, label="Number of draws n"),
            Slider("sigma", 0.5, 2.0, value=1.0, label="Standard deviation σ of one draw"),
        ],
        view=[
            Lines(
                "draws",
                "error",
                xlabel="Number of draws",
                ylabel="Standard error of the mean",
                ylim=(0, 2),
            ),
            Number("here", label="Standard error of the mean", digits=2),
        ],
        grid={"n": 100, "sigma": 4},
        name="spread",
        title="How far a mean strays",
        caption="Standard error of the mean of n draws. It halves when n is four times as large.",
        alt="With a standard deviation of {sigma} the mean of {n} draws strays by {here:.2f}.",
    )
