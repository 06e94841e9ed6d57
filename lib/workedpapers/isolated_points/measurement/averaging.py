"""Averages of iterates: what is kept of the generator beside the one that trains."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workedpapers.checks import Floats

__all__ = ["averaged"]


def averaged(path: ArrayLike, *, ema: float | None = None, axis: int = 0) -> Floats:
    r"""Running average of positions over the steps of a path.

    Training does not notice: the average is only what one hands out. It cannot repair a collapse,
    whose points rest where they are, nor a divergence. It does still a swing.

    Parameters
    ----------
    path : array_like
        Positions over steps, such as `Run.generated`.
    ema : float or None
        Factor of an exponential moving average, at least 0 and below 1, such as 0.999; None is
        the mean of all positions so far.
    axis : int
        The axis of the steps: 0, or 1 for a batch.

    Returns
    -------
    ndarray
        The average after each step, of the shape of the path.

    Raises
    ------
    ValueError
        If ``ema`` is out of range.

    See Also
    --------
    simulate : Whose path it averages.

    Notes
    -----
    :math:`\bar y_k = \frac1{k+1}\sum_{s\le k} y_s`, or :math:`\bar y_k = e\,\bar y_{k-1} +
    (1-e) y_k` from :math:`\bar y_0 = y_0`. About a rest with multiplier :math:`\mu` the second
    shrinks at the rate :math:`\max(|\mu|, e)`, and the swing that is left of :math:`\mu^k` is
    :math:`(1-e)/|\mu - e|` of it: small where the swing is quick. The first falls as 1/k at best.
    Chapter, section "Which tricks move the dot?".

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import isolated_points as ip
    >>> swing = np.cos(0.5 * np.arange(400.0))
    >>> float(abs(ip.averaged(swing, ema=0.95)[-50:]).max()).__round__(2)
    0.1
    """
    values = np.moveaxis(np.asarray(path, dtype=float), axis, 0)
    if ema is None:
        count = np.arange(1.0, len(values) + 1).reshape(-1, *(1,) * (values.ndim - 1))
        return np.moveaxis(np.cumsum(values, axis=0) / count, 0, axis)
    if not 0 <= ema < 1:
        raise ValueError(f"ema: expected at least 0 and below 1, got {ema}.")
    out = values.copy()
    for k in range(1, len(out)):
        out[k] = ema * out[k - 1] + (1 - ema) * values[k]
    return np.moveaxis(out, 0, axis)
