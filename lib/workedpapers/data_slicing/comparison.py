"""Where a new model is worse than an old one."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from workedpapers.checks import as_float_array
from workedpapers.data_slicing.finder import SliceFinder

__all__ = ["compare"]


def compare(
    X: Any, loss_new: npt.ArrayLike, loss_old: npt.ArrayLike, **options: Any
) -> SliceFinder:
    r"""Slices in which one model loses more than another on the same rows.

    Parameters
    ----------
    X : DataFrame
        The rows, as in `SliceFinder.fit`.
    loss_new, loss_old : array_like
        Loss of each row under either model.
    **options : dict
        Those of `SliceFinder`; ``weights`` and ``clusters`` go to its `fit`.

    Returns
    -------
    SliceFinder
        Fitted to the differences: a mean above zero is a slice that became worse.

    Raises
    ------
    ValueError
        If the losses differ in length or are not finite.

    See Also
    --------
    SliceFinder : What does the work.

    Notes
    -----
    The loss of a row is :math:`\ell_{new} - \ell_{old}`. Differences have long tails on either
    side, which is where the usual test raises false alarms: see the chapter's first section.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from workedpapers import data_slicing as ds
    >>> X = pd.DataFrame({"site": np.repeat(["A", "B", "C"], 200)})
    >>> old = np.random.default_rng(0).random(600)
    >>> new = old + 0.5 * (X["site"] == "B")
    >>> ds.compare(X, new, old).slices_["slice"].tolist()
    ['site = B']
    """
    new = as_float_array(loss_new, "loss_new", ndim=1)
    old = as_float_array(loss_old, "loss_old", ndim=1)
    if len(new) != len(old):
        raise ValueError(f"loss_old: expected {len(new)} losses, got {len(old)}.")
    fit = {name: options.pop(name) for name in ("weights", "clusters") if name in options}
    return SliceFinder(**options).fit(X, new - old, **fit)
