"""Skills: shares, durations, emissions; EM on the penalised objective.

An episode is cut into segments s_1 ... s_n, each drawn from a skill z with probability p_z, a
duration and an emission. With a price of lambda on each nat of the code -log p_z, the best
distribution over segmentations and skills, for given parameters, is

    q  proportional to  prod_i  p(z_i)^(1 + lambda)  dur(d_i | z_i)  p(s_i | z_i)^power,

and the objective is minus the logarithm of its sum: a bound on the negative log-likelihood plus
lambda times the length of the code (with power 1). Each step of EM is a weighted count, and the
objective never rises. The weak prior on tables is part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from workedpapers.checks import Floats, Ints
from workedpapers.skill_compression.segments.families import EPS, Family, dirichlet
from workedpapers.skill_compression.segments.lattice import Lattice
from workedpapers.skill_compression.segments.passes import Posterior, log_sums, posterior

__all__ = [
    "Counts",
    "Evidence",
    "Skills",
    "counts_of",
    "drawn",
    "em",
    "kept",
    "objective_of",
    "refitted",
]


@dataclass(frozen=True)
class Evidence:
    """Data as EM sees them: a lattice, and the statistics of its segments.

    Parameters
    ----------
    lattice : Lattice
        All segments.
    family : Family
        How skills emit them.
    """

    lattice: Lattice
    family: Family

    @cached_property
    def statistics(self) -> Any:
        """A row for each distinct segment."""
        return self.family.statistics(self.lattice)


@dataclass(frozen=True)
class Skills:
    """Parameters of K skills.

    Parameters
    ----------
    share : ndarray
        Probability of each, p_z.
    duration : ndarray
        Probability of each duration from 1 to D, of shape (K, D).
    table : ndarray
        Parameters of the emission, a row each.
    penalty : float
        Price of a nat of code, lambda.
    power : float
        Weight of the emissions' log-likelihood.
    free_durations : bool
        Whether durations are left out of the model, as for options that end by their state.
    """

    share: Floats
    duration: Floats
    table: Floats
    penalty: float = 0.0
    power: float = 1.0
    free_durations: bool = False

    @property
    def count(self) -> int:
        """Number of skills K."""
        return len(self.share)

    @property
    def longest(self) -> Ints:
        """Index of the longest duration that each skill has in a hundred segments."""
        often = self.duration > 0.01
        return np.asarray(often.shape[1] - 1 - often[:, ::-1].argmax(1), np.intp)

    def log_emission(self, data: Evidence) -> Floats:
        """log p(segment, duration | skill), powers applied, of shape (segments, skills)."""
        found = data.family.log_likelihood(data.statistics, self.table)
        if self.power != 1.0:
            found = self.power * found
        if self.free_durations:
            return found
        return found + np.log(self.duration.T[data.lattice.length - 1])

    def log_joint(self, data: Evidence) -> Floats:
        """Logarithm of each skill's part of a segment's weight."""
        return self.log_emission(data) + (1 + self.penalty) * np.log(self.share)

    def log_prior(self, family: Family) -> float:
        """Logarithm of the weak prior on shares, durations and tables."""
        durations = 0.0 if self.free_durations else float(np.log(self.duration).sum())
        shares = float(np.log(self.share).sum())
        return EPS * (shares + durations) + family.log_prior(self.table)


@dataclass(frozen=True)
class Counts:
    """What EM counts in one pass.

    Parameters
    ----------
    skill : ndarray
        Expected segments of each skill.
    duration : ndarray
        By skill and duration.
    statistics : ndarray
        Expected statistics of each skill.
    objective : float
        The objective, prior included.
    passed : Posterior
        The pass itself.
    by_segment : ndarray
        Expected uses of each distinct segment by each skill.
    """

    skill: Floats
    duration: Floats
    statistics: Floats
    objective: float
    passed: Posterior
    by_segment: Floats


def log_sum_rows(values: Floats) -> tuple[Floats, Floats]:
    """Logarithm of the sum of the exponentials of each row, and the shares of its entries."""
    top = values.max(1, keepdims=True)
    shares = np.exp(values - top)
    total = shares.sum(1, keepdims=True)
    return (top + np.log(total))[:, 0], shares / total


def counts_of(skills: Skills, data: Evidence) -> Counts:
    """One E-step."""
    weight, shares = log_sum_rows(skills.log_joint(data))
    passed = posterior(data.lattice, weight)
    by_segment = shares * passed.uses[:, None]
    length = data.lattice.length - 1
    duration = np.zeros(skills.duration.shape[::-1])
    for d in range(data.lattice.longest):
        duration[d] = by_segment[length == d].sum(0)
    objective = -float(passed.log_sum @ data.lattice.episodes.weight)
    return Counts(
        skill=by_segment.sum(0),
        duration=duration.T,
        statistics=np.asarray((data.statistics.T @ by_segment).T),
        objective=objective - skills.log_prior(data.family),
        passed=passed,
        by_segment=by_segment,
    )


def refitted(skills: Skills, counts: Counts, family: Family) -> Skills:
    """One M-step: each parameter is a share of weighted counts."""
    share = (1 + skills.penalty) * counts.skill + EPS
    duration = counts.duration + EPS
    return replace(
        skills,
        share=share / share.sum(),
        duration=duration / duration.sum(1, keepdims=True),
        table=family.refit(skills.power * counts.statistics, skills.table),
    )


def em(
    skills: Skills, data: Evidence, steps: int = 200, tol: float = 1e-6
) -> tuple[Skills, list[float]]:
    """Steps of EM until the objective falls by less than ``tol`` nats an episode.

    Returns the skills and the objective before each step.
    """
    history: list[float] = []
    for step in range(steps):
        counts = counts_of(skills, data)
        history.append(counts.objective)
        skills = refitted(skills, counts, data.family)
        if step > 3 and history[-2] - history[-1] < tol * data.lattice.total:
            break
    return skills, history


def objective_of(skills: Skills, data: Evidence) -> float:
    """The objective without the prior."""
    weight, _ = log_sum_rows(skills.log_joint(data))
    return -float(log_sums(data.lattice, weight) @ data.lattice.episodes.weight)


def kept(skills: Skills, which: Any) -> Skills:
    """Some of the skills, their shares summing to 1 again."""
    share = skills.share[which]
    return replace(
        skills,
        share=share / share.sum(),
        duration=skills.duration[which],
        table=skills.table[which],
    )


def drawn(
    family: Family, count: int, longest: int, rng: np.random.Generator, *, short: bool = False
) -> Skills:
    """Skills at random; with ``short`` a duration d has probability 2^-d."""
    share = dirichlet(rng, count)
    if short:
        half = 0.5 ** np.arange(longest)
        duration = np.tile(half / half.sum(), (count, 1))
    else:
        duration = dirichlet(rng, count, longest)
    return Skills(share, duration, family.draw(rng, count))
