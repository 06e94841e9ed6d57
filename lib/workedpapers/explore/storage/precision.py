"""From a grid to what a static page carries, with its errors measured and its size counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ExplorerError
from ..outputs import kind_of
from .grid import Grid
from .quantise import Store, unpack

__all__ = ["OutputReport", "StaticReport", "choose_interpolation", "store_grid"]

STABLE_BITS = 32


@dataclass
class OutputReport:
    """How exact one stored output is.

    Attributes
    ----------
    bound : proven largest rounding error at the nodes; a share of the value if `relative`.
    error : worst error measured at the probes, rounding included, in the same sense.
    low, high : range over the grid.
    wrong : share of the probes where a word or whole number was another one.
    constant : the output is the same at every node.
    """

    name: str
    kind: str
    bound: float = 0.0
    error: float = 0.0
    low: float = 0.0
    high: float = 0.0
    relative: bool = False
    wrong: float = 0.0
    constant: bool = False

    @property
    def share(self) -> float:
        """Worst measured error as a share of the range, or of the value if `relative`."""
        return self.error if self.relative else self.error / ((self.high - self.low) or 1.0)


@dataclass
class StaticReport:
    """What a static page carries and how exact it is.

    Attributes
    ----------
    kind : ``"grid"`` or ``"mirror"``.
    nodes : number of nodes by axis.
    interpolation : ``"linear"`` or ``"cubic"``, or ``"none"`` where every setting is stored.
    outputs : one entry per output.
    probes : number of settings at which the error was measured.
    sizes : bytes on the page, by part.
    seconds : time that `compute` took for the grid.
    """

    kind: str
    nodes: dict[str, int] = field(default_factory=dict)
    interpolation: str = "none"
    outputs: list[OutputReport] = field(default_factory=list)
    probes: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """Bytes on the page."""
        return sum(self.sizes.values())

    @property
    def worst(self) -> float:
        """Largest measured error as a share of its output's range."""
        return max((output.share for output in self.outputs), default=0.0)

    def text(self) -> str:
        """The report as plain text."""
        grid = " x ".join(f"{n} {name}" for name, n in self.nodes.items()) or "one setting"
        lines = [f"{self.kind}: {grid}; interpolation {self.interpolation}; {self.probes} probes"]
        for o in self.outputs:
            if o.kind == "f":
                of = "of the value" if o.relative else f"in [{o.low:.4g}, {o.high:.4g}]"
                lines.append(f"  {o.name}: measured {o.error:.2g}, rounding {o.bound:.2g} {of}")
            else:
                lines.append(
                    f"  {o.name}: nearest stored setting, other at {o.wrong:.1%} of probes"
                )
        parts = ", ".join(f"{part} {size / 1000:.1f}" for part, size in self.sizes.items())
        lines.append(f"  {self.total / 1000:.1f} kB: {parts}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def store_grid(
    grid: Grid, store: Store, *, bits: int | Mapping[str, int] = 16, log: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Put every table into the store; returns the entries that tell the browser how to read it."""
    entries = []
    for name, table in grid.tables.items():
        kind = kind_of(table)
        entry = {"name": name, "kind": kind, "shape": list(table.shape)}
        constant = _constant(table, len(grid.axes))
        if kind == "f":
            width = bits.get(name, 16) if isinstance(bits, Mapping) else bits
            store.add_floats(name, table, STABLE_BITS if constant else width, log=name in log)
        elif kind == "s":
            words, codes = tabulate(table)
            store.add_text(f"{name}:words", words)
            store.add_whole(name, codes)
        else:
            store.add_whole(name, table)
        entries.append(entry)
    return entries


def _constant(table: np.ndarray, axes: int) -> bool:
    return all(n == 1 for n in table.shape[:axes])


def tabulate(table: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Different strings, in order, and for each entry its number among them."""
    words, codes = np.unique(table, return_inverse=True)
    return [str(word) for word in words], codes.reshape(table.shape)


def stored_tables(grid: Grid, store: Store, entries: Sequence[Mapping[str, Any]]) -> Grid:
    """The grid as the browser will see it, after rounding."""
    held = unpack(store.sections, store.blob())
    tables = {}
    for entry in entries:
        table = held[entry["name"]]
        if entry["kind"] == "s":
            table = np.array(held[f"{entry['name']}:words"])[np.round(table).astype(int)]
        if entry["kind"] in "bi":
            table = np.round(table).astype(bool if entry["kind"] == "b" else np.int64)
        tables[entry["name"]] = table
    return Grid(grid.axes, tables)


def read(
    grid: Grid, name: str, kind: str, values: Mapping[str, Any], method: str, log: bool
) -> Any:
    """One output at any settings, as the browser reads it."""
    table = grid.tables[name]
    if kind != "f":
        return grid.at(table, values, "nearest")
    return np.exp(grid.at(np.log(table), values, method)) if log else grid.at(table, values, method)


def choose_interpolation(
    stored: Grid,
    truths: Sequence[tuple[Mapping[str, Any], Mapping[str, np.ndarray]]],
    log: Collection[str],
    wanted: str = "auto",
) -> tuple[str, list[OutputReport]]:
    """Measure both ways of interpolating against true values and take the better.

    Parameters
    ----------
    stored : the grid after rounding.
    truths : settings, and what `compute` returns there.
    log : outputs kept as logarithms.
    wanted : ``"auto"``, ``"linear"`` or ``"cubic"``.
    """
    if wanted not in ("auto", "linear", "cubic"):
        raise ExplorerError(f"interpolation {wanted!r} is not 'auto', 'linear' or 'cubic'")
    if not any(axis.smooth and not axis.exact for axis in stored.axes):
        return "none", _measure(stored, truths, log, "linear")
    methods = ("linear", "cubic") if wanted == "auto" else (wanted,)
    measured = {method: _measure(stored, truths, log, method) for method in methods}
    best = min(measured, key=lambda m: max((o.share for o in measured[m]), default=0.0))
    return best, measured[best]


def _measure(
    stored: Grid,
    truths: Sequence[tuple[Mapping[str, Any], Mapping[str, np.ndarray]]],
    log: Collection[str],
    method: str,
) -> list[OutputReport]:
    reports = []
    for name, table in stored.tables.items():
        kind = kind_of(table)
        report = OutputReport(name, kind, relative=name in log)
        report.constant = _constant(table, len(stored.axes))
        if kind == "f":
            known = table[~np.isnan(table)]  # nothing is left of gaps at every setting
            low, high = (known.min(), known.max()) if known.size else (0, 0)
            report.low, report.high = float(low), float(high)
        differ = 0
        for values, truth in truths:
            got = read(stored, name, kind, values, method, name in log)
            if kind == "f":
                report.error = max(report.error, _gap(got, truth[name], name in log))
            else:
                differ += not np.array_equal(got, truth[name])
        report.wrong = differ / max(len(truths), 1)
        reports.append(report)
    return reports


def _gap(got: np.ndarray, true: np.ndarray, relative: bool) -> float:
    """Largest difference where both are numbers."""
    difference = np.abs(got - true)
    if relative:
        difference = difference / np.abs(true)
    both = difference[np.isfinite(difference)]
    return float(both.max()) if both.size else 0.0
