r"""Patterns: what the sensors show when the decoded signal is present.

Coefficients :math:`\beta` of a decoder say how to cancel noise as much as where the signal is, and
must not be read as a map. With scores :math:`s = X\beta` the pattern

.. math:: a = \mathrm{Cov}(X)\,\beta\,\mathrm{Cov}(s)^{-1}
    = \mathrm{Cov}(X, s)\,\mathrm{Cov}(s)^{-1}

is what one unit of score looks like. With X in sensor units it is in these units too, however
the channels were scaled or whitened for the decoder.

Source: Haufe et al. 2014, doi:10.1016/j.neuroimage.2013.10.067, equation 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats, Reals
from workedpapers.threads import one_thread

from ..classifiers.lda import products, training_rule
from ..classifiers.ridge import project_out, unpenalised_basis
from ..preprocessing.epochs import Epoched, as_epoched
from .engine import operator, time_chunks
from .settings import Classifier, DecodingOptions, DecodingSettings

__all__ = ["Patterns", "patterns"]


@dataclass(frozen=True, eq=False)
class Patterns:
    """Patterns of a decoder at each time.

    Parameters
    ----------
    values : array of float
        Shape (p, t) for two classes, (classes, p, t) for more; sensor units per unit of decision
        value. Classes lie about 2 apart for ridge regression, whose labels are -1 and +1.
    times : array of float
        Shape (t,), seconds.
    classes : array
        Labels in order; the first of two is negative.
    ch_names : tuple of str
        Names of the p channels.
    info : object
        `mne.Info`, or None.

    See Also
    --------
    patterns : Which makes it.

    Notes
    -----
    Source: Haufe et al. 2014, doi:10.1016/j.neuroimage.2013.10.067.

    Chapter: :ref:`meg-patterns`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> found = meg.patterns(X, y)
    >>> found.values.shape, found.classes.tolist()
    ((6, 5), ['cat', 'dog'])
    """

    values: Reals
    times: Floats
    classes: NDArray[Any]
    ch_names: tuple[str, ...]
    info: Any = field(default=None, repr=False)

    def to_evoked(self, label: Any = None) -> Any:
        """Patterns as `mne.EvokedArray`, for topographies.

        Parameters
        ----------
        label : object
            With three or more classes, whose pattern; else None.

        Returns
        -------
        mne.EvokedArray
            In the units of the sensors per unit of decision value.

        Raises
        ------
        ValueError
            The epochs were an array, the class is unknown, or times are uneven.
        """
        if self.info is None:
            raise ValueError(
                "to_evoked: expected patterns of mne epochs, whose channels are known."
            )
        steps = np.diff(self.times)
        if len(steps) and not np.allclose(steps, 1 / self.info["sfreq"], rtol=1e-3):
            raise ValueError("to_evoked: expected times at the sampling rate of the epochs.")
        values = self.values
        if values.ndim == 3:
            if label not in self.classes.tolist():
                raise ValueError(f"label: expected one of {self.classes.tolist()}, got {label!r}.")
            values = values[self.classes.tolist().index(label)]
        import mne

        return mne.EvokedArray(values, self.info, tmin=self.times[0], comment="pattern")


@one_thread
def patterns(
    epochs: Any, y: str | ArrayLike | None = None, **options: Unpack[DecodingOptions]
) -> Patterns:
    r"""Patterns of the decoder fitted to all epochs.

    Parameters
    ----------
    epochs : object
        As in `decode`.
    y : str or array_like, optional
        As in `decode`.
    **options : Unpack[DecodingOptions]
        The keyword arguments of `decode`, without windows, ``scale="fold"`` and ``alpha="auto"``,
        which have no meaning here. ``classifier="lda"`` takes two classes; its patterns are those
        of ridge regression in sensor units per unit of log odds.

    Returns
    -------
    Patterns
        With three or more classes the scores of the classes are used jointly.

    Raises
    ------
    TypeError, ValueError
        As `decode`, and for the options that are not allowed.

    See Also
    --------
    Patterns : What it returns.

    Notes
    -----
    With the scores :math:`s = X\beta` the pattern is :math:`\mathrm{Cov}(X,
    s)\,\mathrm{Cov}(s)^{-1}` (Haufe et al. 2014, doi:10.1016/j.neuroimage.2013.10.067, equation
    6).

    Chapter: :ref:`meg-patterns`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((80, 6, 5))  # epochs, channels, times
    >>> y = np.repeat(["cat", "dog"], 40)
    >>> X[y == "dog", 0, 2:] += 2  # the first channel tells them apart from the third time on
    >>> found = meg.patterns(X, y)
    >>> int(np.abs(found.values[:, 4]).argmax())
    0
    """
    if options.get("window", 1) != 1:
        raise ValueError("window: expected 1; a pattern belongs to one time.")
    if options.get("scale") == "fold" or options.get("alpha") == "auto":
        raise ValueError("patterns: one decoder is fitted to all epochs; there are no folds.")
    settings = DecodingSettings.checked(epochs, y, **options)
    if settings.classifier is Classifier.LDA and len(settings.data.classes) > 2:
        raise ValueError(
            "classifier: expected 'ridge' for the patterns of three or more classes, got 'lda', "
            "whose discriminants are defined up to a function common to all classes. The patterns "
            "of ridge regression span the same maps."
        )
    raw: Epoched = as_epoched(
        epochs, y, groups=options.get("groups"), times=options.get("times"),
        channel_types=options.get("channel_types"), picks=options.get("picks"),
        dtype=options.get("dtype", "float64"),
    )  # fmt: skip
    weights = settings.root_weights
    Q = unpenalised_basis(weights, settings.confounds)
    Y = project_out(weights[:, None] * settings.targets, Q)
    _, p, t = raw.X.shape
    c = Y.shape[1]
    values = np.empty((c, p, t), raw.X.dtype)
    for times in time_chunks(settings, 1, "patterns", True):
        E, _ = operator(settings, times)
        errors = E.apply(Y)
        scores: Reals = Y - project_out(errors, Q)  # fitted by the channels alone, (b, n, c)
        if settings.classifier is Classifier.LDA:
            residual = products(Y, errors, c)
            scores = training_rule(residual, settings.targets, weights, Q).discriminants(scores)
        X = raw.X[:, :, times].transpose(2, 0, 1)
        X = project_out((X - X.mean(axis=1, keepdims=True)) * weights[:, None], Q)
        inner = scores.transpose(0, 2, 1) @ scores
        # Scores of several classes sum to a constant: their covariance lacks one rank.
        tolerance = 1e4 * float(np.finfo(inner.dtype).eps)
        inverse = np.linalg.pinv(inner, hermitian=True, rcond=tolerance)
        found = X.transpose(0, 2, 1) @ scores @ inverse  # (b, p, c)
        values[:, :, times] = found.transpose(2, 1, 0)
    return Patterns(values[0] if c == 1 else values, raw.times, raw.classes, raw.ch_names, raw.info)
