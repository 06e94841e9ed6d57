r"""Rates and regimes, measured from trajectories.

Near an equilibrium a trajectory is a sum of modes, :math:`x_t = \sum_s A_s \mu_s^t`. Two modes, or
a complex pair, obey the linear recurrence :math:`x_{t+2} = b x_{t+1} + c x_t` in every coordinate,
and are the roots of :math:`\mu^2 = b \mu + c` (Prony's method). b and c are found by least squares
over a window, each equation divided by the size of its samples, so that early and late ones count
alike, down to a hundred times the floor of rounding. Where one mode alone leaves a residual below
1e-5, it is taken to be the only one: a second could only be fitted to rounding. The root of larger
modulus is the dominant mode μ. Its modulus is the factor per step by which the distance shrinks;
unlike the slope of a fitted envelope it has no trouble with oscillation.

Update rules with memory bring up to four modes. Then recurrences of order 1, 2, 3 and 4 are fitted
in turn, and the first that leaves no more than a millionth of the samples is taken, or else the
last whose further mode explained most of what was left.

The regimes, with a tolerance of 1e-6:

- ``"diverging"``: :math:`|\mu| > 1`. Also where the points come to rest elsewhere later on.
- ``"neutral"``: :math:`|\mu| = 1`.
- ``"oscillating"``: :math:`|\mu| < 1`, and μ is complex or negative: the points overshoot.
- ``"monotone"``: :math:`|\mu| < 1`, and μ is real and not negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, as_float_array
from workedpapers.isolated_points.simulation.run import Run
from workedpapers.isolated_points.theory.linear import Regime

__all__ = ["contraction_rate", "dominant_mode", "measured_rate", "name_regime", "regime_of"]

Complexes = NDArray[np.complex128]
_TOLERANCE = 1e-6
_SECOND_MODE = 1e-5  # below this share of the first, the second mode is taken to be absent
#: A recurrence that leaves less than the first of the samples is taken at once, and the best one
#: if it leaves less than a third of the second.
_EXPLAINED, _ROUGHLY = 1e-6, 0.03
_NEAR, _FLOOR = 1e-3, 1e-12  # the linear range, in units of sigma, and the reach of rounding


def fitted_mode(
    series: Floats, inside: NDArray[np.bool_], floor: ArrayLike = _FLOOR, *, modes: int = 2
) -> Complexes:
    """Dominant mode of each of several series, by the recurrence of the module's introduction.

    ``series`` has shape (B, T, C): T samples of C coordinates that share their modes; ``inside``,
    (B, T), says which to use; ``floor``, a number or (B,), is where rounding takes over; ``modes``
    is the most that there may be. With fewer than 4 samples the result, shape (B,), is the ratio
    of the last two; NaN with fewer than 2.
    """
    x = np.where(inside[..., None], series, 0.0)
    if modes > 2:
        mode = _by_order(x, inside, np.broadcast_to(floor, len(x)), modes)
    else:
        mode = _one_or_two(x, inside, floor, modes)
    mode = np.where(np.abs(mode.imag) < _TOLERANCE * np.abs(mode), mode.real, mode)
    few = (inside[:, 2:] & inside[:, 1:-1] & inside[:, :-2]).sum(axis=1) < 2
    mode[few] = _last_ratio(x[few], inside[few])
    return mode


def _one_or_two(x: Floats, inside: NDArray[np.bool_], floor: ArrayLike, modes: int) -> Complexes:
    """Fit x[t + 2] = b x[t + 1] + c x[t], or x[t + 1] = b x[t] where that is enough."""
    use = inside[:, 2:] & inside[:, 1:-1] & inside[:, :-2]
    size = np.sqrt((x**2).sum(axis=2))
    largest = np.maximum(np.maximum(size[:, 2:], size[:, 1:-1]), size[:, :-2])
    with np.errstate(divide="ignore", invalid="ignore"):
        soft = largest + 100 * np.reshape(floor, (-1, 1))
        weight = np.where(use & (largest > 0), 1 / soft, 0.0)[..., None]
        old, new, next_ = (
            (x[:, i : x.shape[1] - 2 + i] * weight).reshape(len(x), -1) for i in range(3)
        )
        # Gram-Schmidt on (old, new): the two are nearly parallel where modes are slow.
        r11 = np.sqrt((old**2).sum(axis=1))
        r12 = (old * new).sum(axis=1) / r11
        rest = new - old * (r12 / r11)[:, None]
        r22 = np.sqrt((rest**2).sum(axis=1))
        b = (rest * next_).sum(axis=1) / r22**2
        c = ((old * next_).sum(axis=1) / r11 - r12 * b) / r11
        root = np.sqrt((b**2 + 4 * c).astype(complex))
        pair = np.stack([(b + root) / 2, (b - root) / 2])
        larger = np.where(np.abs(pair[0]) >= np.abs(pair[1]), pair[0], pair[1])
        two = r22 > _SECOND_MODE * np.sqrt((new**2).sum(axis=1))
        chosen: Complexes = np.where(two & (modes == 2), larger, r12 / r11)
    return chosen


def _by_order(x: Floats, inside: NDArray[np.bool_], floor: Floats, modes: int) -> Complexes:
    """Fit recurrences of growing order, each series by itself; the samples used are adjacent.

    A series that none explains, such as one that leaves the linear range in a few steps, has the
    ratio of its last two samples.
    """
    mode: Complexes = _last_ratio(x, inside).astype(complex)
    for row in range(len(x)):
        used = np.flatnonzero(inside[row])
        samples = x[row, used[0] : used[-1] + 1] if len(used) else x[row, :0]
        least = _ROUGHLY
        for order in range(1, modes + 1):
            if len(samples) < 2 * order + 2:
                break
            roots, left = _recurrence(samples, order, float(floor[row]))
            if left < least / 3:  # a further mode must explain a good part of what was left
                mode[row] = roots[np.argmax(np.abs(roots))]
                least = left
            if left < _EXPLAINED:
                break
    return mode


def _recurrence(x: Floats, order: int, floor: float) -> tuple[Complexes, float]:
    """Roots of the best recurrence of an order, and the share of the samples that it leaves."""
    last = len(x) - order
    shifted = [x[i : last + i] for i in range(order + 1)]
    sizes = [np.sqrt((part**2).sum(axis=1)) for part in shifted]
    largest = np.maximum.reduce(sizes)
    with np.errstate(divide="ignore"):
        weight = np.where(largest > 0, 1 / (largest + 100 * floor), 0.0)[:, None]
    *before, target = ((part * weight).ravel() for part in shifted)
    matrix = np.stack(before, axis=1)
    found, *_ = np.linalg.lstsq(matrix, target, rcond=None)
    left = float(np.sqrt(np.mean((matrix @ found - target) ** 2)))
    return np.roots(np.append(1.0, -found[::-1])).astype(complex), left


def _last_ratio(x: Floats, inside: NDArray[np.bool_]) -> Floats:
    last = inside.shape[1] - 1 - inside[:, ::-1].argmax(axis=1)
    rows, before = np.arange(len(x)), np.maximum(last - 1, 0)
    new, old = x[rows, last], x[rows, before]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (new * old).sum(axis=1) / (old**2).sum(axis=1)
    return np.where(inside.sum(axis=1) >= 2, ratio, np.nan)


def linear_window(distance: Floats, near: float, floor: float | Floats) -> NDArray[np.bool_]:
    """Where a trajectory is close enough to its equilibrium to be linear.

    From the start until it leaves; or, if it starts farther away than ``near``, from where it
    stays within ``near`` to the end. In both cases not after its distance last exceeds ``floor``.
    ``distance`` has shape (B, T), and so has the result; ``floor`` broadcasts to it.
    """
    steps = np.arange(distance.shape[1])
    within = distance < near  # False for NaN
    leaves = np.where(within.all(axis=1), len(steps), np.argmin(within, axis=1))
    arrives = len(steps) - np.argmin(within[:, ::-1], axis=1)
    starts_near = within[:, 0]
    first = np.where(starts_near, 0, arrives)
    end = np.where(starts_near, leaves, len(steps))
    span = (steps >= first[:, None]) & (steps < end[:, None])
    loud = span & (distance > floor)
    last = len(steps) - 1 - loud[:, ::-1].argmax(axis=1)
    kept: NDArray[np.bool_] = span & (steps <= last[:, None]) & loud.any(axis=1, keepdims=True)
    return kept


def dominant_mode(
    trajectory: ArrayLike,
    equilibrium: ArrayLike = 0.0,
    *,
    near: float = _NEAR,
    floor: float = _FLOOR,
) -> Complexes:
    r"""Measure the multiplier of the slowest mode around an equilibrium.

    Parameters
    ----------
    trajectory : array_like
        Positions, shape (T, ...) of one setting: any number of points and coordinates, at least 4
        steps. NaN is allowed and ends the window.
    equilibrium : array_like
        Position around which to measure, of a shape that broadcasts to the rest.
    near : float
        Largest distance at which the dynamics count as linear, in the units of the data. The
        default suits a kernel of width 1; the error is of the order of (near / sigma) squared.
    floor : float
        Distance below which rounding takes over, in the units of the data.

    Returns
    -------
    ndarray of complex
        Shape (). NaN if fewer than two samples lie in the window.

    Raises
    ------
    TypeError
        If a number is none.
    ValueError
        If there are too few steps, or ``near`` is not above ``floor``.

    See Also
    --------
    measured_rate : Its modulus.
    regime_of : Its name.

    Notes
    -----
    Prony's method: :math:`x_{t+2} = b x_{t+1} + c x_t` by weighted least squares, and the larger
    root of :math:`\mu^2 = b\mu + c`. Chapter, section "Is it right?".

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import isolated_points as ip
    >>> swing = 1e-4 * (0.9 * np.exp(0.5j)) ** np.arange(40)
    >>> abs(complex(ip.dominant_mode(swing.real))).__round__(6)
    0.9
    """
    path = np.asarray(trajectory, dtype=float)
    if path.ndim == 0 or len(path) < 4:
        raise ValueError(f"trajectory: expected at least 4 steps, got shape {path.shape}.")
    if not 0 <= floor < near:
        raise ValueError(f"near: expected more than floor, got near={near}, floor={floor}.")
    gap = (path - as_float_array(equilibrium, "equilibrium")).reshape(1, len(path), -1)
    distance = np.sqrt((gap**2).sum(axis=2))
    return np.asarray(fitted_mode(gap, linear_window(distance, near, floor), floor)[0])


def measured_rate(
    trajectory: ArrayLike,
    equilibrium: ArrayLike = 0.0,
    *,
    near: float = _NEAR,
    floor: float = _FLOOR,
) -> float:
    r"""Factor per step by which the distance to an equilibrium changes.

    Parameters
    ----------
    trajectory : array_like
        As for `dominant_mode`.
    equilibrium : array_like
        As for `dominant_mode`.
    near, floor : float
        As for `dominant_mode`.

    Returns
    -------
    float
        The modulus of the dominant mode.

    Raises
    ------
    TypeError
        As `dominant_mode`.
    ValueError
        As `dominant_mode`.

    See Also
    --------
    contraction_rate : The same where the equilibrium is not known.

    Notes
    -----
    :math:`|\mu|` of `dominant_mode`. Chapter, section "Is it right?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> run = ip.simulate([0.0], [1e-4], lr_d=0.1, lr_g=0.4, steps=200, warm_up=float("inf"))
    >>> round(ip.measured_rate(run.generated), 4)
    0.9487
    """
    return float(np.abs(dominant_mode(trajectory, equilibrium, near=near, floor=floor)))


def name_regime(mode: ArrayLike) -> NDArray[np.str_]:
    """Names of the regimes of dominant modes, as the module's introduction defines them.

    "unknown" where the mode is NaN. The result has the shape of ``mode``.
    """
    mu = np.asarray(mode, dtype=complex)
    size = np.abs(mu)
    overshoots = (np.abs(mu.imag) > _TOLERANCE * size) | (mu.real < 0)
    found = [np.isnan(size), size > 1 + _TOLERANCE, size >= 1 - _TOLERANCE, overshoots]
    names = [Regime.UNKNOWN, Regime.DIVERGING, Regime.NEUTRAL, Regime.OSCILLATING]
    return np.select(found, [name.value for name in names], default=Regime.MONOTONE.value)


def regime_of(
    trajectory: ArrayLike,
    equilibrium: ArrayLike = 0.0,
    *,
    near: float = _NEAR,
    floor: float = _FLOOR,
) -> str:
    r"""Name what a trajectory does near an equilibrium.

    It is the slowest mode that decides; where others are nearly as slow, take a longer trajectory
    or a smaller ``near``.

    Parameters
    ----------
    trajectory : array_like
        As for `dominant_mode`.
    equilibrium : array_like
        As for `dominant_mode`.
    near, floor : float
        As for `dominant_mode`.

    Returns
    -------
    str
        "monotone", "oscillating", "diverging" or "neutral".

    Raises
    ------
    TypeError
        As `dominant_mode`.
    ValueError
        As `dominant_mode`, or if the trajectory is too short to tell.

    See Also
    --------
    stability : The regime that theory names.

    Notes
    -----
    With the dominant mode :math:`\mu` and a tolerance of 1e-6: diverging if :math:`|\mu| > 1`,
    neutral if it is 1, and below that oscillating if :math:`\mu` is complex or negative. Chapter,
    section "Is it right?".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> ip.regime_of([1e-4 * 0.9**k for k in range(20)])
    'monotone'
    >>> ip.regime_of([1e-4 * (-0.9) ** k for k in range(20)])
    'oscillating'
    """
    name = str(name_regime(dominant_mode(trajectory, equilibrium, near=near, floor=floor)))
    if name == Regime.UNKNOWN:
        raise ValueError("trajectory: expected at least 2 positions between floor and near.")
    return name


def contraction_rate(run: Run) -> Floats:
    r"""Factor per step by which the distance to wherever a run comes to rest shrinks in the end.

    No equilibrium is needed. Around a linearly stable equilibrium this agrees with linear theory
    to well within 1 %, if the run was long enough for its slowest mode to be left alone.

    Parameters
    ----------
    run : Run
        A run of at least 8 steps with every position kept.

    Returns
    -------
    ndarray
        Shape (), or (B,) for a batch. Near 1 for a run that goes on moving; NaN for one whose
        points never move or stopped being finite.

    Raises
    ------
    ValueError
        If not every position was kept, or for fewer than 8 steps.

    See Also
    --------
    measured_rate : Where the equilibrium is known.
    stability : What theory says.

    Notes
    -----
    The increments :math:`y_{t+1} - y_t` have the same modes. Used are those after their envelope
    (the largest still to come) has fallen half the way, in logarithm, from its start to its end;
    the end is where the increments last exceed 1e-10 of the largest excursion. Chapter, section
    "Three numbers decide".

    Examples
    --------
    >>> from workedpapers import isolated_points as ip
    >>> run = ip.simulate([0.0], [0.02], lr_d=0.1, lr_g=0.4, steps=400)
    >>> float(ip.contraction_rate(run)).__round__(4)
    0.9487
    """
    if len(run.kept) <= run.steps or run.steps < 8:
        raise ValueError(
            f"run: expected at least 8 steps with keep='all', got {run.steps} steps, of which "
            f"{len(run.kept)} positions were kept."
        )
    path = run.generated if run.settings.batched else run.generated[None]
    path = path.reshape(*path.shape[:2], -1)
    jump = np.diff(path, axis=1)
    size = np.sqrt((jump**2).sum(axis=2))
    excursion = np.abs(path - path[:, -1:]).max(axis=(1, 2))
    floor = 1e-10 * np.maximum(excursion, 1e-3 * np.abs(path).max(axis=(1, 2)))
    steps = np.arange(size.shape[1])
    loud = size > floor[:, None]
    last = size.shape[1] - 1 - loud[:, ::-1].argmax(axis=1)
    to_come = np.maximum.accumulate(size[:, ::-1], axis=1)[:, ::-1]
    middle = np.sqrt(to_come[:, 0] * to_come[np.arange(len(size)), last])
    first = np.minimum((to_come > middle[:, None]).sum(axis=1), np.maximum(last - 8, 0))
    inside = (steps >= first[:, None]) & (steps <= last[:, None]) & loud.any(axis=1)[:, None]
    inside &= np.isfinite(size).all(axis=1)[:, None]
    rate = np.abs(fitted_mode(np.nan_to_num(jump), inside, floor))
    return rate if run.settings.batched else rate[0]
