"""What a reader can move: sliders, choices, toggles, look-ups and a player."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .errors import ExplorerError

__all__ = ["Choice", "Control", "Lookup", "Play", "Slider", "Toggle"]


@dataclass
class Control(ABC):
    """What every control has: a name that is a keyword of `compute`, and a label."""

    kind: ClassVar[str]
    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise ExplorerError(f"control name {self.name!r} must be a Python identifier")

    @property
    @abstractmethod
    def default(self) -> Any:
        """Value at the start and after a reset."""

    @property
    def format(self) -> str:
        """Format of the value in sentences."""
        return ""

    @abstractmethod
    def check(self, value: Any) -> Any:
        """Return `value` as `compute` gets it, or raise `ExplorerError`."""

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Any:
        """Draw a value that a reader could set."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """The control as the browser reads it."""

    def _head(self, label: str | None) -> dict[str, Any]:
        text = label if label is not None else self.name.replace("_", " ").capitalize()
        return {"kind": self.kind, "name": self.name, "label": text, "default": self.default}


@dataclass
class Slider(Control):
    """A number between two bounds.

    Parameters
    ----------
    name : keyword of `compute`.
    low, high : bounds, included.
    value : start; by default the middle, geometric if `log`.
    label, unit : what the reader sees.
    log : equal steps multiply instead of add; needs ``low > 0``.
    step : distance between settings. If bounds and step are whole, `compute` gets an `int`.
        By default about 100 round settings, or 200 that multiply.
    digits : decimals shown; by default as many as the settings need.
    stops : the settings themselves, if they follow no rule; see `at`.
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
        name : keyword of `compute`.
        stops : at least two numbers, each larger than the one before.
        options : ``value``, ``label``, ``unit`` and ``digits``.
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
        """Value at the start and after a reset."""
        return self.value  # type: ignore[return-value]

    @property
    def format(self) -> str:
        """Format of the value in sentences."""
        if self.whole:
            return "d"
        if self.digits is not None:
            return f".{self.digits}f"
        if self.log or self.stops is not None:
            return ".3g"
        decimals = (len(f"{x:.10f}".rstrip("0").split(".")[1]) for x in self._settings()[1:-1])
        return f".{max(decimals, default=2)}f"

    def check(self, value: Any) -> float:
        """Return the value as `compute` gets it, or raise `ExplorerError`."""
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise ExplorerError(f"slider {self.name}: {value!r} is not a number")
        if not self.low <= value <= self.high:
            raise ExplorerError(f"slider {self.name}: {value} is not in [{self.low}, {self.high}]")
        if self.stops is not None and value not in self.stops:
            raise ExplorerError(f"slider {self.name}: {value} is not one of its stops {self.stops}")
        return round(float(value)) if self.whole else float(value)

    def sample(self, rng: np.random.Generator) -> float:
        """Draw a value that a reader could set."""
        return self.check(rng.choice(self.settings).item())

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        shown = {"unit": self.unit, "format": self.format, "settings": self.settings.tolist()}
        return {**self._head(self.label), **shown}


