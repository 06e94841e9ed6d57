"""The function on a regular grid of its parameters: what a static page interpolates."""

import itertools
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workedpapers.progress import progress_bar

from ..controls.choice import Choice, Toggle
from ..controls.control import Control
from ..controls.handles import Handles
from ..controls.lookup import Lookup
from ..controls.play import Play
from ..controls.slider import Slider
from ..errors import ExplorerError
from ..outputs import describe, kind_of, normalise, where
from .interpolation import interpolate

__all__ = ["Axis", "Grid", "axes_for", "call", "evaluate", "probe_settings"]

DEFAULT_NODES = {1: 65, 2: 25, 3: 11, 4: 7}
MOST_SLIDERS = 4


@dataclass(frozen=True)
class Axis:
    """One parameter of the grid.

    Attributes
    ----------
    name : the control.
    nodes : values of the control at the nodes.
    kind : ``"linear"`` or ``"log"`` for even spacing, ``"list"`` for a set of values.
    exact : every setting that a reader can choose is a node.
    """

    name: str
    nodes: tuple[Any, ...]
    kind: str
    exact: bool

    @property
    def smooth(self) -> bool:
        """Whether values between the nodes are interpolated."""
        return self.kind != "list"

    def position(self, value: Any) -> float:
        """Place of a value, in units of nodes."""
        if not self.smooth:
            if isinstance(value, str | bool):
                return float(self.nodes.index(value))
            return float(np.argmin(np.abs(np.array(self.nodes) - value)))
        low, high, n = self.nodes[0], self.nodes[-1], len(self.nodes)
        if self.kind == "log":
            return math.log(value / low) / math.log(high / low) * (n - 1)
        return float((value - low) / (high - low) * (n - 1))

    def to_json(self) -> dict[str, Any]:
        """The axis as the browser reads it."""
        head = {"name": self.name, "kind": self.kind, "n": len(self.nodes)}
        if self.smooth:
            return {**head, "low": self.nodes[0], "high": self.nodes[-1]}
        return head


def axes_for(controls: Sequence[Control], nodes: Mapping[str, int] | None = None) -> list[Axis]:
    """Grid axes of the controls; `nodes` says how many a slider gets, by name."""
    nodes = dict(nodes or {})
    sliders = [c for c in controls if isinstance(c, Slider)]
    if unknown := set(nodes) - {slider.name for slider in sliders}:
        raise ExplorerError(f"grid names {sorted(unknown)}; only sliders have grid nodes to count")
    free = [c.name for c in controls if isinstance(c, Lookup) and c.free]
    if free:
        raise ExplorerError(f"lookup {free[0]} takes any string, so a static page needs a mirror")
    dragged = [c.name for c in controls if isinstance(c, Handles)]
    if dragged:
        raise ExplorerError(
            f"handles {dragged[0]} can be anywhere, which no grid holds, so a static page needs a "
            "mirror: Explorer(..., mirror=Mirror(source))"
        )
    stepping = [c.name for c in controls if isinstance(c, Play) and not c.over]
    if stepping:
        raise ExplorerError(
            f"play {stepping[0]} hands each frame to compute, so a static page needs a mirror; "
            "or return all frames and name the outputs in over"
        )
    default = DEFAULT_NODES.get(max(len(sliders), 1), 2)
    axes = [_axis(control, nodes.get(control.name), default) for control in controls]
    chosen = [axis for axis in axes if axis is not None]
    if sum(axis.smooth for axis in chosen) > MOST_SLIDERS:
        raise ExplorerError(
            f"{len(sliders)} sliders; a grid interpolates at most {MOST_SLIDERS}. "
            "Use fewer, or a mirror"
        )
    return chosen


def _axis(control: Control, n: int | None, default: int) -> Axis | None:
    if isinstance(control, Slider):
        return _slider_axis(control, n, default)
    if isinstance(control, Choice | Lookup):
        return Axis(control.name, tuple(control.options), "list", True)
    if isinstance(control, Toggle):
        return Axis(control.name, (False, True), "list", True)
    return None


def _slider_axis(slider: Slider, n: int | None, default: int) -> Axis:
    if n is not None and (isinstance(n, bool) or int(n) != n or n < 2):
        raise ExplorerError(f"grid for {slider.name}: {n!r} is not a number of nodes, at least 2")
    if slider.stops is not None:
        if n is not None and n != len(slider.stops):
            raise ExplorerError(
                f"grid for {slider.name}: {n} nodes, but every one of its {len(slider.stops)} "
                "stops is stored; leave it out"
            )
        return Axis(slider.name, tuple(slider.stops), "list", True)
    if slider.step is not None:
        return _stepped_axis(slider, n, default)
    count = n or default
    kind, space = ("log", np.geomspace) if slider.log else ("linear", np.linspace)
    return Axis(slider.name, tuple(space(slider.low, slider.high, count).tolist()), kind, False)


