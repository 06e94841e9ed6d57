"""The paper's claims, each with the function that measures it."""

from __future__ import annotations

from workedpapers.claims import Claim, Within

from ..model import standard_error
from ..simulate import spread_of_means

#: The setting that is measured: 25 draws with a standard deviation of 1.
SIGMA, N = 1.0, 25


def relative_error() -> float:
    """Measured spread over the predicted one, less 1."""
    predicted = float(standard_error(SIGMA, N))
    return spread_of_means(SIGMA, N, repeats=20_000, seed=1) / predicted - 1


CLAIMS = [
    Claim(
        id="love-spread",
        says="The spread of a mean of n draws is that of one draw over the root of n.",
        where="trial",
        basis="reconstruction",
        expect=Within(
            0.02, why="over 20,000 samples the spread itself is known to half a percent; four times"
        ),
        measure=relative_error,
    ),
]
