"""EM over batches of episodes: memory for one batch, however many there are.

Stepwise EM (Cappe and Moulines 2009; Liang and Klein 2009): a batch gives expected counts for one
episode, and these replace a share of the running ones,

    S <- (1 - eta) S + eta S_batch,    eta = (t + 1)^(-decay),

from which all parameters follow, as in `skills`. With a decay between 1/2 and 1 the steps are
large enough to get anywhere and small enough to come to rest.
"""

from __future__ import annotations

from dataclasses import replace

from workedpapers.skill_compression.segments.skills import (
    Counts,
    Evidence,
    Skills,
    counts_of,
    refitted,
)

__all__ = ["Stream"]


class Stream:
    """Skills, and running counts of one episode.

    Parameters
    ----------
    skills : Skills
        To begin with, as fitted to a first batch.
    first : Evidence
        That batch.
    decay : float
        How fast steps become small.
    """

    def __init__(self, skills: Skills, first: Evidence, decay: float) -> None:
        self.skills, self.decay, self.seen = skills, decay, 1
        self.running = self._an_episode(first)

    def _an_episode(self, data: Evidence) -> Counts:
        """Expected counts, an episode."""
        counts, total = counts_of(self.skills, data), data.lattice.total
        return replace(
            counts,
            skill=counts.skill / total,
            duration=counts.duration / total,
            statistics=counts.statistics / total,
            objective=counts.objective / total,
        )

    def take(self, data: Evidence) -> None:
        """Let a batch change the skills a little."""
        self.seen += 1
        eta = self.seen**-self.decay
        new, old = self._an_episode(data), self.running
        self.running = replace(
            new,
            skill=(1 - eta) * old.skill + eta * new.skill,
            duration=(1 - eta) * old.duration + eta * new.duration,
            statistics=(1 - eta) * old.statistics + eta * new.statistics,
        )
        self.skills = refitted(self.skills, self.running, data.family)
