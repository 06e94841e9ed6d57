r"""Numbers that the dynamics of isolated points gives in closed form.

Notation as in `workedpapers.isolated_points.theory.linear`. Two facts carry most of this module.

*Critical generator rates.* Both :math:`\beta = -\eta_g b` and :math:`\kappa = \eta_g k` are
proportional to the generator's rate, and the mean mode is stable iff (Jury's criterion)
:math:`\det < 1` and :math:`1 + \mathrm{tr} + \det > 0`; the third condition,
:math:`1 - \mathrm{tr} + \det = \kappa + a\beta = \eta_d\eta_g q p/\sigma^2 > 0`, always holds. So
the stable rates are an interval from 0. At its end a complex pair leaves the circle (Hopf,
:math:`\det = 1`) or an eigenvalue passes -1 (flip).

*Surplus.* Equilibria other than "on the true point" balance attraction and repulsion, in which
the rates cancel. They depend on the masses' ratio and on the width alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats, positive_array
from workedpapers.isolated_points.arguments import Update, as_update, whole
from workedpapers.isolated_points.theory.linear import control_numbers

__all__ = [
    "collapse_critical_lr_g",
    "collapse_radius",
    "critical_lr_g",
    "expulsion_threshold",
    "flip_lr_g",
    "hopf_lr_g",
    "oscillation_threshold",
]


def _hopf(a: Floats, b: Floats, k: Floats, update: Update) -> Floats:
    """Rate at which det = 1, where beta = -rate b and kappa = rate k; infinity if at none."""
    # det = (1 - a)(1 + rate b) [+ rate k] = 1
    slope = (1 - a) * b + (k if update == Update.SIMULTANEOUS else 0)
    with np.errstate(divide="ignore"):
        # Above a = 1 and with b < 0, det falls to -1 first: that is the flip's business.
        reached = (slope > 0) & ((a < 1) | (b > 0) | (update == Update.SIMULTANEOUS))
        return np.where(a >= 2, 0.0, np.where(reached, a / np.where(reached, slope, 1), np.inf))


def _flip(a: Floats, b: Floats, k: Floats, update: Update) -> Floats:
    """Rate at which an eigenvalue is -1; infinity if at none."""
    # rate k = (2 - a)(2 + rate b), with -k if simultaneous
    slope = -(k if update == Update.SIMULTANEOUS else -k) - (2 - a) * b
    reached = slope > 0
    end = np.where(reached, 2 * (2 - a) / np.where(reached, slope, 1), np.inf)
    return np.where(a >= 2, 0.0, end)


def _per_rate(
    p: ArrayLike, q: ArrayLike, n: ArrayLike, sigma: ArrayLike, lr_d: ArrayLike, decay: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return a, b and k of the module's docstring."""
    checked = np.broadcast_arrays(
        positive_array(p, "p"),
        positive_array(q, "q"),
        whole(n, "n"),
        positive_array(sigma, "sigma"),
        positive_array(lr_d, "lr_d"),
        positive_array(decay, "decay"),
    )
    p, q, n, sigma, lr_d, decay = checked
    a, beta, kappa = control_numbers(p, q, n, sigma, lr_d, np.ones_like(p), decay)
    return a, -beta, kappa


def hopf_lr_g(
    *,
    p: ArrayLike,
    q: ArrayLike,
    n: ArrayLike = 1,
    sigma: ArrayLike,
    lr_d: ArrayLike,
    decay: ArrayLike,
    update: str = Update.ALTERNATING,
) -> Floats:
    r"""Generator rate at which a complex pair of the mean mode leaves the unit circle.

    Beyond it the points circle.

    Parameters
    ----------
    p, q : array_like
        Masses of the true point and of each generated point, above 0.
    n : array_like of int
        How many generated points sit there, at least 1.
    sigma : array_like
        Kernel width.
    lr_d, decay : array_like
        Of the discriminator, above 0: without decay nothing is asymptotically stable.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    ndarray
        Rates of the arguments' common shape (0-dimensional for numbers), in the units of `lr_g`. 0
        where lr_d decay >= 2 and the discriminator itself diverges.

    Raises
    ------
    TypeError
        If an argument is not numeric, or n not whole.
    ValueError
        If an argument is out of range.

    See Also
    --------
    flip_lr_g : The other way to become unstable.
    critical_lr_g : The least of all.

    Notes
    -----
    .. math::
        G_{\mathrm{Hopf}} = \frac{1}{(\rho - 1)(1 - a)} \text{ (alternating)}, \qquad
        G_{\mathrm{Hopf}} = \frac{1}{\rho - 1 + a} \text{ (simultaneous)},

    infinite where the denominator is not positive. From det = 1 with :math:`\kappa = G a^2\rho`,
    :math:`\beta = G a(1-\rho)`. Derived in the chapter, section "The map".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    >>> float(ip.hopf_lr_g(p=1.0, q=2.0, **rates)).__round__(4)
    0.0556
    """
    return _hopf(*_per_rate(p, q, n, sigma, lr_d, decay), as_update(update))


