r"""The discriminator as one number for each node of a lattice: Gaussian kernels on a line.

A Gaussian of width σ is a convolution of two narrower ones. With
:math:`g(r) = e^{-r^2/\sigma^2}`,

.. math:: K(x, y) = e^{-(x-y)^2/2\sigma^2}
    = \sqrt{\tfrac{2}{\pi}} \, \frac{1}{\sigma} \int g(x-u) \, g(y-u) \, du
    \approx c \sum_{u \in h\mathbb{Z}} g(x-u) \, g(y-u), \qquad
    c = \sqrt{\tfrac{2}{\pi}} \frac{h}{\sigma}.

So :math:`f(x) = \sum_u F_u g(x-u)`, where a step of the discriminator changes :math:`F_u` to
:math:`(1-a) F_u + \eta_d c [\sum_i p_i g(x_i-u) - \sum_j q_j g(y_j-u)]`. The work of a step does
not grow with the length of the history, with decay or without.

*Error of the sum.* The product is :math:`K(x,y) \, e^{-2(u-(x+y)/2)^2/\sigma^2}`, whose Fourier
transform is Gaussian. By Poisson's formula the sum is

.. math:: K(x,y) \Big[ 1 + 2 \sum_{n \ge 1} e^{-\pi^2 n^2 \sigma^2 / 2h^2}
    \cos \tfrac{\pi n (x+y)}{h} \Big].

With h = 0.41 σ the relative error is at most 3.6e-13, wherever x and y are. The derivative by x
errs by this share of :math:`|\partial_x K|` and by :math:`2 (\pi/h) e^{-\pi^2\sigma^2/2h^2} K`, at
most 2.8e-12 / σ.

*Error of the window.* Of each point only the 27 nearest nodes are used, on the query and on the
deposit. The nearest node left out is at least R = 13.5 h = 5.535 σ away. The terms left out of one
side sum to at most :math:`\sqrt{2/\pi}\, e^{-R^2/\sigma^2} \cdot \sqrt\pi = 7 \cdot 10^{-14}` in
the value, and :math:`2 R/\sigma^2` times that, 7.8e-13 / σ, in the derivative.

Together: f is off by at most 5.0e-13 of :math:`W_k (p + m)`, and its slope by at most 3.7e-12 / σ,
which is 6.2e-12 of :math:`\sup|K'| = e^{-1/2}/\sigma`, times the same; p and m are the total
masses. Both are far below 1e-10 of the scale of f. The bounds add up over a sum of kernels. The
path adds up these errors: where it does not magnify them, it is exact to about 1e-8 widths.

The bounds are absolute. Seven or more σ from everything that f has seen the true slope is itself
below them, and is not resolved. A lone point there, if its rest is unstable, starts to run from
such remnants; the step at which it starts then depends on the method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workedpapers.checks import Floats
from workedpapers.isolated_points.kernels import Gaussian, Kernel, Sum
from workedpapers.isolated_points.simulation.settings import SimulationSettings

__all__ = ["Lattice", "Nodes", "gaussian_parts"]

SPACING = 0.41  # h / sigma
REACH = 13  # nodes on either side of the nearest
MAX_NODES = 1 << 12  # about 1,700 sigma: a setting that needs more is computed by its history
STEPS = np.arange(-REACH, REACH + 1)
_FARTHEST = 1e15  # nodes from 0, beyond which whole numbers are not told apart
_PLACES = SPACING * STEPS
UNIT = np.sqrt(2 / np.pi) * SPACING  # c
_LEVEL_AND_MOMENT = np.stack([np.full(len(STEPS), 2.0), 2 * _PLACES], axis=1)
_RESCALE = 1e100


def gaussian_parts(kernel: Kernel) -> list[tuple[float, Gaussian]] | None:
    """Weights and Gaussians that sum to the kernel, or None if it is no such sum."""
    if type(kernel) is Gaussian:
        return [(1.0, kernel)]
    if type(kernel) is not Sum:
        return None
    parts: list[tuple[float, Gaussian]] = []
    for weight, inner in zip(kernel.weights, kernel.kernels, strict=True):
        found = gaussian_parts(inner)
        if found is None:
            return None
        parts += [(float(weight) * w, gaussian) for w, gaussian in found]
    return parts


def bell(offset: Floats) -> Floats:
    """Values of g at the 27 nodes around points, shape (P,) to (P, 27).

    ``offset`` is the distance to the nearest node in units of σ.
    """
    value = offset[:, None] - _PLACES
    value *= value
    np.negative(value, out=value)
    return np.exp(value, out=value)


class Nodes:
    """Nodes around points, for several settings and one Gaussian of the kernel.

    ``field`` has shape (R, B, L): R rows of coefficients. Setting b holds the nodes ``low[b]`` to
    ``low[b] + L - 1``, and reaches points whose nearest node is ``reach[0, b]`` to ``reach[1, b]``.
    After `locate` the coefficients around the points are ``index``, the values of g there
    ``value``, and ``offset`` the points' distance from their nearest node, in units of σ; each has
    one row for each point of each setting.
    """

    def __init__(self, settings: SimulationSettings, gaussian: Gaussian, rows: int) -> None:
        self.settings = settings
        self.sigma = np.broadcast_to(gaussian.sigma, (len(settings),))[:, None]
        self.lost = np.zeros(len(settings), dtype=bool)
        self.low = np.zeros(len(settings), dtype=np.intp)
        self.reach = np.array([[np.inf], [-np.inf]]).repeat(len(settings), axis=1)[..., None]
        self.field = np.zeros((rows, len(settings), 0))
        self.first = np.zeros((len(settings), 1), dtype=np.intp)  # its place in a flat row
        self._at: Floats | None = None
        self.locate(np.concatenate([settings.true[..., 0], settings.generated[..., 0]], axis=1))

    def deposit(self, row: int, mass: Floats) -> None:
        """Add bumps of masses of shape (B, N) at the located points."""
        amount = self.value * (UNIT * mass).reshape(-1, 1)
        np.add.at(self.field[row].reshape(-1), self.index.ravel(), amount.ravel())

    def near(self) -> Floats:
        """Coefficients times g at the nodes around each located point, shape (R, points, 27)."""
        near: Floats = self.field.reshape(len(self.field), -1).take(self.index, axis=1)
        near *= self.value
        return near

    def locate(self, y: Floats) -> None:
        """Find the nodes around points of shape (B, N), once for the same points."""
        if y is self._at:
            return
        z = y / self.sigma
        nearest = np.rint(z / SPACING)
        if not ((nearest >= self.reach[0]) & (nearest <= self.reach[1])).all():
            nearest = np.clip(nearest, -_FARTHEST, _FARTHEST)
            self._cover(nearest)
            z[self.lost] = nearest[self.lost] * SPACING
        self.offset = (z - nearest * SPACING).ravel()
        self.value = bell(self.offset)
        start = nearest.astype(np.intp)
        start += self.first
        self.index = start.reshape(-1, 1) + STEPS
        self._at = y

    def _cover(self, nearest: Floats) -> None:
        """Make the rows reach all nodes around the nearest ones, shape (B, N).

        Those of lost settings mean nothing any more and are moved inside.
        """
        low, high = (end(axis=1).astype(np.intp) for end in (nearest.min, nearest.max))
        out = (low - REACH < self.low) | (high + REACH >= self.low + self.field.shape[2])
        out &= ~self.lost
        if out.any():
            rows = np.flatnonzero(out)
            self._make_room(rows, low[rows] - REACH, high[rows] + REACH + 1)
        nearest[self.lost] = self.reach[0, self.lost]

    def _make_room(
        self, rows: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp]
    ) -> None:
        """Centre what some settings hold, in longer rows if need be, with room from first to last.

        ``first`` and ``last`` have one number for each of these settings.
        """
        length, before = self.field.shape[2], self.low[rows]
        holds = np.asarray(self.field[:, rows].any(axis=0))
        some = np.asarray(holds.any(axis=1))
        start = end = before
        if length:
            start = before + holds.argmax(axis=1)
            end = before + length - holds[:, ::-1].argmax(axis=1)
            first = np.where(some, np.minimum(first, start), first)
            last = np.where(some, np.maximum(last, end), last)
        span = last - first
        fits = span <= MAX_NODES
        self.lost[rows[~fits]] = True
        needed = max(int((span[fits] + span[fits] // 2).max(initial=0)) + 64, length)
        if needed > length:
            longer = np.zeros((*self.field.shape[:2], needed))
            longer[:, :, :length] = self.field
            self.field = longer
        low = self.low.copy()
        low[rows[fits]] = (first - (needed - span) // 2)[fits]
        for k in np.flatnonzero(fits & some):
            b, old, new = rows[k], before[k], low[rows[k]]
            held = self.field[:, b, start[k] - old : end[k] - old].copy()
            self.field[:, b] = 0
            self.field[:, b, start[k] - new : end[k] - new] = held
        self.low = low
        self.first = (np.arange(len(low)) * needed - low)[:, None]
        self.reach = np.stack([low + REACH, low + needed - 1 - REACH])[..., None].astype(float)


class _FadingNodes(Nodes):
    """Coefficients that fade by one factor per round.

    ``field[0]`` is what the true points would deposit in one look, ``field[1]`` the generated
    points' deposits divided by ``factor``. The factor takes the decay, so that a step touches
    only the nodes near the points.
    """

    def __init__(self, settings: SimulationSettings, weight: float, gaussian: Gaussian) -> None:
        super().__init__(settings, gaussian, rows=2)
        self.weight = weight
        self.keep, self.round_rate = settings.keep[:, None], settings.round_rate[:, None]
        self.mass = self.round_rate * settings.generated_mass
        self.factor = np.ones((len(settings), 1))
        self.true_weight = np.zeros((len(settings), 1))
        with np.errstate(divide="ignore"):
            change = np.abs(np.log(np.abs(self.keep))).max()
        self.in_range = int(np.log(_RESCALE) // change) if change else 1 << 30
        self.unchecked = 0  # rounds since the factor's size was looked at
        self.locate(settings.true[..., 0])
        self.deposit(0, settings.true_mass)
        if settings.warm_up.any():
            self.locate(settings.generated[..., 0])
            self.true_weight = settings.training(settings.warm_up)[:, None]
            self.deposit(1, self.true_weight * settings.generated_mass)

    def train(self, y: Floats) -> None:
        # F_u' = (1 - a) F_u + eta_d c [sum_i p_i g(x_i - u) - sum_j q_j g(y_j - u)]
        self.factor = self.factor * self.keep
        self.unchecked += 1
        if self.unchecked >= self.in_range:
            self._rescale()
        self.true_weight = self.keep * self.true_weight + self.round_rate
        self.locate(y)
        self.deposit(1, self.mass / self.factor)

    def _rescale(self) -> None:
        """Put a factor into its coefficients before it is too small or too large for a number."""
        with np.errstate(divide="ignore"):
            far = (np.abs(np.log(np.abs(self.factor))) > np.log(_RESCALE) / 2)[:, 0]
        self.field[1, far] *= self.factor[far]
        self.factor[far] = 1
        self.unchecked = 0

    def value_at(self, y: Floats) -> Floats:
        # f(x) = sum_u F_u g(x - u)
        self.locate(y)
        true, generated = self.near().sum(axis=2).reshape(2, *y.shape)
        return self._together(true, generated)

    def gradient(self, y: Floats) -> Floats:
        # g'(t - k h) = -2 (t - k h) g(t - k h), in units of sigma
        self.locate(y)
        sums = self.near() @ _LEVEL_AND_MOMENT
        level, moment = sums[..., 0], sums[..., 1]
        true, generated = (moment - self.offset * level).reshape(2, *y.shape)
        return self._together(true, generated) / self.sigma

    def _together(self, true: Floats, generated: Floats) -> Floats:
        total = self.true_weight * true - self.factor * generated
        return total if self.weight == 1 else self.weight * total


class Lattice:
    """State of the discriminators of several settings, for sums of Gaussians in one dimension.

    ``lost`` marks settings whose points left the longest lattice; their numbers mean nothing.
    """

    def __init__(self, settings: SimulationSettings, parts: list[tuple[float, Gaussian]]) -> None:
        self.scales = [_FadingNodes(settings, weight, gaussian) for weight, gaussian in parts]
        self._given: Floats | None = None

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Which settings have left the longest lattice, shape (B,)."""
        lost = self.scales[0].lost
        for scale in self.scales[1:]:
            lost = lost | scale.lost
        return lost

    def train(self, y: Floats) -> None:
        """One round of the discriminator in front of generated points of shape (B, N, 1)."""
        points = self._flat(y)
        for scale in self.scales:
            scale.train(points)

    def value(self, x: Floats) -> Floats:
        """The discriminators at points of shape (B, n, 1), shape (B, n)."""
        points = self._flat(x)
        total = self.scales[0].value_at(points)
        for scale in self.scales[1:]:
            total = total + scale.value_at(points)
        return total

    def gradient(self, y: Floats) -> Floats:
        """Gradient of the discriminators at points, shape (B, N, 1)."""
        points = self._flat(y)
        total = self.scales[0].gradient(points)
        for scale in self.scales[1:]:
            total = total + scale.gradient(points)
        return total[..., None]

    def _flat(self, y: Floats) -> Floats:
        if y is not self._given:
            self._given, self._points = y, y[..., 0]
        return self._points
