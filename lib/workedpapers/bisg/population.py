"""The population that answers are about, estimated from the people of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workedpapers.checks import Floats

_STEPS = 5000
_TOLERANCE = 1e-8


@dataclass(frozen=True)
class PriorEstimate:
    """Result of `estimate_prior`.

    Parameters
    ----------
    shares : Series
        Share of each group; they sum to 1.
    standard_error : Series
        Standard error of each share, from the observed information.
    people : int
        Rows with any evidence.
    steps : int
        Steps of EM that it took.

    See Also
    --------
    estimate_prior : Makes it.

    Notes
    -----
    With scores :math:`s_i = L_i / \\sum_r \\pi(r) L_i(r)` the information about the shares is
    :math:`\\sum_i s_i s_i^\\top`, restricted to changes that sum to 0. See the chapter, section
    "Voters are not residents".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> people = bisg.simulate_people(4000, seed=1)
    >>> estimate = bisg.estimate_prior(people, surname="surname", names="census2010")
    >>> estimate.shares.round(2).to_dict()
    {'white': 0.63, 'black': 0.14, 'hispanic': 0.16, 'asian': 0.05, 'other': 0.02}
    """

    shares: pd.Series
    standard_error: pd.Series
    people: int
    steps: int

    @property
    def description(self) -> str:
        """The population in words, with its shares."""
        parts = [
            f"{group} {share:.3f} ({error:.3f})"
            for group, share, error in zip(
                self.shares.index, self.shares, self.standard_error, strict=True
            )
        ]
        return (
            f"the {self.people} people of the data, shares estimated (standard error): "
            + ", ".join(parts)
        )


def maximise(likelihood: Floats, start: Floats, groups: tuple[str, ...]) -> PriorEstimate:
    """Maximise the likelihood of the shares by EM.

    Parameters
    ----------
    likelihood : array of shape (n, k)
        P(evidence | race) of each person, up to a factor.
    start : array of shape (k,)
        Shares to begin with. One person with these shares is added to the data, which keeps
        every share above zero.
    groups : tuple of k str
        The groups.

    Returns
    -------
    PriorEstimate
        Shares and standard errors.
    """
    likelihood = likelihood[likelihood.sum(axis=1) > 0]  # others contradict themselves
    n = len(likelihood)
    if n == 0:
        raise ValueError("frame: expected a row with evidence, got none to estimate a prior from")
    pi = start.copy()
    steps = 0
    while steps < _STEPS:
        steps += 1
        # P(r|e_i) = pi(r) L_i(r) / sum_r pi(r) L_i(r), and pi becomes their mean
        scores = likelihood.T @ (1 / (likelihood @ pi))
        new = (pi * scores + start) / (n + 1)
        change = float(np.abs(new - pi).max())
        pi = new / new.sum()
        if change < _TOLERANCE:
            break
    score = likelihood / (likelihood @ pi)[:, None]
    information = score.T @ score + np.diag(start / pi**2)
    # the directions in which shares can change: those that sum to 0
    basis = np.linalg.qr(np.eye(len(pi))[:, 1:] - np.eye(len(pi))[:, [0]])[0]
    covariance = basis @ np.linalg.inv(basis.T @ information @ basis) @ basis.T
    errors = np.sqrt(np.diag(covariance))
    return PriorEstimate(pd.Series(pi, list(groups)), pd.Series(errors, list(groups)), n, steps)
