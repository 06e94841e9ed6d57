"""Images."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from workedpapers.plotting import colormap

from ..errors import ExplorerError
from ..template import Template, to_json
from .view import Outputs, Pen, Room, View, alt_fields, known_colormap, want

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Plot

__all__ = ["Picture"]


@dataclass
class Picture(View):
    """A table of numbers as an image, without axes.

    Parameters
    ----------
    image : str
        Output of shape (rows, columns), or (rows, columns, 3) for red, green and blue.
    alt : template
        Says what is seen; required.
    limits : pair of float, optional
        Numbers shown as black and white; by default 0 and 1, or 0 and 255 for whole numbers.
    colormap : str, default "gray"
        Of a table with one number per pixel; as for `HeatMap`.
    label : str, default ""
        Title above it.
    smooth : bool, default False
        Blend neighbouring pixels when enlarged.
    width : int, default 420
        Largest width in pixels.

    Raises
    ------
    ExplorerError
        If there is no alt text, or no such colour map.

    See Also
    --------
    HeatMap : A table of numbers over two axes.

    Examples
    --------
    >>> from workedpapers.explore import Picture
    >>> Picture("image", alt="Stripes, turned by {angle} degrees.").width
    420
    """

    drawn: ClassVar[bool] = True
    image: str
    alt: Template
    limits: tuple[float, float] | None = field(default=None, kw_only=True)
    colormap: str = field(default="gray", kw_only=True)
    label: str = field(default="", kw_only=True)
    smooth: bool = field(default=False, kw_only=True)
    width: int = field(default=420, kw_only=True)

    def __post_init__(self) -> None:
        if not self.alt:
            raise ExplorerError(f"Picture {self.image!r} needs an alt text")
        known_colormap("Picture", self.colormap)

    def names(self) -> set[str]:
        return {self.image} | alt_fields(self.alt)

    def check(self, outputs: Outputs) -> None:
        image = want(outputs, self.image, "Picture", 2, 3)
        if image.ndim == 3 and image.shape[2] != 3:
            raise ExplorerError(f"Picture: {self.image!r} has shape {image.shape}; colours need 3")

    def to_json(self) -> dict[str, Any]:
        return {"type": "picture", "image": self.image, "alt": to_json(self.alt),
                "limits": self.limits, "colormap": self.colormap, "label": self.label,
                "smooth": self.smooth, "width": self.width}  # fmt: skip

    def height_in(self, room: Room) -> int:
        rows, columns = np.shape(room.known[self.image])[:2]
        return int(24 + min(self.width, room.width) * rows // columns)

    @property
    def still_height(self) -> int:
        return min(self.width, 340)

    def draw(self, plot: "Plot", pen: Pen) -> None:
        image = np.asarray(pen.known[self.image])
        low, high = self.limits or ((0, 255) if image.dtype.kind == "i" else (0, 1))
        scaled = np.clip((image.astype(float) - low) / (high - low), 0, 1)
        plot.imshow(scaled if image.ndim == 3 else colormap(self.colormap, scaled),
                    interpolation="bilinear" if self.smooth else "nearest")  # fmt: skip
        plot.set_axis_off()
        plot.set_title(self.label, loc="left", fontsize=9)
