"""How a skill emits a segment: statistics of the segment times parameters of the skill.

Every family here is an exponential family. A segment has a row of statistics S, a skill a row of
parameters, and log p(segment | skill) = S . natural(parameters). EM then needs two products of
matrices and nothing else, whichever the family. For categorical emissions the statistics count in
which cell of a table each frame falls; the families differ in the table alone:

- frame: one row of symbols, whatever the place in the segment,
- position: a row for each place,
- context: a row for each place and each symbol *before the segment*,
- previous: a row for each symbol before the frame; first frames have a table of their own,
- option: a row of actions for each state, and whether the segment ends there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from workedpapers.checks import Floats, Ints
from workedpapers.skill_compression.segments.lattice import Lattice

__all__ = ["Categorical", "Emission", "Family", "Gaussian", "Given"]

#: Added to every expected count: a Dirichlet prior so weak that it only keeps zeros away.
EPS = 1e-6
#: Cells of a dense matrix of statistics above which a sparse one is used.
DENSE = 2_000_000


class Emission(StrEnum):
    """How the frames of a segment depend on the skill.

    Examples
    --------
    >>> from workedpapers.skill_compression import Emission
    >>> Emission("position").value
    'position'
    """

    AUTO = "auto"
    FRAME = "frame"
    POSITION = "position"
    CONTEXT = "context"
    PREVIOUS = "previous"
    OPTION = "option"
    GAUSSIAN = "gaussian"


class Family(Protocol):
    """What EM asks of a family."""

    def statistics(self, lattice: Lattice) -> Any:
        """A row of statistics for each distinct segment."""

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Parameters of some skills at random, a row each."""

    def log_likelihood(self, statistics: Any, table: Floats) -> Floats:
        """log p(segment | skill), of shape (segments, skills)."""

    def refit(self, expected: Floats, table: Floats) -> Floats:
        """Parameters from expected statistics, a row for each skill."""

    def log_prior(self, table: Floats) -> float:
        """Logarithm of the prior that keeps zeros away."""

    def nats(self, table: Floats, last: Ints, total: float) -> Floats:
        """Nats that it takes to write down each skill, without its durations."""


def dirichlet(rng: np.random.Generator, *shape: int) -> Floats:
    """Uniform draws of probabilities that sum to 1 over the last axis."""
    drawn = rng.standard_exponential(shape)
    return np.asarray(drawn / drawn.sum(-1, keepdims=True), np.float64)


