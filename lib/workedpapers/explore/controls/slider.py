"""A number between two bounds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ExplorerError
from .control import Control

__all__ = ["Slider", "round_step"]


@dataclass
class Slider(Control):
    """A number between two bounds.

    Parameters
    ----------
    name : str
        Keyword of `compute`.
    low, high : float
        Bounds, included.
    value : float, optional
        Start; by default the middle, geometric if `log`.
    label, unit : str, optional
        What the reader sees.
    log : bool, default False
        Equal steps multiply instead of add; needs ``low > 0``.
    step : float, optional
        Distance between settings. If bounds and step are whole, `compute` gets an `int`.
        By default about 100 round settings, or 200 that multiply.
    digits : int, optional
        Decimals shown; by default as many as the settings need.
    stops : sequence of float, optional
        The settings themselves, if they follow no rule; see `Slider.at`.
    more : bool, default False
        Fold the control away under "More".
    hint : str, default ""
        A few words on what it does.

    Raises
    ------
    ExplorerError
        If the bounds, the start or the step do not fit each other.

    See Also
    --------
    Choice : One of a few strings.
    Marker : A mark in a plot that sets two sliders when it is dragged.

    Examples
    --------
    >>> from workedpapers.explore import Slider
    >>> Slider("rate", 0.01, 1, log=True, unit="1/s").default
    0.1
    >>> Slider("n", 0, 10, step=5).settings.tolist()
    [0, 5, 10]
    """

    kind: ClassVar[str] = "slider"
    low: float
    high: float
    value: float | None = None
    label: str | None = None
    unit: str = ""
    log: bool = False
    step: float | None = None
    digits: int | None = None
    stops: Sequence[float] | None = None

    @classmethod
    def at(cls, name: str, stops: Sequence[float], **options: Any) -> "Slider":
        """Slider that rests at these numbers alone; a static page stores every one of them.

        Parameters
        ----------
        name : str
            Keyword of `compute`.
        stops : sequence of float
            At least two numbers, each larger than the one before.
        **options
            ``value``, ``label``, ``unit``, ``digits``, ``more`` and ``hint``.

        Returns
        -------
        Slider
            The slider.

        Raises
        ------
        ExplorerError
            If the stops do not rise.

        Examples
        --------
        >>> from workedpapers.explore import Slider
        >>> Slider.at("trials", [20, 50, 200], value=50).default
        50.0
        """
        numbers = np.asarray(stops, dtype=float)
        if numbers.ndim != 1 or len(numbers) < 2 or not (np.diff(numbers) > 0).all():
            raise ExplorerError(f"slider {name}: stops must be at least two rising numbers")
        listed = numbers.tolist()
        return cls(name, listed[0], listed[-1], stops=listed, **options)

    def __post_init__(self) -> None:
        super().__post_init__()
        for word in ("low", "high"):
            bound = getattr(self, word)
            if not isinstance(bound, int | float | np.number) or not math.isfinite(bound):
                raise ExplorerError(f"slider {self.name}: {word} = {bound!r} is not a number")
        if self.low >= self.high:
            raise ExplorerError(f"slider {self.name}: low {self.low} is not below high {self.high}")
        if self.log and self.low <= 0:
            raise ExplorerError(f"slider {self.name}: a log slider needs low > 0, not {self.low}")
        if self.step is not None and not 0 < self.step <= self.high - self.low:
            raise ExplorerError(f"slider {self.name}: step {self.step} does not fit the range")
        if self.stops is not None and (self.step is not None or self.log):
            raise ExplorerError(f"slider {self.name}: stops leave no room for step or log")
        self.whole = self.step is not None and all(
            float(x).is_integer() for x in (self.low, self.high, self.step)
        )
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        if self.value is None:
            settings = self._settings()
            self.value = float(settings[np.argmin(np.abs(settings - middle))])
        self.value = self.check(self.value)

    def _settings(self) -> np.ndarray:
        if self.stops is not None:
            return np.asarray(self.stops, dtype=float)
        low, high = float(self.low), float(self.high)
        if self.log:
            count = 201 if self.step is None else int(min(201, (high - low) / self.step + 1))
            raw = np.geomspace(low, high, count)
            if self.step is not None:
                raw = low + np.round((raw - low) / self.step) * self.step
            settings = np.array([float(f"{x:.3g}") if self.step is None else x for x in raw])
        else:
            step = self.step or round_step((high - low) / 120)
            count = math.floor((high - low) / step + 1e-9)
            first = low if self.step else math.ceil(low / step - 1e-9) * step
            settings = first + step * np.arange(count + 1)
        settings = np.array([float(f"{x:.12g}") for x in settings])
        inside = settings[(settings > low) & (settings < high)]
        ends = [low] if self.step is not None and not self.log else [low, high]
        if self.step is not None and not self.log and settings[-1] > high - 1e-9 * (high - low):
            ends.append(high)
        return np.unique(np.concatenate([inside, ends]))

    @property
    def settings(self) -> np.ndarray:
        """Every value that the reader can set, in order."""
        settings = np.unique(np.append(self._settings(), float(self.default)))
        return settings.astype(int) if self.whole else settings

    @property
    def default(self) -> float:
        return self.value  # type: ignore[return-value]

    @property
    def format(self) -> str:
        if self.whole:
            return "d"
        if self.digits is not None:
            return f".{self.digits}f"
        if self.log or self.stops is not None:
            return ".3g"
        decimals = (len(f"{x:.10f}".rstrip("0").split(".")[1]) for x in self._settings()[1:-1])
        return f".{max(decimals, default=2)}f"

    def check(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise ExplorerError(f"slider {self.name}: {value!r} is not a number")
        if not self.low <= value <= self.high:
            raise ExplorerError(f"slider {self.name}: {value} is not in [{self.low}, {self.high}]")
        if self.stops is not None and value not in self.stops:
            raise ExplorerError(f"slider {self.name}: {value} is not one of its stops {self.stops}")
        return round(float(value)) if self.whole else float(value)

    def setting(self, value: Any) -> float:
        checked = self.check(value)
        if self.step is None:
            return checked
        nearest: float = self.settings[np.argmin(np.abs(self.settings - value))].item()
        if abs(nearest - value) > 1e-9 * (self.high - self.low):
            raise ExplorerError(f"slider {self.name}: {value} is not one of its settings")
        return nearest

    def sample(self, rng: np.random.Generator) -> float:
        return self.check(rng.choice(self.settings).item())

    def to_json(self) -> dict[str, Any]:
        shown = {"unit": self.unit, "format": self.format, "settings": self.settings.tolist()}
        return {**self._head(self.label), **shown}


def round_step(step: float) -> float:
    """The nearest step at or above `step` that is 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9))