def flip_lr_g(
    *,
    p: ArrayLike,
    q: ArrayLike,
    n: ArrayLike = 1,
    sigma: ArrayLike,
    lr_d: ArrayLike,
    decay: ArrayLike,
    update: str = Update.ALTERNATING,
) -> Floats:
    r"""Generator rate at which an eigenvalue of the mean mode passes -1.

    Beyond it the points jump from side to side.

    Parameters
    ----------
    p, q : array_like
        Masses of the true point and of each generated point, above 0.
    n : array_like of int
        How many generated points sit there, at least 1.
    sigma : array_like
        Kernel width.
    lr_d, decay : array_like
        Of the discriminator, above 0: without decay nothing is asymptotically stable.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    ndarray
        Rates of the arguments' common shape (0-dimensional for numbers), in the units of `lr_g`. 0
        where lr_d decay >= 2 and the discriminator itself diverges.

    Raises
    ------
    TypeError
        If an argument is not numeric, or n not whole.
    ValueError
        If an argument is out of range.

    See Also
    --------
    hopf_lr_g : The other way to become unstable.
    critical_lr_g : The least of all.

    Notes
    -----
    .. math::
        G_{\mathrm{flip}} &= \frac{2(2-a)}{a\,[(2-a) - 2\rho(1-a)]} \text{ (alternating)}, \\
        G_{\mathrm{flip}} &= \frac{2(2-a)}{a\,[(2-a) - 2\rho]} \text{ (simultaneous)},

    infinite where the bracket is not positive. From :math:`\kappa = (2-a)(2-\beta)` and
    :math:`-\kappa = (2-a)(2-\beta)`. With matched masses and alternating updates this is
    :math:`\kappa = 2 (2 - a)`: the step is too long. Derived in the chapter, section "The map".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    >>> float(ip.flip_lr_g(p=1.0, q=1.0, **rates)).__round__(4)
    38.0
    """
    return _flip(*_per_rate(p, q, n, sigma, lr_d, decay), as_update(update))


def critical_lr_g(
    *,
    p: ArrayLike,
    q: ArrayLike,
    n: ArrayLike = 1,
    sigma: ArrayLike,
    lr_d: ArrayLike,
    decay: ArrayLike,
    update: str = Update.ALTERNATING,
) -> Floats:
    r"""Rate below which n generated points on a true point are stable, and above which not.

    It is 0 for n > 1 and nq >= p: then no rate is small enough, and the points move apart (nq > p)
    or approach the true point slower than exponentially (nq = p).

    Parameters
    ----------
    p, q : array_like
        Masses of the true point and of each generated point, above 0.
    n : array_like of int
        How many generated points sit there, at least 1.
    sigma : array_like
        Kernel width.
    lr_d, decay : array_like
        Of the discriminator, above 0: without decay nothing is asymptotically stable.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    ndarray
        Rates of the arguments' common shape (0-dimensional for numbers), in the units of `lr_g`. 0
        where lr_d decay >= 2 and the discriminator itself diverges.

    Raises
    ------
    TypeError
        If an argument is not numeric, or n not whole.
    ValueError
        If an argument is out of range.

    See Also
    --------
    simulated_threshold : The same by bisection of simulations.

    Notes
    -----
    The least of `hopf_lr_g`, `flip_lr_g` and, for n > 1, the end of the relative modes,
    :math:`\beta = 2`. Derived in the chapter, section "When does a good minimum hold?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    >>> ip.critical_lr_g(p=1.0, q=[1.0, 2.0], **rates).round(4).tolist()
    [38.0, 0.0556]
    """
    order = as_update(update)
    a, b, k = _per_rate(p, q, n, sigma, lr_d, decay)
    mean = np.minimum(_hopf(a, b, k, order), _flip(a, b, k, order))
    relative = np.where(b < 0, 2 / np.where(b < 0, -b, 1), 0.0)
    several = np.broadcast_to(np.asarray(n) > 1, mean.shape)
    return np.where(several, np.minimum(mean, relative), mean)


