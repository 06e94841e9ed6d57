r"""Good and bad minima: which ways of sharing true points among generated points can last.

Far apart, the true points do not feel each other, and an equilibrium is a count: how many
generated points sit at each true point. Each count is judged on its own:

* none: nothing is there to be unstable; the true point is missed.
* one, or several with nq <= p: on the true point, `stability`.
* several with nq > p: around it on a simplex, see `collapse_radius`, if the data have n - 1
  dimensions or more and :math:`nq/p < e^{(n+1)/n}`; beyond that the extra points are expelled.

With as many generated as true points and equal masses nq/p is n. Since :math:`2 < e^{3/2}`,
:math:`3 < e^{4/3}` but :math:`4 > e^{5/4}`, two or three points can share a true point on a
simplex, and four cannot: mode collapse has a largest size. Where the data have too few dimensions
for a simplex other shapes can be at rest, such as a square in the plane; find them with
`equilibrium` and judge them with `configuration_stability`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from workedpapers.checks import Floats
from workedpapers.isolated_points.arguments import Update, as_update, masses, one_number, whole
from workedpapers.isolated_points.theory.closed_forms import collapse_radius, expulsion_threshold
from workedpapers.isolated_points.theory.configurations import configuration_stability
from workedpapers.isolated_points.theory.linear import stability

__all__ = ["Rest", "assignment_stability", "simplex"]


class Rest(StrEnum):
    """Where the generated points of a true point come to rest: the column ``rest``."""

    MISSED = "missed"
    ON_THE_POINT = "on the point"
    AROUND_IT = "around it"
    EXPELLED = "expelled"
    NO_SIMPLEX = "no simplex"


def simplex(n: int, dim: int) -> Floats:
    r"""Corners of a regular simplex around 0 at distance 1.

    Parameters
    ----------
    n : int
        Number of corners, at least 2.
    dim : int
        Number of dimensions, at least n - 1.

    Returns
    -------
    ndarray
        Shape (n, dim).

    Raises
    ------
    TypeError
        If a number is not whole.
    ValueError
        If there are too few corners or dimensions.

    See Also
    --------
    collapse_radius : Its size around a true point.

    Notes
    -----
    The n unit vectors less their mean, in coordinates of the plane that they span. Chapter, section
    "Bad minima: mode collapse".

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import isolated_points as ip
    >>> corners = ip.simplex(3, 2)
    >>> np.round(corners @ corners.T, 6).tolist()[0]
    [1.0, -0.5, -0.5]
    """
    n, dim = int(whole(n, "n", least=2)), int(whole(dim, "dim"))
    if dim < n - 1:
        raise ValueError(f"dim: expected at least n - 1 = {n - 1}, got {dim}.")
    corners = np.eye(n) - 1 / n
    axes = np.linalg.svd(corners)[2][: n - 1]
    corners = corners @ axes.T
    flat = np.zeros((n, dim))
    flat[:, : n - 1] = corners / np.linalg.norm(corners, axis=1, keepdims=True)
    return flat


def assignment_stability(
    counts: ArrayLike,
    *,
    q: float,
    sigma: float,
    lr_d: float,
    lr_g: float,
    decay: float,
    p: ArrayLike | None = None,
    dim: int = 1,
    update: str = Update.ALTERNATING,
) -> pd.DataFrame:
    r"""Judge an assignment of generated to isolated true points, one true point after the other.

    Parameters
    ----------
    counts : array_like of int
        How many generated points each true point has, shape (m,).
    q : float
        Mass of each generated point.
    sigma, lr_d, lr_g, decay : float
        As in `stability`; decay above 0.
    p : array_like or None
        Masses of the true points, one number or (m,); None is 1 / m each.
    dim : int
        Dimension of the data.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    DataFrame
        One row for each true point: ``n``; ``rho`` (nq / p); ``rest``, one of "missed", "on the
        point", "around it", "expelled" and "no simplex"; ``radius`` of the rest, NaN if there is
        none; ``rate``, largest modulus of an eigenvalue, NaN where nothing is at rest; ``stable``,
        whether no mode grows and nothing drifts. A simplex that can be turned counts as stable
        although turning it does not decay. "no simplex" means that the data have too few
        dimensions; such points are not judged (``stable`` is missing).

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument has the wrong shape or range.

    See Also
    --------
    stability : Points on one true point.
    configuration_stability : Any arrangement.

    Notes
    -----
    Far apart, the true points do not feel each other, and an equilibrium is a count. With nq > p, n
    points rest on a simplex, stable for :math:`nq/p < e^{(n+1)/n}` and a slow generator. Derived in
    the chapter, section "Bad minima: mode collapse".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"sigma": 1.0, "lr_d": 0.1, "lr_g": 0.45, "decay": 1.0}
    >>> shared = ip.assignment_stability([0, 2, 1], q=1 / 3, **rates)
    >>> shared["rest"].tolist(), shared["radius"].round(4).tolist()[1:]
    (['missed', 'around it', 'on the point'], [0.6798, 0.0])
    """
    n = np.atleast_1d(whole(counts, "counts", least=0))
    if n.ndim != 1:
        raise ValueError(f"counts: expected shape (m,), got {n.shape}.")
    given = {"q": q, "sigma": sigma, "lr_d": lr_d, "lr_g": lr_g, "decay": decay}
    for name, value in given.items():
        one_number(value, name)
    dim, order = int(whole(dim, "dim")), as_update(update)
    rates: dict[str, Any] = {**given, "update": order}
    rows = []
    for count, mass in zip(n.tolist(), masses(p, "p", len(n)).tolist(), strict=True):
        rho = count * q / mass
        rest, radius, rate = Rest.MISSED, float("nan"), float("nan")
        stable: bool | None = True
        if count == 1 or 0 < count * q <= mass * (1 + 1e-12):
            found = stability(p=mass, n=count, **rates)
            rest, radius, rate, stable = Rest.ON_THE_POINT, 0.0, found.rate, found.stable
        elif count > 1 and dim < count - 1:
            rest, stable = Rest.NO_SIMPLEX, None
        elif count > 1:
            radius = float(collapse_radius(count, rho, sigma))
            around = configuration_stability(
                np.zeros((1, dim)), radius * simplex(count, dim), p=mass, **rates
            )
            holds = rho < expulsion_threshold(count)
            rest = Rest.AROUND_IT if holds else Rest.EXPELLED
            rate, stable = around.rate, bool(holds and around.unstable == 0)
        rows.append((count, rho, rest.value, radius, rate, stable))
    frame = pd.DataFrame(rows, columns=["n", "rho", "rest", "radius", "rate", "stable"])
    return frame.astype({"stable": "boolean"})
