r"""Low-level features of pictures: what a decoder could use without any idea of who is shown.

Luminance is that of Rec. 709 (and of sRGB), :math:`Y = 0.2126 R + 0.7152 G + 0.0722 B`, of
linear light: the values in a file are first freed of the sRGB curve. Many toolboxes take the
values as they are; ``linear=False`` does so.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.checks import Floats, positive_int
from workedpapers.progress import progress_bar

__all__ = ["image_features", "luminance", "spectrum_energy"]

_REC709 = np.array([0.2126, 0.7152, 0.0722])


def image_features(
    images: Sequence[Any] | NDArray[Any],
    *,
    bins: int = 4,
    bands: Sequence[float] = (1, 2, 4, 8, 16, 32),
    linear: bool = True,
) -> pd.DataFrame:
    """Luminance, contrast, colour histogram and spatial frequencies of pictures.

    Parameters
    ----------
    images : sequence of object or array
        Paths of files, or arrays of shape (height, width) or (height, width, 3), or one array of n
        such pictures. Whole numbers of 8 or 16 bits, or real numbers from 0 to 1. Files are read
        by Pillow, which comes with matplotlib.
    bins : int
        Number of equal bins of each colour's histogram, from 0 to 1.
    bands : sequence of float
        Edges of the bands of spatial frequency, in cycles per picture height, rising. What lies
        beyond the last edge is in no band.
    linear : bool
        Whether luminance is of linear light (see the head of the module). The histogram is always
        of the values as they are.

    Returns
    -------
    DataFrame
        Data frame, one row for each picture; the index holds the file's name without its ending,
        or the picture's number. Columns:

        - ``luminance``: mean, from 0 to 1.
        - ``contrast``: RMS contrast, the standard deviation of luminance over the pixels.
        - ``red_0`` ... ``blue_3``: share of the pixels in each bin. The shares of a colour sum to
          1, so one is redundant in a regression. A grey picture has three equal histograms.
        - ``energy_1_2`` ...: luminance variance from each band. Take logarithms before a
          regression: energies of natural pictures span decades.

    Raises
    ------
    TypeError, ValueError
        That names the picture, what was expected and what came.
    FileNotFoundError
        If a file is not there.

    See Also
    --------
    balance : Conditions compared in each feature.
    decode_features : Conditions decoded from features.

    Notes
    -----
    Luminance is :math:`Y = 0.2126 R + 0.7152 G + 0.0722 B` of linear light (ITU-R BT.709);
    contrast is the standard deviation of Y (Peli 1990, doi:10.1364/JOSAA.7.002032).

    Chapter: :ref:`meg-brighter`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> grey, white = np.full((8, 8), 0.5), np.ones((8, 8))
    >>> table = meg.image_features([grey, white], bins=2, bands=(1, 4))
    >>> table[["luminance", "contrast"]].round(2).to_dict("list")
    {'luminance': [0.21, 1.0], 'contrast': [0.0, 0.0]}
    """
    bins = positive_int(bins, "bins")
    edges = np.asarray(bands, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all() or edges[0] < 0:
        raise ValueError(f"bands: expected two or more rising edges from 0 on, got {bands!r}.")
    if isinstance(images, (str, Path)):
        raise TypeError("images: expected a sequence of pictures, got one path; use [path].")
    if isinstance(images, np.ndarray) and images.ndim not in (3, 4):
        raise ValueError(
            f"images: expected an array of n pictures, 3 or 4 dimensions, got {images.shape}."
        )
    if len(images) == 0:
        raise ValueError("images: expected at least one picture, got none.")
    names = [Path(im).stem if isinstance(im, (str, Path)) else i for i, im in enumerate(images)]
    pictures = progress_bar(images, desc="Reading pictures", unit="picture", total=len(images))
    rows = [
        _features(_as_rgb(picture, f"images[{i}]"), bins, edges, linear)
        for i, picture in enumerate(pictures)
    ]
    return pd.DataFrame(rows, index=pd.Index(names, name="image"))


def _features(rgb: Floats, bins: int, edges: Floats, linear: bool) -> dict[str, float]:
    Y = luminance(rgb, linear=linear)
    row = {"luminance": float(Y.mean()), "contrast": float(Y.std())}
    for channel, colour in enumerate(("red", "green", "blue")):
        # A hair more, so that a value on an edge is above it whatever the depth of its numbers.
        where = np.minimum((rgb[..., channel] * bins + 1e-9).astype(int), bins - 1)
        counts = np.bincount(where.ravel(), minlength=bins)
        row |= {f"{colour}_{b}": float(count / Y.size) for b, count in enumerate(counts)}
    names = (f"energy_{low:g}_{high:g}" for low, high in pairwise(edges))
    return row | dict(zip(names, map(float, spectrum_energy(Y, edges)), strict=True))


def luminance(rgb: Floats, *, linear: bool = True) -> Floats:
    """Rec. 709 luminance of a picture of shape (..., 3) with values from 0 to 1.

    With ``linear``, sRGB values are turned into linear light first (IEC 61966-2-1).
    """
    if linear:
        rgb = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    Y: Floats = rgb @ _REC709
    return Y


def spectrum_energy(picture: Floats, edges: Floats) -> Floats:
    r"""Variance of a picture from each band of spatial frequency.

    The power spectrum is summed over rings, whatever the orientation. Over all frequencies it
    sums to the variance (Parseval). No window is applied: opposite edges of the picture meet, and
    if they differ, the step adds energy along the axes.

    Parameters
    ----------
    picture : array of float
        Shape (height, width).
    edges : array of float
        Rising frequencies, in cycles per picture height, shape (b + 1,).

    Returns
    -------
    array of float
        Array, shape (b,); band i is from ``edges[i]`` up to, not including, ``edges[i + 1]``.
    """
    height, width = picture.shape
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2 / picture.size**2
    down, across = np.fft.fftfreq(height) * height, np.fft.fftfreq(width) * height
    cycles = np.hypot(down[:, None], across[None, :]) + 1e-9  # a frequency on an edge is above it
    ring = np.searchsorted(edges, cycles.ravel(), side="right")
    return np.asarray(
        np.bincount(ring, weights=power.ravel(), minlength=len(edges) + 1)[1 : len(edges)],
        dtype=float,
    )


def _as_rgb(picture: Any, name: str) -> Floats:
    """The picture as real numbers from 0 to 1, shape (height, width, 3)."""
    array = _read(Path(picture), name) if isinstance(picture, (str, Path)) else np.asarray(picture)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3):
        raise ValueError(
            f"{name}: expected shape (height, width) or (height, width, 3), got {array.shape}."
        )
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one pixel, got shape {array.shape}.")
    if array.dtype in (np.uint8, np.uint16):
        values = array / float(np.iinfo(array.dtype).max)
    elif array.dtype.kind == "f":
        values = array.astype(float)
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError(
                f"{name}: expected real numbers from 0 to 1, got {values.min()} to {values.max()}."
            )
    else:
        raise TypeError(f"{name}: expected uint8, uint16 or real numbers, got {array.dtype}.")
    return values if values.ndim == 3 else np.repeat(values[..., None], 3, axis=2)


def _read(path: Path, name: str) -> NDArray[Any]:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise ImportError("Reading pictures from files needs Pillow: pip install pillow") from error
    if not path.is_file():
        raise FileNotFoundError(f"{name}: no file {path}.")
    try:
        with Image.open(path) as file:
            if file.has_transparency_data:
                raise ValueError(
                    f"{name}: {path.name} is transparent in parts; what is seen depends on the "
                    "background. Put it on one first."
                )
            if file.mode in ("L", "I;16", "RGB"):
                return np.array(file)
            if file.mode in ("1", "P"):
                return np.array(file.convert("RGB"))
            raise ValueError(
                f"{name}: {path.name} has colours of mode {file.mode}; expected grey or RGB."
            )
    except UnidentifiedImageError as error:
        raise ValueError(f"{name}: {path.name} is no picture that Pillow can read.") from error
