"""What a model's description of data costs: likelihood, code, codebook.

All in nats. The code length is LOVE's: segments of an episode times the entropy of their skills. It
prices the *use* of skills and leaves out the list of what they are; the codebook is that list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workedpapers.checks import Floats, Ints
from workedpapers.skill_compression.segments.skills import (
    Counts,
    Evidence,
    Skills,
    counts_of,
    objective_of,
)

__all__ = ["Description", "codebook_costs", "describe", "entropy", "two_part"]

#: A skill counts as used if it has more than this share of all segments.
USED = 0.01
#: A skill pays for its place in the codebook from this share on.
PAYS = 1e-4


@dataclass(frozen=True)
class Description:
    """What a model says of some episodes, in nats.

    Parameters
    ----------
    nll : float
        Bound on the negative log-likelihood, an episode.
    code_length : float
        Segments times the entropy of skills, an episode.
    reconstruction : float
        Expected negative log-likelihood of frames, given segments and skills, a frame.
    segments : float
        Segments an episode.
    skills_used : int
        Skills with more than 1% of the segments.
    codebook_length : float
        What it takes to write down the skills, once.
    two_part : float
        Codebook and data together, for all episodes.

    Examples
    --------
    >>> from workedpapers import skill_compression as sc
    >>> data = sc.simple_colors(episodes=200, seed=0)
    >>> model = sc.SegmentModel(n_skills=5, max_duration=4, seed=1).fit(data.observations)
    >>> model.describe(data.observations).skills_used
    3
    """

    nll: float
    code_length: float
    reconstruction: float
    segments: float
    skills_used: int
    codebook_length: float
    two_part: float


def codebook_costs(skills: Skills, data: Evidence) -> Floats:
    """Nats to write down each skill.

    A duration costs log D, each further one log D and half a log N for its frequency; what the
    emission costs, its family says. N is the number of episodes.
    """
    total, longest = data.lattice.total, skills.duration.shape[1]
    cost = data.family.nats(skills.table, skills.longest, total)
    if skills.free_durations:
        return cost
    more = (skills.duration > 0.01).sum(1) - 1
    return np.asarray(
        cost + np.log(longest) + more * (np.log(longest) + 0.5 * np.log(total)), np.float64
    )


def two_part(skills: Skills, data: Evidence) -> float:
    """Nats of data and codebook together."""
    return objective_of(skills, data) + float(
        codebook_costs(skills, data)[skills.share > PAYS].sum()
    )


def entropy(counts: Floats | Ints) -> float:
    """Entropy of the shares of some counts."""
    shares = counts[counts > 0] / counts.sum()
    return -float(shares @ np.log(shares))


def frame_cost(skills: Skills, data: Evidence, counts: Counts) -> float:
    """Expected negative log-likelihood of the frames of all episodes."""
    log_of = data.family.log_likelihood(data.statistics, skills.table)
    return -float((counts.by_segment * log_of).sum())


def describe(skills: Skills, data: Evidence) -> Description:
    """Costs of the episodes in a lattice."""
    counts = counts_of(skills, data)
    episodes = data.lattice.episodes
    total, frames = episodes.total, float(episodes.lengths @ episodes.weight)
    objective = -float(counts.passed.log_sum @ episodes.weight)
    cross = -float(counts.skill @ np.log(skills.share))
    rebuilt = frame_cost(skills, data, counts)
    shares = counts.skill / counts.skill.sum()
    codebook = float(codebook_costs(skills, data)[shares > PAYS].sum())
    # The objective holds power times the frames and 1 + lambda times the code; what is left of it
    # with 1 and 1 is the bound on the likelihood.
    nll = float(objective - skills.penalty * cross - (skills.power - 1) * rebuilt)
    return Description(
        nll=nll / total,
        code_length=float(counts.skill.sum()) / total * entropy(counts.skill),
        reconstruction=rebuilt / frames,
        segments=float(counts.skill.sum()) / total,
        skills_used=int((shares > USED).sum()),
        codebook_length=codebook,
        two_part=nll + codebook,
    )
