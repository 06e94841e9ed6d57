r"""A generated point that nothing holds runs away from its own trail.

The discriminator remembers where the point was and marks that as fake; the point runs down the
slope. At a constant velocity v per step its trail lies at distances v, 2v, ..., and

.. math:: v = \eta_g q \cdot \eta_d q \sum_{m\ge1} (1-a)^m\,
    \frac{m v}{\sigma^2}\, e^{-m^2v^2/2\sigma^2}

with alternating updates: the term m = 0 is the point's own place, where its slope is zero. With
simultaneous updates :math:`(1-a)^{m-1}` stands for :math:`(1-a)^m`. Divided by v, the right side
falls steadily from :math:`\kappa(1-a)/a^2` (:math:`\kappa/a^2` if simultaneous) at v = 0 to 0,
where :math:`\kappa = \eta_d\eta_g q^2/\sigma^2`. So there is one speed above the threshold, and
none below.
"""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np

from workedpapers.checks import one_of
from workedpapers.isolated_points.arguments import Update, as_update, one_number

__all__ = ["Time", "self_propulsion_speed", "self_propulsion_threshold"]


class Time(StrEnum):
    """Steps as they are, or their limit."""

    DISCRETE = "discrete"
    CONTINUOUS = "continuous"


def _rate_numbers(
    q: float, sigma: float, lr_d: float, lr_g: float, decay: float
) -> tuple[float, float]:
    """Return a and kappa of a lone point."""
    given = {"q": q, "sigma": sigma, "lr_d": lr_d, "lr_g": lr_g, "decay": decay}
    for name, value in given.items():
        one_number(value, name, zero=name == "decay")
    a = float(lr_d * decay)
    if a >= 1:
        raise ValueError(f"decay: expected lr_d * decay below 1, got {a}.")
    return a, float(lr_d * lr_g * q**2 / sigma**2)


def self_propulsion_threshold(
    *, q: float, sigma: float, lr_d: float, decay: float, update: str = Update.ALTERNATING
) -> float:
    r"""Generator rate above which a lone point does not stay where it is.

    Parameters
    ----------
    q : float
        Mass of the point.
    sigma : float
        Kernel width.
    lr_d, decay : float
        Of the discriminator, with lr_d decay below 1.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.

    Returns
    -------
    float
        The rate, in the units of `lr_g`.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range.

    See Also
    --------
    self_propulsion_speed : What it does above the threshold.

    Notes
    -----
    .. math:: \eta_g = \frac{\eta_d\lambda^2\sigma^2}{q^2(1-a)} \text{ (alternating)}, \qquad
        \frac{\eta_d\lambda^2\sigma^2}{q^2} \text{ (simultaneous)}.

    It is also where the rest of a lone point becomes unstable: `stability` with p = 0 has the
    eigenvalues 1 (the point may lie anywhere) and :math:`(1-a)(1-\beta)`, which is 1 there. Derived
    in the chapter, section "Divergence".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> round(ip.self_propulsion_threshold(q=1.0, sigma=1.0, lr_d=0.1, decay=1.0), 4)
    0.1111
    """
    a, unit = _rate_numbers(q, sigma, lr_d, 1.0, decay)
    # kappa (1 - a) / a^2 = 1, kappa = unit eta_g
    return a**2 / unit / (1 if as_update(update) == Update.SIMULTANEOUS else 1 - a)


def _trail(w: float, a: float, lag: int) -> float:
    """Sum over the trail, at a speed of w widths per step; terms below 1e-17 are left out."""
    longest = 9 / w if a == 0 else min(9 / w, 40 / -math.log1p(-a) + 40)
    m = np.arange(1, math.ceil(longest) + 2, dtype=float)
    # sum_m m (1 - a)^(m - lag) exp(-m^2 w^2 / 2)
    return float((m * np.exp((m - lag) * math.log1p(-a) - 0.5 * (m * w) ** 2)).sum())


def _trail_integral(w: float, a: float) -> float:
    """Limit of `_trail` for small a and w: the integral of m exp(-a m - m^2 w^2 / 2)."""
    from scipy.special import erfcx

    z = w / a if a else math.inf
    if z < 1e-2:
        return (1 - 3 * z**2 + 15 * z**4) / a**2
    tail = 0.0 if a == 0 else math.sqrt(math.pi / 2) / z * float(erfcx(1 / (math.sqrt(2) * z)))
    return (1 - tail) / w**2


def self_propulsion_speed(
    *,
    q: float,
    sigma: float,
    lr_d: float,
    lr_g: float,
    decay: float,
    update: str = Update.ALTERNATING,
    time: str = Time.DISCRETE,
) -> float:
    r"""Speed at which a lone generated point runs away, per step.

    Parameters
    ----------
    q : float
        Mass of the point.
    sigma : float
        Kernel width.
    lr_d, lr_g, decay : float
        Of both players, with lr_d decay below 1.
    update : {"alternating", "simultaneous", "generator_first"}
        Who moves first.
    time : {"discrete", "continuous"}
        The exact speed, or the limit of small steps.

    Returns
    -------
    float
        Distance per step, in the units of sigma; 0 below `self_propulsion_threshold`. The point
        needs a push to begin: rest remains an equilibrium, an unstable one.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range.

    See Also
    --------
    self_propulsion_threshold : Where it begins.

    Notes
    -----
    The one solution of

    .. math:: 1 = \kappa \sum_{m\ge1} m\,(1-a)^m\, e^{-m^2v^2/2\sigma^2}, \qquad
        \kappa = \eta_d\eta_g q^2/\sigma^2,

    with :math:`(1-a)^{m-1}` if simultaneous. In continuous time (small a and :math:`\kappa`) it
    becomes

    .. math:: 1 = G \int_0^\infty s\, e^{-s - v^2s^2/2}\, ds, \qquad
        G = \frac{\eta_g q^2}{\eta_d\lambda^2\sigma^2},

    with v in units of sigma lr_d decay, and without decay :math:`v = q\sqrt{\eta_d\eta_g}`. Derived
    in the chapter, section "Divergence".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> rates = {"q": 1.0, "sigma": 1.0, "lr_d": 0.1, "decay": 1.0}
    >>> [round(ip.self_propulsion_speed(lr_g=r, **rates), 4) for r in (0.1, 0.2, 0.4)]
    [0.0, 0.0629, 0.1267]
    """
    from scipy.optimize import brentq

    a, kappa = _rate_numbers(q, sigma, lr_d, lr_g, decay)
    lag = 1 if as_update(update) == Update.SIMULTANEOUS else 0
    discrete = one_of(time, "time", Time) == Time.DISCRETE

    def excess(w: float) -> float:
        return kappa * (_trail(w, a, lag) if discrete else _trail_integral(w, a)) - 1

    threshold = a**2 / (1 if lag or not discrete else 1 - a)
    if kappa <= threshold:
        return 0.0
    high = math.sqrt(kappa)
    while excess(high) > 0:
        high *= 2
    low = high / 2
    while excess(low) <= 0:
        low /= 2
        if low < 1e-9 * high:  # at the threshold to the last digit
            return 0.0
    return float(sigma * brentq(excess, low, high, xtol=1e-15 * high, rtol=1e-14))
