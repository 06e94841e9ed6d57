r"""Both players' moves, in the order and by the rule that the settings say.

The generator passes its gradient through its filter (module `workedpapers.isolated_points.rules`),

.. math:: y_j' = y_j + \eta_g q_j\,(\alpha F_j + \beta n_j), \qquad n_j' = \gamma n_j + F_j,

with :math:`F_j = \nabla f(y_j)` or, with consensus, more. Under extragradient both look ahead, in
the order of play, to :math:`\hat f` and :math:`\hat y`, and then step from where they were:
:math:`f' = f + \eta_d D(\hat f, \hat y)`, :math:`y_j' = y_j + \eta_g q_j \nabla\hat f(\hat y_j)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from workedpapers.checks import Floats
from workedpapers.isolated_points.arguments import Update
from workedpapers.isolated_points.rules import Optimiser
from workedpapers.isolated_points.simulation.filtered import (
    AHEAD,
    Filtered,
    FilteredHistory,
    FilteredLattice,
    filtered_memory,
)
from workedpapers.isolated_points.simulation.history import History, memory
from workedpapers.isolated_points.simulation.lattice import Lattice, gaussian_parts
from workedpapers.isolated_points.simulation.settings import SimulationSettings

__all__ = ["Discriminator", "discriminator", "moves", "remembered", "replayed"]

Discriminator = Lattice | History | Filtered


def remembered(settings: SimulationSettings, rounds: int) -> int:
    """How many sets of generated points a history keeps."""
    if settings.rule.is_plain:
        return memory(settings, rounds)
    looks = 2 if settings.rule.optimiser == Optimiser.EXTRAGRADIENT else 1
    warm = int(settings.warm_up.any())
    return looks * filtered_memory(settings, rounds) + warm


def discriminator(settings: SimulationSettings, method: str, length: int) -> Discriminator:
    """The discriminators of a batch before the first move; ``length`` as from `remembered`."""
    parts = gaussian_parts(settings.kernel) if method == "lattice" else None
    if settings.rule.is_plain:
        return Lattice(settings, parts) if parts else History(settings, length)
    return FilteredLattice(settings, parts) if parts else FilteredHistory(settings, length)


def moves(
    field: Discriminator, settings: SimulationSettings, noise: Iterable[Floats | float]
) -> Iterator[Floats]:
    """Positions, shape (B, N, d), at the start and after each move, as long as there is noise.

    The positions of a setting that has stopped being finite are NaN.
    """
    y = settings.generated
    rate = (settings.lr_g[:, None] * settings.generated_mass)[..., None]
    step = field.gradient if settings.rule.is_plain else _Generator(settings, field).step
    looks_ahead = settings.rule.optimiser == Optimiser.EXTRAGRADIENT
    alternating = settings.update == Update.ALTERNATING
    simultaneous = settings.update == Update.SIMULTANEOUS
    broken = np.zeros(len(settings), dtype=bool)
    some_broken = False
    yield y
    for shaken in noise:
        if looks_ahead:
            moved = y + rate * _looked_ahead(field, settings, y) + shaken
        elif alternating:
            field.train(y)
            moved = y + rate * step(y) + shaken
        else:
            moved = y + rate * step(y) + shaken
            field.train(y if simultaneous else moved)
        if some_broken or not np.isfinite(moved).all():
            some_broken = True
            broken |= ~np.isfinite(moved).all(axis=(1, 2))
            moved = np.where(broken[:, None, None], settings.generated, moved)
            y = moved
            yield np.where(broken[:, None, None], np.nan, moved)
        else:
            y = moved
            yield y


class _Generator:
    """The generator's filter and its memory; a plain rule has neither."""

    def __init__(self, settings: SimulationSettings, field: Discriminator) -> None:
        self.on = [np.reshape(number, (-1, 1, 1)) for number in settings.rule.filters[1]]
        self.memory = np.zeros(settings.generated.shape)
        self.pull = field.pull if isinstance(field, Filtered) else field.gradient

    def step(self, y: Floats) -> Floats:
        """What a point of mass 1 and rate 1 moves by."""
        gain, carry, keep = self.on
        pull = self.pull(y)
        step = gain * pull + carry * self.memory
        self.memory = keep * self.memory + pull
        return step


def _looked_ahead(field: Discriminator, settings: SimulationSettings, y: Floats) -> Floats:
    """Train by extragradient; return the slope at the points ahead, of f ahead."""
    assert isinstance(field, Filtered)
    rate = (settings.lr_g[:, None] * settings.generated_mass)[..., None]
    if settings.update == Update.ALTERNATING:
        field.look(y)
        ahead = y + rate * field.gradient(y, AHEAD)
    elif settings.update == Update.SIMULTANEOUS:
        field.look(y)
        ahead = y + rate * field.gradient(y)
    else:
        ahead = y + rate * field.gradient(y)
        field.look(ahead)
    pull = field.gradient(ahead, AHEAD)
    field.correct(ahead)
    return pull


def replayed(settings: SimulationSettings, path: Floats, method: str) -> Iterator[Discriminator]:
    """The discriminators after 0, 1, ... rounds in front of a path that is known.

    ``path`` has shape (B, K, N, d), from the start on. Each time the same object is handed on.
    """
    rounds = path.shape[1] - 1
    field = discriminator(settings, method, remembered(settings, rounds))
    yield field
    sound = np.where(np.isfinite(path), path, settings.generated[:, None])
    for k in range(rounds):
        if settings.rule.optimiser == Optimiser.EXTRAGRADIENT:
            _looked_ahead(field, settings, sound[:, k])
        else:
            later = settings.update == Update.GENERATOR_FIRST
            field.train(sound[:, k + later])
        yield field