def oscillation_threshold(a: ArrayLike, update: str = Update.ALTERNATING) -> Floats:
    r"""G above which one matched point swings about its true point instead of creeping to it.

    Parameters
    ----------
    a : array_like
        lr_d decay, above 0 and at most 1.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    ndarray
        G, of the shape of a.

    Raises
    ------
    TypeError
        If a is not numeric.
    ValueError
        If a is out of range or `update` unknown.

    See Also
    --------
    stability : The eigenvalues themselves.

    Notes
    -----
    .. math:: G = \frac{1}{(1 + \sqrt{1 - a})^2} \text{ (alternating)}, \qquad
        G = \frac14 \text{ (simultaneous)},

    where the square of the trace is four times the determinant; both are 1/4 for small a. Derived
    in the chapter, section "Three numbers decide".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> float(ip.oscillation_threshold(0.1)).__round__(4)
    0.2633
    """
    a = positive_array(a, "a")
    if (a > 1).any():
        raise ValueError(f"a: expected at most 1, got {a.max()}.")
    if as_update(update) == Update.SIMULTANEOUS:
        return np.full_like(a, 0.25)
    return np.asarray(1 / (1 + np.sqrt(1 - a)) ** 2)


def _surplus(mass_ratio: ArrayLike) -> Floats:
    ratio = positive_array(mass_ratio, "mass_ratio")
    if (ratio <= 1).any():
        raise ValueError(
            f"mass_ratio: expected above 1, got {ratio.min()}; up to 1 the points' rest is the "
            f"true point itself."
        )
    return ratio


def collapse_radius(n: ArrayLike, mass_ratio: ArrayLike, sigma: ArrayLike) -> Floats:
    r"""Distance at which surplus generated points come to rest around a true point.

    It needs d >= n - 1 dimensions. Rates and decay do not enter.

    Parameters
    ----------
    n : array_like of int
        Number of generated points, at least 2.
    mass_ratio : array_like
        nq / p, above 1.
    sigma : array_like
        Kernel width, in the units of the data.

    Returns
    -------
    ndarray
        Radius in the units of the data, of the arguments' common shape. The simplex keeps its place
        while ``mass_ratio < expulsion_threshold(n)``.

    Raises
    ------
    TypeError
        If n is not whole.
    ValueError
        If n is below 2, the mass ratio at most 1, or sigma not positive.

    See Also
    --------
    expulsion_threshold : How far it holds.
    collapse_critical_lr_g : For which generators it holds.

    Notes
    -----
    On a regular simplex of radius r the edges are :math:`\ell = r\sqrt{2n/(n-1)}` long, and the n -
    1 others push a point outward with :math:`q n r K(\ell)/\sigma^2`, since the centre of the
    simplex is at 0. The true point pulls with :math:`p r K(r)/\sigma^2`. They balance at

    .. math:: r = \sigma \sqrt{\tfrac{2(n-1)}{n+1} \ln(nq/p)} .

    Derived in the chapter, section "Bad minima: mode collapse".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> float(ip.collapse_radius(2, 2.0, 1.0)).__round__(4)
    0.6798
    """
    n, sigma = whole(n, "n", least=2), positive_array(sigma, "sigma")
    # r = sigma sqrt(2 (n - 1) / (n + 1) ln(n q / p))
    return np.asarray(sigma * np.sqrt(2 * (n - 1) / (n + 1) * np.log(_surplus(mass_ratio))))


