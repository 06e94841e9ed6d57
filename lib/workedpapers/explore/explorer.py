"""The figure that moves: one widget, with two lives."""

import hashlib
import json
import os
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from .arguments import Values, check_handles, check_places, checked_controls, rows_of
from .controls import Control, Lookup, Play
from .errors import ExplorerError
from .formats import format_value
from .freeze import OutputReport, StaticReport, choose_interpolation, store_grid, stored_tables
from .grid import Grid, axes_for, call, evaluate, probe_settings
from .handles import Handles
from .mirror import Mirror
from .outputs import kind_of, normalise
from .plots import Overlay, Points
from .presets import Presets
from .quantise import Store
from .report import explain
from .template import Describe, fields, is_template, render, to_json
from .view import View

__all__ = ["Explorer"]

STATIC = Path(__file__).parent / "static"
LIMIT = 400_000
ALT = "alt_text_"
SAMPLES = 40


class Explorer(anywidget.AnyWidget):
    """An interactive figure that also moves without a kernel.

    With a kernel, every move of a control calls `compute`. On a static page the browser reads a
    stored grid of results and interpolates, or runs a mirror of `compute`. A badge says which.

    Parameters
    ----------
    compute : called with the controls as keywords; returns a dict from names to numbers, strings,
        truth values, lists of strings, or arrays.
    controls : what the reader moves.
    view : what is drawn, from top to bottom; a list inside the list is a row.
    caption : says what the figure shows; required.
    alt : says in words what is seen, as a template of `template`; required. A callable
        ``alt(v, d)`` of values and outputs also works, unless there is a mirror: its sentences
        are stored with the grid.
    title : a few words above the figure.
    grid : number of nodes by slider; sensible by default.
    mirror : the function in JavaScript, instead of a grid.
    static : carry stored results and ask no kernel. By default if ``WORKEDPAPERS_BUILD=1``.
    gaps : outputs that may hold NaN, drawn as gaps.
    bits : 16 or 8 (or 32) per stored number; one number, or one by output.
    interpolation : ``"auto"`` takes what measures better at the probes, ``"linear"`` or
        ``"cubic"``.
    max_error : largest interpolation error allowed, as a share of an output's range.
    probes, seed : number of settings at which the error is measured, and their seed.
    limit : most bytes on a page.

    Raises
    ------
    ExplorerError : if anything above does not fit; the message names the setting and the cure.
    """

    _esm = (STATIC / "explorer.js").read_text(encoding="utf8")
    _css = (STATIC / "explorer.css").read_text(encoding="utf8")

    spec = traitlets.Dict().tag(sync=True)
    store = traitlets.Bytes().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    answer_data = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        compute: Callable[..., Mapping[str, Any]],
        controls: Sequence[Control],
        view: Sequence[View | Sequence[View]] | View,
        *,
        caption: str,
        alt: Describe,
        title: str = "",
        grid: Mapping[str, int] | None = None,
        mirror: Mirror | None = None,
        static: bool | None = None,
        gaps: Collection[str] = (),
        bits: int | Mapping[str, int] = 16,
        interpolation: str = "auto",
        max_error: float | None = None,
        probes: int = 48,
        seed: int = 0,
        limit: int = LIMIT,
    ) -> None:
        self.compute, self.controls, self.mirror = compute, checked_controls(controls), mirror
        self.rows = rows_of(view)
        self.title, self.caption, self.alt = title, caption, alt
        self.gaps, self.bits, self.grid, self.limit = gaps, bits, grid, limit
        self.interpolation, self.max_error = interpolation, max_error
        self.probes, self.seed = probes, seed
        self.frozen = False
        self.static_report: StaticReport | None = None
        self._check_texts()
        self.outputs = self.evaluate(self.defaults)
        self._check_views()
        super().__init__(values=self.defaults)
        if os.environ.get("WORKEDPAPERS_BUILD") == "1" if static is None else static:
            self.freeze()
        else:
            self._start_live()
        self.observe(self._recompute, names="values")
        self.on_msg(self._reply)

    # What the author gave, checked

    @cached_property
    def play(self) -> Play | None:
        """The player, if there is one."""
        return next((c for c in self.controls if isinstance(c, Play)), None)

    @property
    def inputs(self) -> list[Control]:
        """Controls that `compute` gets."""
        return [
            c
            for c in self.controls
            if not isinstance(c, Presets) and not (isinstance(c, Play) and c.over)
        ]

    @property
    def defaults(self) -> dict[str, Any]:
        """Values at the start."""
        return {control.name: control.default for control in self.inputs}

    @property
    def views(self) -> list[View]:
        """Every view, row after row."""
        return [view for row in self.rows for view in row]

    def _check_texts(self) -> None:
        if not isinstance(self.caption, str) or not self.caption.strip():
            raise ExplorerError("an explorer needs a caption: what does the figure show?")
        if callable(self.alt):
            if self.mirror is not None:
                raise ExplorerError(
                    "a callable alt cannot run beside a mirror: use a template, or return the "
                    "sentence from compute and mirror as 'words' and write alt='{words}'"
                )
        elif not is_template(self.alt) or not self.alt:
            raise ExplorerError("an explorer needs an alt text that says what is seen")
        else:
            fields(self.alt)

    def _check_views(self) -> None:
        first = self.at_frame(self.outputs, 0)
        names = set(first) | {c.name for c in self.controls if not isinstance(c, Presets)}
        if clash := {c.name for c in self.controls} & set(first):
            raise ExplorerError(f"{sorted(clash)} name both a control and an output")
        check_places(self.views, self.controls)
        for view in self.views:
            if missing := view.names() - names:
                raise ExplorerError(
                    f"{type(view).__name__} draws {sorted(missing)}, but compute returns "
                    f"{sorted(first)}"
                )
            view.check(first)
            for mark in view.marks if isinstance(view, Overlay) else [view]:
                if isinstance(mark, Points) and mark.handles is not None:
                    check_handles(mark, self.controls, first)

    # The function and its words

    def evaluate(self, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Outputs at some settings, as arrays, computed by Python."""
        values = {c.name: c.check(values.get(c.name, c.default)) for c in self.inputs}
        outputs = normalise(call(self.compute, values), values, self.gaps)
        for name in self.play.over if self.play else ():
            if name not in outputs or outputs[name].shape[:1] != (self.play.frames,):  # type: ignore[union-attr]
                found = outputs[name].shape if name in outputs else "not there"
                raise ExplorerError(
                    f"play {self.play.name}: output {name!r} needs a leading axis of "  # type: ignore[union-attr]
                    f"{self.play.frames} frames; it is {found}"  # type: ignore[union-attr]
                )
        if callable(self.alt):
            sentence = self.alt(Values(values), Values(outputs))
            outputs[ALT] = np.asarray(str(sentence))
        self._check_sentences(values, outputs)
        return outputs

    def _check_sentences(self, values: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
        if not self.describe(values, outputs).strip():
            raise ExplorerError(f"alt is empty at {dict(values)!r}")

    def at_frame(self, outputs: Mapping[str, np.ndarray], frame: int) -> dict[str, np.ndarray]:
        """The outputs as one frame of the player shows them."""
        over = self.play.over if self.play else ()
        return {name: (a[frame] if name in over else a) for name, a in outputs.items()}

    @cached_property
    def formats(self) -> dict[str, str]:
        """Formats of the controls in sentences."""
        return {control.name: control.format for control in self.controls}

    @property
    def alt_template(self) -> Any:
        """The alt text as a template."""
        return f"{{{ALT}}}" if callable(self.alt) else self.alt

    def words(
        self, template: Any, values: Mapping[str, Any], outputs: Mapping[str, Any], frame: int = 0
    ) -> str:
        """Fill in a template at some settings."""
        known = {**values, **self.at_frame(outputs, frame)}
        if self.play:
            at = values.get(self.play.name, frame)
            known[self.play.name] = self.play.start + self.play.scale * at
        return render(template, known, self.formats)

    def describe(self, values: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
        """The alt text at some settings."""
        return self.words(self.alt_template, values, outputs, self.play.default if self.play else 0)

    # With a kernel

    def _start_live(self) -> None:
        store = Store()
        self._add_options(store)
        extra: dict[str, Any] = {"ranges": self._ranges([self.outputs])}
        if self.mirror is not None and self.play and not self.play.over:
            # Sixty frames a second are too many for a kernel: while playing, the mirror serves.
            extra |= {"mirror": self.mirror.source, "data": self.mirror.add_to(store)}
        with self.hold_sync():
            self.store = store.blob()
            self.spec = self._spec("live", store, **extra)
            self._send_answer(self.values)

    def _recompute(self, _change: Any = None) -> None:
        if self.frozen:
            return
        asked = dict(self.values)
        try:
            if unknown := set(asked) - {c.name for c in self.inputs}:
                raise ExplorerError(f"values name {sorted(unknown)}, which are no controls")
            self.outputs = self.evaluate(asked)
        except Exception as error:
            text = str(error) if isinstance(error, ExplorerError) else traceback.format_exc(limit=3)
            self.answer = {"values": asked, "error": text}
            return
        with self.hold_sync():
            self._send_answer(asked)

    def _send_answer(self, asked: Mapping[str, Any]) -> None:
        store = Store()
        for name, array in self.outputs.items():
            if kind_of(array) == "s":
                store.add_text(name, array.reshape(-1).tolist())
            else:
                store.add_exact(name, array)
        entries = [
            {"name": name, "kind": kind_of(array), "shape": list(array.shape)}
            for name, array in self.outputs.items()
        ]
        self.answer_data = store.blob(level=1)
        self.answer = {"values": dict(asked), "sections": store.to_json(), "outputs": entries}

    def _reply(self, _widget: Any, content: Mapping[str, Any], _buffers: Any) -> None:
        if content.get("kind") == "ping" and not self.frozen:
            self.send({"kind": "pong"})

    # Without a kernel

    def freeze(self) -> "Explorer":
        """Store what a static page needs, measure its errors and count its bytes."""
        if self.frozen:
            return self
        store = Store()
        self._add_options(store)
        if self.mirror is None:
            extra, report = self._freeze_grid(store)
        else:
            extra, report = self._freeze_mirror(store)
        from .still import still_figure

        self.still = still_figure(self)
        spec = self._spec(report.kind, store, **extra)
        blob = store.blob()
        report.sizes = {
            "program": len(json.dumps(self._esm)) + len(json.dumps(self._css)),
            "data": 4 * ((len(blob) + 2) // 3),
            "mirror": len(json.dumps(self.mirror.source)) if self.mirror else 0,
            "texts": len(json.dumps(spec)) - (len(json.dumps(extra.get("mirror", "")))),
            "still": len(self.still.encode()),
        }
        report.sizes["texts"] += len(json.dumps(explain(report, self)))
        self._check_report(report)
        spec["report"] = explain(report, self)
        self.static_report, self.frozen = report, True
        with self.hold_sync():
            self.store, self.spec, self.answer, self.answer_data = blob, spec, {}, b""
        return self

    def _freeze_grid(self, store: Store) -> tuple[dict[str, Any], StaticReport]:
        axes = axes_for(self.controls, self.grid)
        grid = evaluate(lambda **v: self.evaluate(v), axes, self.gaps)
        log = self._log_outputs(grid)
        entries = store_grid(grid, store, bits=self.bits, log=log)
        stored = stored_tables(grid, store, entries)
        settings = probe_settings(self.controls, axes, self.probes, self.seed)
        truths = [(values, self.evaluate(values)) for values in settings] if axes else []
        method, measured = choose_interpolation(stored, truths, log, self.interpolation)
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
            "ranges": self._ranges([grid.tables]),
        }
        return extra, report

    def _freeze_mirror(self, store: Store) -> tuple[dict[str, Any], StaticReport]:
        assert self.mirror is not None
        entries = self.mirror.add_to(store)
        rng = np.random.default_rng(self.seed)
        settings = [{c.name: c.sample(rng) for c in self.inputs} for _ in range(SAMPLES)]
        sampled = [self.outputs, *(self.evaluate(values) for values in settings)]
        extra = {
            "mirror": self.mirror.source,
            "data": entries,
            "ranges": self._ranges(sampled),
        }
        return extra, StaticReport("mirror")

    def _log_outputs(self, grid: Grid) -> set[str]:
        """Outputs on logarithmic axes, which are kept as logarithms where they are positive."""
        names = set()
        for view in self.views:
            marks = view.marks if isinstance(view, Overlay) else [view]
            for axis in ("x", "y"):
                for mark in marks:
                    if getattr(mark, f"{axis}log", False):
                        names |= set(mark.on_axis(axis))  # type: ignore[attr-defined]
        return {
            n for n in names if kind_of(grid.tables[n]) == "f" and not np.any(grid.tables[n] <= 0)
        }

    def _check_report(self, report: StaticReport) -> None:
        floats = [output for output in report.outputs if output.kind == "f"]
        worst = max(floats, key=lambda o: o.share, default=OutputReport("", "f"))
        if self.max_error is not None and worst.share > self.max_error:
            raise ExplorerError(
                f"output {worst.name!r} is off by {worst.error:.3g} between the nodes, "
                f"{worst.share:.3g} of its range and more than max_error = {self.max_error}; "
                f"use more nodes than {report.nodes}"
            )
        if report.total > self.limit:
            parts = ", ".join(f"{part} {size / 1000:.0f} kB" for part, size in report.sizes.items())
            raise ExplorerError(
                f"the explorer would put {report.total / 1000:.0f} kB on the page, over the limit "
                f"of {self.limit / 1000:.0f} kB: {parts}. Use fewer nodes than {report.nodes}, "
                "shorter arrays, fewer frames, bits=8 or a mirror"
            )

    # What the browser reads

    def _add_options(self, store: Store) -> None:
        for control in self.controls:
            if isinstance(control, Lookup):
                store.add_text(f"options:{control.name}", control.options)

    def _ranges(self, tables: Sequence[Mapping[str, np.ndarray]]) -> dict[str, list[float]]:
        """Lowest and highest finite value of every output."""
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

    def _spec(self, mode: str, store: Store, **extra: Any) -> dict[str, Any]:
        return {
            "mode": mode,
            "id": self._key,
            "title": self.title,
            "caption": self.caption,
            "alt": to_json(self.alt_template),
            "controls": [control.to_json() for control in self.controls],
            "view": [[view.to_json() for view in row] for row in self.rows],
            "sections": store.to_json(),
            "report": [],
            **extra,
        }

    @cached_property
    def _key(self) -> str:
        """A name that ties the still to the widget; the same in every build."""
        first = self.describe(self.defaults, self.outputs)
        names = ",".join(
            f"{c.name}={c.default if isinstance(c, Handles) else format_value(c.default)}"
            for c in self.controls
            if not isinstance(c, Presets)
        )
        return (
            "x"
            + hashlib.sha256(f"{self.title}{self.caption}{first}{names}".encode()).hexdigest()[:12]
        )

    def _ipython_display_(self, **kwargs: Any) -> None:
        """Show the still, where there is one, and then the widget."""
        from IPython.display import display

        if self.frozen:
            text = self.describe(self.defaults, self.outputs)
            display({"text/html": self.still, "text/plain": text}, raw=True)
        bundle = self._repr_mimebundle_(**kwargs)
        if bundle:
            display(bundle[0], metadata=bundle[1], raw=True)