@dataclass(frozen=True)
class Categorical:
    """A table of probabilities: rows of symbols, one after the other.

    Parameters
    ----------
    emission : Emission
        Which row a frame falls in.
    symbols : int
        Number of symbols; of actions for options.
    contexts : int
        Number of symbols that can come before, or of states.
    longest : int
        Longest duration.
    """

    emission: Emission
    symbols: int
    contexts: int
    longest: int

    @property
    def rows(self) -> tuple[int, int]:
        """Numbers of rows of symbols, and of rows of two for the end of an option."""
        count = {
            Emission.FRAME: 1,
            Emission.POSITION: self.longest,
            Emission.CONTEXT: self.longest * self.contexts,
            Emission.PREVIOUS: 2 * self.contexts,
            Emission.OPTION: self.contexts,
        }[self.emission]
        return count, self.contexts if self.emission is Emission.OPTION else 0

    @property
    def width(self) -> int:
        """Number of cells of the table."""
        symbols, ends = self.rows
        return symbols * self.symbols + 2 * ends

    def _blocks(self, table: Floats) -> tuple[Floats, Floats]:
        cut = self.rows[0] * self.symbols
        count = len(table)
        return table[:, :cut].reshape(count, -1, self.symbols), table[:, cut:].reshape(count, -1, 2)

    def _normalised(self, table: Floats) -> Floats:
        parts = [part / part.sum(-1, keepdims=True) for part in self._blocks(table)]
        return np.concatenate([part.reshape(len(table), -1) for part in parts], axis=1)

    def cells(self, lattice: Lattice) -> Ints:
        """Cells of the table in which each segment's frames fall; ``width`` for none."""
        symbols = lattice.symbols()
        step = np.arange(symbols.shape[1])
        inside = symbols >= 0
        if self.emission is Emission.FRAME:
            row = np.zeros_like(symbols)
        elif self.emission is Emission.POSITION:
            row = np.broadcast_to(step, symbols.shape)
        elif self.emission is Emission.CONTEXT:
            row = step * self.contexts + lattice.before()[:, None]
        elif self.emission is Emission.PREVIOUS:
            earlier = np.column_stack([lattice.before(), symbols[:, :-1]])
            row = earlier + self.contexts * (step > 0)
        else:
            row, symbols = np.divmod(symbols, self.symbols)
            ends = step == lattice.length[:, None] - 1
            stop = self.contexts * self.symbols + 2 * row + ends
            found = np.concatenate([row * self.symbols + symbols, stop], axis=1)
            return np.where(np.tile(inside, 2), found, self.width)
        return np.where(inside, row * self.symbols + symbols, self.width)

    def statistics(self, lattice: Lattice) -> Any:
        """Counts of cells, dense where it is small."""
        cells = self.cells(lattice)
        count, longest = cells.shape
        used = cells < self.width
        row = np.repeat(np.arange(count), longest)[used.ravel()]
        if count * self.width > DENSE:
            ones = np.ones(int(used.sum()))
            return sparse.csr_array((ones, (row, cells[used])), shape=(count, self.width))
        flat = np.bincount(row * self.width + cells[used], minlength=count * self.width)
        return flat.reshape(count, self.width).astype(float)

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Uniform draws of each row."""
        return self._normalised(rng.standard_exponential((count, self.width)))

    def log_likelihood(self, statistics: Any, table: Floats) -> Floats:
        """Sums of the logarithms of cells."""
        return np.asarray(statistics @ np.log(table).T)

    def refit(self, expected: Floats, table: Floats) -> Floats:
        """Shares of expected counts, row by row."""
        return self._normalised(expected + EPS)

    def log_prior(self, table: Floats) -> float:
        """Of the Dirichlet prior, up to a constant."""
        return EPS * float(np.log(table).sum())

    def nats(self, table: Floats, last: Ints, total: float) -> Floats:
        """A name for each row that says something, and more for each further symbol in it.

        A row that no frame reached is uniform and costs nothing; so do rows of places behind the
        longest duration. A further symbol costs its name and half a log N for its frequency.
        """
        found = np.zeros(len(table))
        for part in self._blocks(table):
            size = part.shape[-1]
            said = part.max(-1) > 1 / size + 0.01
            if self.emission in (Emission.POSITION, Emission.CONTEXT) and size == self.symbols:
                place = np.arange(part.shape[1]) // (part.shape[1] // self.longest)
                said &= place <= last[:, None]
            more = np.maximum((part > 0.01).sum(-1) - 1, 0)
            each = np.log(size) + more * (np.log(size) + 0.5 * np.log(total))
            found += (said * each).sum(1)
        return found


@dataclass(frozen=True)
class Gaussian:
    """Independent normal features; mean and variance of a skill are the same all segment long.

    Parameters
    ----------
    features : int
        Number of features.
    low, high : ndarray
        Range of each feature, where means are drawn.
    least : ndarray
        Least variance of each feature, which keeps a skill from collapsing onto one frame.
    """

    features: int
    low: Floats
    high: Floats
    least: Floats

    def statistics(self, lattice: Lattice) -> Floats:
        """Number of frames, their sums and the sums of their squares."""
        values = lattice.episodes.values
        both = np.concatenate([values, values**2], axis=2)
        sums = np.concatenate([np.zeros_like(both[:, :1]), both.cumsum(1)], axis=1)
        end = lattice.start + lattice.length
        found = sums[lattice.episode, end] - sums[lattice.episode, lattice.start]
        return np.column_stack([lattice.length, found])

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Means anywhere in the range, with a quarter of it as the standard deviation."""
        mean = rng.uniform(self.low, self.high, (count, self.features))
        spread = np.maximum(((self.high - self.low) / 4) ** 2, self.least)
        return np.concatenate([mean, np.tile(spread, (count, 1))], axis=1)

    def log_likelihood(self, statistics: Any, table: Floats) -> Floats:
        """Of independent normal variables: -(x - m)^2 / 2v - log(2 pi v) / 2, summed."""
        mean, var = table[:, : self.features], table[:, self.features :]
        once = -0.5 * (mean**2 / var + np.log(2 * np.pi * var)).sum(1)
        natural = np.column_stack([once, mean / var, -0.5 / var])
        return np.asarray(statistics @ natural.T)

    def refit(self, expected: Floats, table: Floats) -> Floats:
        """Weighted means and variances; a skill that is not used keeps what it had."""
        count = expected[:, :1]
        used = count > 1e-9
        safe = np.where(used, count, 1.0)
        mean = expected[:, 1 : self.features + 1] / safe
        var = np.maximum(expected[:, self.features + 1 :] / safe - mean**2, self.least)
        return np.where(used, np.concatenate([mean, var], axis=1), table)

    def log_prior(self, table: Floats) -> float:
        """There is none."""
        return 0.0

    def nats(self, table: Floats, last: Ints, total: float) -> Floats:
        """Half a log N for each mean and each variance."""
        return np.full(len(table), self.features * np.log(total))


@dataclass(frozen=True)
class Given:
    """A log-likelihood that the user gives: emissions are fixed, shares and durations are learned.

    Parameters
    ----------
    log_of : callable
        From the array of a segment to the log-likelihoods of all skills.
    skills : int
        Number of skills.
    """

    log_of: Any
    skills: int

    def statistics(self, lattice: Lattice) -> Floats:
        """The log-likelihoods themselves."""
        values = lattice.episodes.values
        if values.shape[-1] == 1 and values.ndim == 3:
            values = values[..., 0]
        rows = [
            np.asarray(self.log_of(values[n, start : start + length]), float)
            for n, start, length in zip(lattice.episode, lattice.start, lattice.length, strict=True)
        ]
        found = np.stack(rows)
        if found.shape != (lattice.count, self.skills) or np.isnan(found).any():
            raise ValueError(
                f"emission: expected {self.skills} log-likelihoods without NaN for each segment, "
                f"got shape {found.shape[1:]}."
            )
        return np.asarray(np.maximum(found, -1e6), np.float64)

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Which skills: the identity."""
        return np.eye(self.skills)[:count]

    def log_likelihood(self, statistics: Any, table: Floats) -> Floats:
        """As given."""
        return np.asarray(statistics @ table.T)

    def refit(self, expected: Floats, table: Floats) -> Floats:
        """Nothing to learn."""
        return table

    def log_prior(self, table: Floats) -> float:
        """There is none."""
        return 0.0

    def nats(self, table: Floats, last: Ints, total: float) -> Floats:
        """Given, so nothing is paid."""
        return np.zeros(len(table))
