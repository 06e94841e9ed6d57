"""Items in the plane, those beside each other that resemble each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workedpapers.checks import Floats, as_float_array

__all__ = ["plane"]


def plane(vectors: npt.ArrayLike) -> tuple[Floats, float]:
    r"""The plane in which vectors differ most.

    Parameters
    ----------
    vectors : array_like
        Shape (items, dimensions), such as `sentence_embedding` returns; three or more items.

    Returns
    -------
    coordinates : ndarray
        Shape (items, 2).
    share : float
        Share of the variance that the plane shows.

    Raises
    ------
    ValueError
        If there are fewer than three items, or a value is NaN.

    See Also
    --------
    sentence_embedding

    Notes
    -----
    The first two principal components, :math:`X = U S V^T` of the centred vectors and
    :math:`U_{1,2} S_{1,2}`; the largest entry of either axis has a positive sign. The paper draws
    UMAP, which keeps neighbours and no distances; a plane keeps distances as far as two
    dimensions can, and says how far.

    Examples
    --------
    >>> from workedpapers.model_written_evals import plane
    >>> coordinates, share = plane([[0, 0, 0], [1, 0, 0], [0, 2, 0], [1, 2, 0]])
    >>> coordinates.shape, round(share, 3)
    ((4, 2), 1.0)
    """
    x = as_float_array(vectors, "vectors", ndim=2)
    if len(x) < 3:
        raise ValueError(f"vectors: expected three or more, got {len(x)}.")
    u, s, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
    found = np.zeros((len(x), 2))
    found[:, : len(s)] = u[:, :2] * s[:2]
    found *= np.sign(found[np.abs(found).argmax(0), [0, 1]] + 1e-300)
    total = float((s**2).sum())
    return found, float((s[:2] ** 2).sum() / total) if total else 1.0