def _stepped_axis(slider: Slider, n: int | None, default: int) -> Axis:
    settings = slider.settings
    intervals = len(settings) - 1
    even = not slider.log and np.allclose(np.diff(settings), slider.step or 0.0, rtol=1e-6)
    if not even:
        return Axis(slider.name, tuple(settings.tolist()), "list", True)
    fits = [k + 1 for k in range(1, intervals + 1) if intervals % k == 0]
    if n is not None and n not in fits:
        raise ExplorerError(
            f"grid for {slider.name}: {n} nodes do not fall on its {intervals + 1} settings; "
            f"use one of {fits}"
        )
    few = [k for k in fits if default / 3 <= k <= default]
    count = n or (len(settings) if len(settings) <= default else max(few, default=len(settings)))
    chosen = settings[:: intervals // (count - 1)]
    return Axis(slider.name, tuple(chosen.tolist()), "linear", count == len(settings))


@dataclass
class Grid:
    """Outputs at every node.

    Attributes
    ----------
    axes : the parameters.
    tables : by output, an array whose first axes are the grid axes. An axis along which an output
        never changes has length 1.
    seconds : what the evaluation took.
    """

    axes: list[Axis]
    tables: dict[str, np.ndarray]
    seconds: float = 0.0

    @property
    def nodes(self) -> int:
        """Number of settings evaluated."""
        return math.prod(len(axis.nodes) for axis in self.axes)

    def at(self, table: np.ndarray, values: Mapping[str, Any], method: str) -> np.ndarray:
        """Read a table at any settings; `method` serves the axes that can be interpolated."""
        positions, methods = [], []
        for axis, length in zip(self.axes, table.shape, strict=False):
            positions.append(axis.position(values[axis.name]) if length > 1 else 0.0)
            methods.append(method if axis.smooth else "nearest")
        return interpolate(table, positions, methods)


def call(compute: Callable[..., Any], values: Mapping[str, Any]) -> Any:
    """Call `compute`; an error of its own becomes one that names the settings."""
    try:
        return compute(**values)
    except ExplorerError:
        raise
    except Exception as error:
        raise ExplorerError(
            f"compute failed at {where(values)}: {type(error).__name__}: {error}"
        ) from error


def evaluate(compute: Callable[..., Any], axes: Sequence[Axis], gaps: Collection[str] = ()) -> Grid:
    """Evaluate `compute` at every node and check that its outputs keep kind and shape."""
    start = time.perf_counter()
    rows: dict[str, list[np.ndarray]] = {}
    total = math.prod(len(axis.nodes) for axis in axes)
    nodes = itertools.product(*(axis.nodes for axis in axes))
    for number, node in enumerate(
        progress_bar(nodes, total=total, desc="explorer", unit="setting")
    ):
        values = dict(zip([axis.name for axis in axes], node, strict=True))
        outputs = normalise(call(compute, values), values, gaps)
        if number == 0:
            rows = {name: [] for name in outputs}
        _compare(rows, outputs, values)
        for name, array in outputs.items():
            rows[name].append(array)
    shape = [len(axis.nodes) for axis in axes]
    tables = {
        name: _squeeze(np.stack(row).reshape((*shape, *row[0].shape)), len(axes))
        for name, row in rows.items()
    }
    return Grid(list(axes), tables, time.perf_counter() - start)


def _compare(
    rows: Mapping[str, list[np.ndarray]], outputs: Mapping[str, np.ndarray], values: dict[str, Any]
) -> None:
    if set(outputs) != set(rows):
        odd = sorted(set(outputs) ^ set(rows))
        raise ExplorerError(f"compute returns other outputs at {where(values)}: {odd} differ")
    for name, array in outputs.items():
        if not rows[name]:
            continue
        first = rows[name][0]
        if array.shape != first.shape or kind_of(array) != kind_of(first):
            raise ExplorerError(
                f"output {name!r} at {where(values)} is {describe(array)}, but was "
                f"{describe(first)} at the first node; a grid needs the same everywhere"
            )


def _squeeze(table: np.ndarray, axes: int) -> np.ndarray:
    """Keep one node along every axis where nothing changes."""
    for axis in range(axes):
        first = table.take([0], axis=axis)
        same = first == table
        if table.dtype.kind == "f":
            same |= np.isnan(first) & np.isnan(table)
        if np.all(same):
            table = first
    return table


def probe_settings(
    controls: Sequence[Control], axes: Sequence[Axis], count: int, seed: int
) -> list[dict[str, Any]]:
    """Settings between the nodes, drawn at random, where interpolation is measured."""
    rng = np.random.default_rng(seed)
    by_name = {control.name: control for control in controls}
    settings = []
    for _ in range(count):
        values: dict[str, Any] = {}
        for axis in axes:
            control = by_name[axis.name]
            if isinstance(control, Slider) and control.step is None and control.stops is None:
                values[axis.name] = _between(control, rng)
            else:
                values[axis.name] = control.sample(rng)
        settings.append(values)
    return settings


def _between(slider: Slider, rng: np.random.Generator) -> float:
    if slider.log:
        return float(np.exp(rng.uniform(np.log(slider.low), np.log(slider.high))))
    return float(rng.uniform(slider.low, slider.high))