def round_step(step: float) -> float:
    """The nearest step at or above `step` that is 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9))


@dataclass
class Choice(Control):
    """One of a few strings.

    Parameters
    ----------
    name : keyword of `compute`.
    options : the strings, at least two.
    value : start; by default the first.
    label : what the reader sees.
    """

    kind: ClassVar[str] = "choice"
    options: Sequence[str]
    value: str | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.options = _strings(self, self.options, 2)
        self.value = self.check(self.options[0] if self.value is None else self.value)

    @property
    def default(self) -> str:
        """Value at the start and after a reset."""
        return self.value  # type: ignore[return-value]

    def check(self, value: Any) -> str:
        """Return the value as `compute` gets it, or raise `ExplorerError`."""
        if value not in self.options:
            raise ExplorerError(f"{self.kind} {self.name}: {value!r} is not one of {self.options}")
        return str(value)

    def sample(self, rng: np.random.Generator) -> str:
        """Draw a value that a reader could set."""
        return str(rng.choice(self.options))

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        return {**self._head(self.label), "options": list(self.options)}


@dataclass
class Toggle(Control):
    """On or off; `compute` gets a `bool`."""

    kind: ClassVar[str] = "toggle"
    value: bool = False
    label: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.value = self.check(self.value)

    @property
    def default(self) -> bool:
        """Value at the start and after a reset."""
        return self.value

    def check(self, value: Any) -> bool:
        """Return the value as `compute` gets it, or raise `ExplorerError`."""
        if not isinstance(value, bool | np.bool_):
            raise ExplorerError(f"toggle {self.name}: {value!r} is not True or False")
        return bool(value)

    def sample(self, rng: np.random.Generator) -> bool:
        """Draw a value that a reader could set."""
        return bool(rng.integers(2))

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        return self._head(self.label)


@dataclass
class Lookup(Control):
    """One of many strings, found by typing.

    Parameters
    ----------
    name : keyword of `compute`.
    options : the strings that completion offers, best first.
    value : start; by default the first.
    label, placeholder : what the reader sees.
    free : let the reader enter a string that is not among the options. Static pages then need a
        mirror, because no grid holds every string.
    """

    kind: ClassVar[str] = "lookup"
    options: Sequence[str]
    value: str | None = None
    label: str | None = None
    free: bool = False
    placeholder: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.options = _strings(self, self.options, 1)
        self._known = frozenset(self.options)
        self.value = self.check(self.options[0] if self.value is None else self.value)

    @property
    def default(self) -> str:
        """Value at the start and after a reset."""
        return self.value  # type: ignore[return-value]

    def check(self, value: Any) -> str:
        """Return the value as `compute` gets it, or raise `ExplorerError`."""
        if not isinstance(value, str):
            raise ExplorerError(f"lookup {self.name}: {value!r} is not a string")
        if not self.free and value not in self._known:
            raise ExplorerError(
                f"lookup {self.name}: {value!r} is not in the list of {len(self.options)}"
            )
        return value

    def sample(self, rng: np.random.Generator) -> str:
        """Draw a value that a reader could set."""
        known = str(rng.choice(self.options))
        if not self.free or rng.random() < 0.5:
            return known
        return _misspelt(known, rng)

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        shown = {"free": self.free, "placeholder": self.placeholder}
        return {**self._head(self.label), **shown}


def _misspelt(word: str, rng: np.random.Generator) -> str:
    """A string that a reader could type: other case, an accent, a blank, a letter more or less."""
    place = int(rng.integers(len(word) + 1))
    extra = str(rng.choice(list("aeiouznrst ÉÑçß-'.9")))
    forms = (
        word.lower(),
        f" {word} ",
        word[:place] + extra + word[place:],
        word[: place - 1] + word[place:] if place else word[1:],
        "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), size=rng.integers(1, 12))),
    )
    return forms[int(rng.integers(len(forms)))]


@dataclass
class Play(Control):
    """A player that runs through frames.

    With `over`, `compute` is called without the player, and each output named in `over` has a
    leading axis of `frames`: the player shows one frame after another. Without `over`, `compute`
    gets the number of the frame, from 0; a static page then needs a mirror.

    Parameters
    ----------
    name : name of the frame number in templates, and keyword of `compute` without `over`.
    frames : how many, at least 2.
    over : outputs with a leading axis of frames.
    fps : frames per second at normal speed.
    label, unit : what the reader sees.
    start, scale : frame i is shown as ``start + scale * i``.
    loop : begin again after the last frame.
    value : the frame at the start.
    """

    kind: ClassVar[str] = "play"
    frames: int
    over: Sequence[str] = ()
    fps: float = 30.0
    label: str | None = None
    unit: str = ""
    start: float = 0.0
    scale: float = 1.0
    loop: bool = False
    value: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.frames, bool) or int(self.frames) != self.frames or self.frames < 2:
            raise ExplorerError(f"play {self.name}: frames {self.frames!r} is not a number above 1")
        if not 0 < self.fps <= 120:
            raise ExplorerError(f"play {self.name}: fps {self.fps} is not in (0, 120]")
        if isinstance(self.over, str):
            raise ExplorerError(f"play {self.name}: over must be a list of names")
        self.over = tuple(self.over)
        self.value = self.check(self.value)

    @property
    def default(self) -> int:
        """Value at the start and after a reset."""
        return self.value

    @property
    def format(self) -> str:
        """Format of the value in sentences."""
        if float(self.start).is_integer() and float(self.scale).is_integer():
            return "d"
        return f".{max(0, -math.floor(math.log10(abs(self.scale))))}f"

    def check(self, value: Any) -> int:
        """Return the value as `compute` gets it, or raise `ExplorerError`."""
        whole = isinstance(value, int | float | np.number) and float(value).is_integer()
        if not whole or not 0 <= value < self.frames:
            raise ExplorerError(f"play {self.name}: {value!r} is not a frame below {self.frames}")
        return int(value)

    def sample(self, rng: np.random.Generator) -> int:
        """Draw a value that a reader could set."""
        return int(rng.integers(self.frames))

    def to_json(self) -> dict[str, Any]:
        """The same for the browser."""
        shown = {
            "frames": self.frames,
            "over": list(self.over),
            "fps": self.fps,
            "unit": self.unit,
            "format": self.format,
            "start": self.start,
            "scale": self.scale,
            "loop": self.loop,
        }
        return {**self._head(self.label), **shown}


def _strings(control: Control, options: Sequence[str], least: int) -> tuple[str, ...]:
    if isinstance(options, str) or not all(isinstance(option, str) for option in options):
        raise ExplorerError(f"{control.kind} {control.name}: options must be a list of strings")
    if len(options) < least:
        raise ExplorerError(f"{control.kind} {control.name}: needs at least {least} options")
    if len(set(options)) != len(options):
        raise ExplorerError(f"{control.kind} {control.name}: two options are the same")
    return tuple(options)
