"""Training on a lattice: constant work per step, and the same bits as `live.js`.

The Gaussian kernel is an integral of products of narrower Gaussians g(r) = exp(-(r/sigma)^2), and
the trapezoid rule turns the integral into a sum over a lattice of spacing h,

    K(x, y) = exp(-(x - y)^2 / 2 sigma^2) = A sum_u g(x - u) g(y - u),  A = h / sigma sqrt(2 / pi),

with relative error 2 exp(-pi^2 sigma^2 / 2 h^2), 4e-13 at h = 0.41 sigma. So the discriminator
f(x) = A sum_u F_u g(x - u) is one number F_u per node, however many points it has seen.

Some runs are chaotic and enlarge a difference of one bit without bound. The browser's copy can
agree with this one only if both do the same additions and multiplications in the same order.
That is why exponentials are series here, and sums run from the first term to the last.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["HALF", "SPACING", "TABLE", "LatticeRun", "evaluate", "train_on_lattice"]

Floats = npt.NDArray[np.float64]

#: Spacing of the lattice in kernel widths, and nodes kept on each side of a point.
SPACING, HALF = 0.41, 13
#: A above: the weight of one node.
WEIGHT = SPACING * np.sqrt(2 / np.pi)
#: g at the nodes around one of them, from the farthest on the left to the farthest on the right.
TABLE: Floats = np.exp(-((SPACING * np.arange(-HALF, HALF + 1)) ** 2))
#: Terms of the series of the exponential, whose argument is at most 0.17.
TERMS = 13
#: Up to this many points are worked through one by one.
FEW = 16


@dataclass(frozen=True)
class LatticeRun:
    """A run of training.

    Attributes
    ----------
    places : generated points before each step and after the last, shape (steps + 1, n).
    nodes : whole numbers; node u lies at ``u * SPACING * sigma``.
    heights : F at those nodes after the last step; it is 0 at all others.
    left_alone : height of the discriminator, after the last step, over a true point of mass 1 that
        no other point was near.
    """

    places: Floats
    nodes: npt.NDArray[np.int64]
    heights: Floats
    left_alone: float


def _exp(t: Floats) -> Floats:
    """Exponential of small numbers by its series, the same bits in every language."""
    total = np.ones_like(t)
    for n in range(TERMS, 0, -1):
        total = 1 + t / n * total
    return total


def _exp_of_few(t: list[float]) -> list[float]:
    """The same numbers as `_exp`, without the cost of calls for small arrays."""
    totals = []
    for one in t:
        total = 1.0
        for n in range(TERMS, 0, -1):
            total = 1 + one / n * total
        totals.append(total)
    return totals


def _spread(z: Floats) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Nearest nodes (n,), distances from them (n,), and g at the nodes around (n, 2 HALF + 1).

    exp(-c (s - k)^2) = exp(-c k^2) exp(-c s^2) exp(2 c s)^k needs two exponentials per point.
    """
    nearest = np.floor(z + 0.5)
    s = z - nearest
    c = SPACING * SPACING
    # Both in one call: this is where the time goes.
    exponents = np.concatenate([2 * c * s, -c * s * s])
    both = _exp(exponents) if len(z) > FEW else np.array(_exp_of_few(exponents.tolist()))
    step, centre = both.reshape(2, -1, 1)
    up = np.repeat(step, HALF, axis=1)
    middle = np.ones((len(z), 1))
    right = np.cumprod(up, axis=1)
    left = np.cumprod(1 / up, axis=1)[:, ::-1]
    powers = np.concatenate([left, middle, right], axis=1)
    return nearest.astype(np.int64), s, TABLE * centre * powers


def _in_order(terms: Floats) -> Floats:
    """Sums along the last axis, from the first term to the last."""
    return np.cumsum(terms, axis=-1)[..., -1]


class _Lattice:
    """Heights at the nodes that some point has been near, in the order of the first visit."""

    def __init__(self) -> None:
        self.slots: dict[int, int] = {}
        self.heights = np.zeros(256)

    def near(self, node: int) -> npt.NDArray[np.int64]:
        """Slots of a node and its neighbours; new ones start at 0."""
        slots = [
            self.slots.setdefault(u, len(self.slots)) for u in range(node - HALF, node + HALF + 1)
        ]
        if len(self.slots) > len(self.heights):
            self.heights = np.concatenate([self.heights, np.zeros_like(self.heights)])
        return np.array(slots)


def train_on_lattice(
    true: Floats,
    start: Floats,
    *,
    p: float,
    q: float,
    lr_d: float,
    lr_g: float,
    decay: float,
    sigma: float,
    steps: int,
    simultaneous: bool = False,
) -> LatticeRun:
    """Train generated points on a line against a kernel discriminator that starts at 0.

    Parameters
    ----------
    true, start : places of the true points, and of the generated points at the start.
    p, q : mass of one true and of one generated point.
    lr_d, lr_g : steps of the discriminator and of the generator.
    decay : regularisation of the discriminator, at least 0.
    sigma : kernel width.
    steps : number of steps.
    simultaneous : the generator follows the discriminator of before the step, not of after it.
    """
    spacing, lattice = SPACING * sigma, _Lattice()
    keep = 1 - lr_d * decay
    pull, push, pace = lr_d * p, lr_d * q, lr_g * q
    tilt = -2 * SPACING * WEIGHT / sigma
    offsets = np.arange(-HALF, HALF + 1)
    nodes, _, weights = _spread(true / spacing)
    drive = np.zeros(2 * HALF * len(true) + len(true))
    for node, row in zip(nodes.tolist(), weights, strict=True):
        drive[lattice.near(node)] += pull * row
    driven = len(lattice.slots)
    y, places, known, left_alone = start.astype(float), [start.astype(float)], {}, 0.0
    for _ in range(steps):
        nearest, s, weights = _spread(y / spacing)
        at = []
        for node in nearest.tolist():
            if node not in known:
                known[node] = lattice.near(node)
            at.append(known[node])
        arms = (s[:, None] - offsets) * weights
        before = _in_order(lattice.heights[np.array(at)] * arms) if simultaneous else None
        lattice.heights *= keep
        lattice.heights[:driven] += drive[:driven]
        for slots, row in zip(at, weights, strict=True):
            lattice.heights[slots] -= push * row
        force = _in_order(lattice.heights[np.array(at)] * arms) if before is None else before
        y = y + pace * (tilt * force)
        left_alone = left_alone * keep + lr_d
        places.append(y)
    used = np.array(list(lattice.slots))
    return LatticeRun(np.array(places), used, lattice.heights[: len(used)], left_alone)


def evaluate(run: LatticeRun, x: Floats, sigma: float) -> Floats:
    """The discriminator after the last step at some places, shape (n,)."""
    nearest, _, weights = _spread(x / (SPACING * sigma))
    order = np.argsort(run.nodes)
    wanted = nearest[:, None] + np.arange(-HALF, HALF + 1)
    place = np.searchsorted(run.nodes[order], wanted).clip(max=len(order) - 1)
    found = run.nodes[order][place] == wanted
    heights = np.where(found, run.heights[order][place], 0.0)
    value: Floats = WEIGHT * _in_order(heights * weights)
    return value
