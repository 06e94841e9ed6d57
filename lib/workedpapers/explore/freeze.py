"""From a scene to what a static page carries, with its errors measured and its bytes counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .controls.lookup import Lookup
from .errors import ExplorerError
from .mirror import Mirror
from .outputs import kind_of
from .scene import ALT, Scene
from .storage.grid import Grid, axes_for, evaluate, probe_settings
from .storage.precision import (
    OutputReport,
    StaticReport,
    choose_interpolation,
    store_grid,
    stored_tables,
)
from .storage.quantise import Store

__all__ = ["LIMIT", "Frozen", "StorageSettings", "frozen", "ranges_of", "store_options"]

LIMIT = 400_000
SAMPLES = 40


@dataclass(frozen=True)
class StorageSettings:
    """How results are stored, as `Explorer` takes it.

    Attributes
    ----------
    grid : mapping or None
        Number of nodes by slider.
    bits : int or mapping
        Bits per stored number; one number, or one by output.
    interpolation : str
        ``"auto"``, ``"linear"`` or ``"cubic"``.
    max_error : float or None
        Largest interpolation error allowed, as a share of an output's range.
    probes, seed : int
        Number of settings at which the error is measured, and their seed.
    limit : int
        Most bytes on a page.
    """

    grid: Mapping[str, int] | None = None
    bits: int | Mapping[str, int] = 16
    interpolation: str = "auto"
    max_error: float | None = None
    probes: int = 48
    seed: int = 0
    limit: int = LIMIT


@dataclass(frozen=True)
class Frozen:
    """What a static page carries besides the texts: it serves every figure of the same function.

    Attributes
    ----------
    extra : dict
        What the browser must know of it.
    store : Store
        The data.
    report : StaticReport
        How exact it is.
    """

    extra: dict[str, Any]
    store: Store
    report: StaticReport


def frozen(scene: Scene, settings: StorageSettings) -> Frozen:
    """Evaluate a scene for a static page.

    Raises
    ------
    ExplorerError
        If a page cannot hold the function, or not exactly enough.
    """
    store = Store()
    store_options(scene, store)
    if scene.mirror is not None:
        extra, report = _with_mirror(scene, scene.mirror, store, settings)
    else:
        extra, report = _with_grid(scene, store, settings)
    _check_error(report, settings)
    return Frozen(extra, store, report)


def _with_grid(
    scene: Scene, store: Store, settings: StorageSettings
) -> tuple[dict[str, Any], StaticReport]:
    axes = axes_for(scene.controls, settings.grid)
    grid = evaluate(lambda **v: scene.evaluate(v), axes, scene.gaps)
    log = _log_outputs(scene, grid)
    entries = store_grid(grid, store, bits=settings.bits, log=log)
    stored = stored_tables(grid, store, entries)
    probes = probe_settings(scene.controls, axes, settings.probes, settings.seed)
    truths = [(values, scene.evaluate(values)) for values in probes] if axes else []
    method, measured = choose_interpolation(stored, truths, log, settings.interpolation)
    bounds = {section.name: section.bound for section in store.sections}
    for output in measured:
        output.bound = bounds[output.name] if output.kind == "f" else 0.0
    report = StaticReport(
        "grid",
        {axis.name: len(axis.nodes) for axis in axes},
        method,
        [output for output in measured if output.name != ALT],
        len(truths),
        seconds=grid.seconds,
    )
    extra = {
        "axes": [axis.to_json() for axis in axes],
        "outputs": entries,
        "interpolation": "linear" if method == "none" else method,
        "log": sorted(log),
        "ranges": ranges_of([grid.tables]),
    }
    return extra, report


def _with_mirror(
    scene: Scene, mirror: Mirror, store: Store, settings: StorageSettings
) -> tuple[dict[str, Any], StaticReport]:
    entries = mirror.add_to(store)
    rng = np.random.default_rng(settings.seed)
    tried = [{c.name: c.sample(rng) for c in scene.inputs} for _ in range(SAMPLES)]
    sampled = [scene.outputs, *(scene.evaluate(values) for values in tried)]
    extra = {"mirror": mirror.source, "data": entries, "ranges": ranges_of(sampled)}
    return extra, StaticReport("mirror")


def _log_outputs(scene: Scene, grid: Grid) -> set[str]:
    """Outputs on logarithmic axes, which are kept as logarithms where they are positive."""
    marks = [mark for view in scene.views for mark in view.marks]
    names = {n for axis in "xy" for m in marks if m.logarithmic(axis) for n in m.on_axis(axis)}
    return {n for n in names if kind_of(grid.tables[n]) == "f" and not np.any(grid.tables[n] <= 0)}


def _check_error(report: StaticReport, settings: StorageSettings) -> None:
    floats = [output for output in report.outputs if output.kind == "f"]
    worst = max(floats, key=lambda o: o.share, default=OutputReport("", "f"))
    if settings.max_error is not None and worst.share > settings.max_error:
        raise ExplorerError(
            f"output {worst.name!r} is off by {worst.error:.3g} between the nodes, "
            f"{worst.share:.3g} of its range and more than max_error = {settings.max_error}; "
            f"use more nodes than {report.nodes}"
        )


def check_size(report: StaticReport, limit: int) -> None:
    """Raise `ExplorerError` if the figure would weigh too much."""
    if report.total > limit:
        parts = ", ".join(f"{part} {size / 1000:.0f} kB" for part, size in report.sizes.items())
        raise ExplorerError(
            f"the explorer would put {report.total / 1000:.0f} kB on the page, over the limit "
            f"of {limit / 1000:.0f} kB: {parts}. Use fewer nodes than {report.nodes}, "
            "shorter arrays, fewer frames, bits=8 or a mirror"
        )


def store_options(scene: Scene, store: Store) -> None:
    """Put the lists that look-ups complete from into a store."""
    for control in scene.controls:
        if isinstance(control, Lookup):
            store.add_text(f"options:{control.name}", control.options)


def ranges_of(tables: Sequence[Mapping[str, np.ndarray]]) -> dict[str, list[float]]:
    """Lowest and highest finite value of every output, and the lowest above 0."""
    ranges = {}
    for name in tables[0]:
        if kind_of(tables[0][name]) in "fi":
            parts = [table[name][np.isfinite(table[name])] for table in tables]
            finite = np.concatenate([part.reshape(-1) for part in parts])
            if finite.size:
                ranges[name] = [float(finite.min()), float(finite.max())]
                if (above := finite[finite > 0]).size:
                    ranges[name].append(float(above.min()))
    return ranges
