r"""Multivariate noise normalisation: channels become uncorrelated and of unit variance in noise.

.. math:: X \to \Sigma^{-1/2} X, \qquad \Sigma = D\,[(1 - \lambda) R + \lambda I]\,D,

with :math:`R` the correlations of the noise and :math:`D` its standard deviations. The noise is
what differs between epochs at one time, averaged over the baseline or over all times. No label
is used, so it may be done before cross-validation.

Source: Guggenmos, Sterzer and Cichy 2018, doi:10.1016/j.neuroimage.2018.02.044; Ledoit and Wolf
2004, doi:10.1016/S0047-259X(03)00096-4, for the optimal shrinkage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workedpapers.checks import Floats, one_of, probability

from .epochs import Epoched

__all__ = ["Whitener", "fit_whitener"]


@dataclass(frozen=True)
class Whitener:
    r"""A linear map of the channels.

    Parameters
    ----------
    matrix : array of float
        Shape (p, p), applied to the channels of each epoch and time.
    covariance : array of float
        The shrunk noise covariance whose inverse root it is, shape (p, p).
    shrinkage : float
        The share of the diagonal, from 0 to 1.

    See Also
    --------
    fit_whitener : Which makes it.

    Notes
    -----
    The map is :math:`X \to \Sigma^{-1/2} X` (Guggenmos, Sterzer and Cichy 2018,
    doi:10.1016/j.neuroimage.2018.02.044).

    Chapter: :ref:`meg-one-person`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> data = meg.pseudo_trials(X, y, size=1)
    >>> whitener = meg.fit_whitener(data, "all")
    >>> whitened = whitener.matrix @ whitener.covariance @ whitener.matrix.T
    >>> np.allclose(whitened, np.eye(6))
    True
    """

    matrix: Floats
    covariance: Floats
    shrinkage: float

    def apply(self, data: Epoched) -> Epoched:
        """Whitened epochs, without unit.

        Parameters
        ----------
        data : Epoched
            With as many channels as the map.

        Returns
        -------
        Epoched
            The same epochs, labels and times with other values.

        Raises
        ------
        ValueError
            If the number of channels is another.
        """
        if data.X.shape[1] != len(self.matrix):
            raise ValueError(
                f"whiten: the whitener is for {len(self.matrix)} channels, the epochs have "
                f"{data.X.shape[1]}."
            )
        return data.with_data(np.matmul(self.matrix.astype(data.X.dtype), data.X))


def fit_whitener(
    data: Epoched,
    noise: str | tuple[float, float] = "baseline",
    *,
    shrinkage: float | str = 0.05,
) -> Whitener:
    r"""Estimate a whitener from the noise of the epochs; labels are not used.

    Parameters
    ----------
    data : Epoched
        Checked epochs, from `as_epoched`.
    noise : str or tuple of float
        "baseline" for times before 0, "all" for all times, or (start, end) in seconds.
    shrinkage : float or str
        The share of the diagonal, above 0 and at most 1, or "ledoit-wolf", which assumes that
        samples are independent: neighbouring times are not, so it shrinks too little.

    Returns
    -------
    Whitener
        Its symmetric matrix keeps whitened channels near the original ones.

    Raises
    ------
    ValueError
        No sample in the interval, a channel that does not vary in it, bad shrinkage.

    See Also
    --------
    decode : Which whitens with ``whiten=``.
    Whitener : What it returns.

    Notes
    -----
    .. math:: \Sigma = D\,[(1 - \lambda) R + \lambda I]\,D

    with the correlations R and the standard deviations D of what differs between epochs.

    Sources: Guggenmos, Sterzer and Cichy 2018, doi:10.1016/j.neuroimage.2018.02.044; Ledoit and
    Wolf 2004, doi:10.1016/S0047-259X(03)00096-4.

    Chapter: :ref:`meg-one-person`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> data = meg.pseudo_trials(X, y, size=1, times=[-0.1, 0.0, 0.1, 0.2, 0.3])
    >>> whitener = meg.fit_whitener(data, "baseline", shrinkage=0.1)
    >>> whitener.matrix.shape, whitener.shrinkage
    ((6, 6), 0.1)
    """
    if isinstance(noise, str):
        one_of(noise, "noise", ("baseline", "all"))
        inside = data.times < 0 if noise == "baseline" else np.ones(len(data.times), bool)
    else:
        start, end = noise
        inside = (data.times >= start) & (data.times <= end)
    if not inside.any():
        raise ValueError(
            f"whiten: no sample in {noise!r}; the epochs go from {data.times[0]:g} to "
            f"{data.times[-1]:g} s. Use whiten='all' if there is no baseline."
        )
    residual = data.X[:, :, inside].astype(np.float64)
    residual -= residual.mean(axis=0)
    samples = residual.transpose(1, 0, 2).reshape(residual.shape[1], -1)
    spread = np.sqrt(np.mean(samples**2, axis=1))
    if (spread == 0).any():
        name = data.ch_names[int(np.flatnonzero(spread == 0)[0])]
        raise ValueError(f"whiten: channel {name} does not vary in {noise!r}.")
    samples /= spread[:, None]
    if isinstance(shrinkage, str):
        from sklearn.covariance import ledoit_wolf_shrinkage

        one_of(shrinkage, "shrinkage", ("ledoit-wolf",))
        share = float(ledoit_wolf_shrinkage(samples.T, assume_centered=True))
    else:
        share = probability(shrinkage, "shrinkage")
        if share == 0:
            raise ValueError("shrinkage: expected more than 0, for the covariance may be singular.")
    R = (1 - share) * (samples @ samples.T) / samples.shape[1]
    R[np.diag_indices_from(R)] += share
    values, U = np.linalg.eigh(R)
    root = (U / np.sqrt(values)) @ U.T
    return Whitener(root / spread, R * np.outer(spread, spread), share)


def whitener(data: Epoched, whiten: Any) -> Whitener | None:
    """Read the argument ``whiten`` of `decode`."""
    if whiten is False or whiten is None:
        return None
    if isinstance(whiten, Whitener):
        return whiten
    if whiten is True:
        return fit_whitener(data)
    if isinstance(whiten, (str, tuple)):
        return fit_whitener(data, whiten)
    raise TypeError(
        f"whiten: expected a bool, 'baseline', 'all', (start, end) or a Whitener, got {whiten!r}."
    )