def expulsion_threshold(n: ArrayLike) -> Floats:
    r"""Mass ratio nq/p above which a simplex of surplus points slides off its true point.

    Static: a fast generator loses the simplex sooner.

    Parameters
    ----------
    n : array_like of int
        Number of generated points, at least 2, in n - 1 or more dimensions.

    Returns
    -------
    ndarray
        The ratio, of the shape of n.

    Raises
    ------
    TypeError
        If n is not whole.
    ValueError
        If n is below 2.

    See Also
    --------
    collapse_critical_lr_g : The generator's rate that loses two points.

    Notes
    -----
    .. math:: \rho = e^{(n+1)/n}, \qquad \text{the edge of the simplex is } 2\sigma .

    Let the points feel the force of the resting discriminator. Its energy's second variation, in
    units of :math:`q^2 K(\ell)/\sigma^2` and with :math:`\sigma = 1`, is

    .. math:: \Big|\sum_i u_i\Big|^2 - n\sum_i (x_i\cdot u_i)^2
        + \sum_{i<j} \big((x_i - x_j)\cdot(u_i-u_j)\big)^2 .

    Shifts :math:`u_i = e` mix with :math:`u_i = x_i (x_i\cdot e)`. With :math:`t = r^2/(n-1)`, on
    these two it has the eigenvalues :math:`2 - nt` and :math:`(n-2)t`, up to a factor. All other
    displacements cost energy or are rotations. So it is lost at :math:`t = 2/n`, which is
    :math:`\ell^2 = 2nt = 4`. A shift alone would hold to :math:`t = 1`, that is to :math:`\rho =
    e^{(n+1)/2}`: the same for two points, too much for more. Derived in the chapter, section "Bad
    minima: mode collapse".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.expulsion_threshold([2, 3, 4]).round(2).tolist()
    [4.48, 3.79, 3.49]
    """
    n = whole(n, "n", least=2)
    return np.exp((n + 1) / n)  # rho = e^((n + 1) / n)


def collapse_critical_lr_g(
    *,
    p: ArrayLike,
    q: ArrayLike,
    sigma: ArrayLike,
    lr_d: ArrayLike,
    decay: ArrayLike,
    dim: int = 1,
    update: str = Update.ALTERNATING,
) -> Floats:
    r"""Generator rate up to which two generated points stay collapsed around one true point.

    Parameters
    ----------
    p, q : array_like
        Masses of the true point and of each generated point, with 2q above p.
    sigma : array_like
        Kernel width.
    lr_d, decay : array_like
        Of the discriminator, above 0.
    dim : int
        Dimension of the data.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    ndarray
        The largest rate at which no mode grows; 0 beyond `expulsion_threshold`. A generator with a
        higher rate escapes this bad minimum.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range, or 2q is at most p.

    See Also
    --------
    collapse_radius : Where the two rest.
    configuration_stability : Any number of points.

    Notes
    -----
    The pair rests at :math:`\pm r`, r = `collapse_radius`. Write :math:`E = e^{-2r^2/\sigma^2} =
    (2q/p)^{-4/3}`. There the resting discriminator is convex,

    .. math:: \nabla^2 f^* = \frac{q}{\lambda\sigma^2} [1 - (1 + 2r^2/\sigma^2)E]
        \text{ along the pair}, \qquad \frac{q}{\lambda\sigma^2} [1 - E] \text{ across},

    and pushes the points away; only the discriminator's answer holds them. With :math:`b = q
    \nabla^2 f^*` and :math:`k = \eta_d q^2 (1 \pm E(1 - 4r^2/\sigma^2))/\sigma^2` along,
    :math:`\eta_d q^2(1 \pm E)/\sigma^2` across, each mode is the one of a single point. In two or
    more dimensions the pair is lost by spinning up, at a lower rate than on a line. Derived in the
    chapter, section "Bad minima: mode collapse".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    >>> float(ip.collapse_critical_lr_g(p=1.0, q=1.0, **rates)).__round__(4)
    0.47
    """
    dim, order = int(whole(dim, "dim")), as_update(update)
    a, _, _ = _per_rate(p, q, 2, sigma, lr_d, decay)
    p, q, sigma, lr_d, decay = (np.asarray(v, dtype=float) for v in (p, q, sigma, lr_d, decay))
    rho = _surplus(2 * q / p)
    r2 = 2 / 3 * np.log(rho)  # in units of sigma^2
    E = np.exp(-2 * r2)
    along, across = 1 - (1 + 2 * r2) * E, 1 - E
    modes = [(along, 1 + (1 - 4 * r2) * E), (along, 1 - (1 - 4 * r2) * E)]
    if dim > 1:
        modes += [(across, 1 + E), (across, 1 - E)]
    unit = q**2 / sigma**2
    ends = []
    for bend, answer in modes:
        b, k = unit * bend / decay, unit * lr_d * answer
        ends += [_hopf(a, b, k, order), _flip(a, b, k, order)]
    lowest = np.min(np.broadcast_arrays(*ends), axis=0)
    return np.where(rho < expulsion_threshold(2), lowest, 0.0)
