"""The figure that moves: one widget, with two lives."""

import copy
import json
import os
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from .controls.control import Control
from .controls.play import Play
from .errors import ExplorerError
from .freeze import (
    LIMIT,
    Frozen,
    StorageSettings,
    check_size,
    frozen,
    ranges_of,
    store_options,
)
from .mirror import Mirror
from .outputs import kind_of
from .page import place_html
from .quiz import KEY, Quiz
from .report import explain
from .scene import Scene, rows_of
from .storage.precision import StaticReport
from .storage.quantise import Store
from .template import Describe, to_json
from .views.view import View

__all__ = ["Explorer"]

STATIC = Path(__file__).parent / "static"


def building() -> bool:
    """Whether a page of the book is being built, which carries no widgets."""
    return os.environ.get("WORKEDPAPERS_BUILD") == "1"


class Explorer(anywidget.AnyWidget):
    """An interactive figure that also moves without a kernel.

    With a kernel, every move of a control calls `compute`. On a static page the browser reads a
    stored grid of results and interpolates, or runs a mirror of `compute`. A badge says which.

    Parameters
    ----------
    compute : callable
        Called with the controls as keywords; returns a dict from names to numbers, strings,
        truth values, lists of strings, or arrays.
    controls : sequence of Control
        What the reader moves; those with ``more=True`` are folded away.
    view : sequence of View, or View
        What is drawn, from top to bottom; a list inside the list is a row, as is `Columns`.
    caption : str
        Says what the figure shows; required.
    alt : template or callable
        Says in words what is seen; required. A callable ``alt(v, d)`` of values and outputs also
        works, unless there is a mirror: its sentences are stored with the grid.
    title : str, default ""
        A few words above the figure.
    name : str, optional
        Anchor of the figure, for links to it and for the role ``set``: lower-case words joined by
        hyphens. By default it is made of the title.
    entities : sequence of str, optional
        Things that have one hue each in all views, which ask for it with ``hue`` or ``hues``, and
        in the text, with the role ``hue``. What has no entity is drawn in grey.
    grid : mapping, optional
        Number of nodes by slider; sensible by default.
    mirror : Mirror, optional
        The function in JavaScript, instead of a grid.
    static : bool, optional
        Carry stored results and ask no kernel. By default if ``WORKEDPAPERS_BUILD=1``.
    gaps : collection of str, optional
        Outputs that may hold NaN, drawn as gaps.
    bits : int or mapping, default 16
        16 or 8 (or 32) per stored number; one number, or one by output.
    interpolation : str, default "auto"
        ``"auto"`` takes what measures better at the probes, ``"linear"`` or ``"cubic"``.
    max_error : float, optional
        Largest interpolation error allowed, as a share of an output's range.
    probes, seed : int
        Number of settings at which the error is measured, and their seed.
    limit : int, default 400000
        Most bytes on a page.

    Raises
    ------
    ExplorerError
        If anything above does not fit; the message names the setting and the cure.

    See Also
    --------
    Quiz : A question that the figure answers.
    check_mirror : Compares the mirror with the function.

    Examples
    --------
    >>> from workedpapers.explore import Explorer, Number, Slider
    >>> explorer = Explorer(
    ...     lambda side: {"area": side**2}, [Slider("side", 0, 10, value=3)],
    ...     [Number("area", unit="m²")], caption="A square.", alt="The area is {area} m².",
    ...     title="How large?")
    >>> explorer.name, explorer.describe(explorer.defaults, explorer.outputs)
    ('how-large', 'The area is 9 m².')
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
        name: str = "",
        entities: Sequence[str] = (),
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
        scene = Scene(compute, list(controls), rows_of(view), caption, alt, title, name, mirror,
                      gaps, entities)  # fmt: skip
        settings = StorageSettings(grid, bits, interpolation, max_error, probes, seed, limit)
        self._begin(scene, settings, building() if static is None else static)

    def _begin(
        self,
        scene: Scene,
        settings: StorageSettings,
        static: bool,
        quiz: dict[str, Any] | None = None,
        kept: Frozen | None = None,
    ) -> None:
        self.scene, self.settings, self.quiz, self._kept = scene, settings, quiz, kept
        self.outputs = scene.outputs
        self.frozen = False
        self.still = ""
        self.static_report: StaticReport | None = None
        super().__init__(values=scene.defaults)
        if static:
            self.freeze()
        else:
            self._start_live()
        self.observe(self._recompute, names="values")
        self.on_msg(self._reply)

    def open(self) -> None:
        """Open the line to the browser; a page that is being built has none."""
        if not building():
            super().open()

    # What the author gave, and its words: those of the scene

    @property
    def mirror(self) -> Mirror | None:
        """The function in JavaScript."""
        return self.scene.mirror

    @mirror.setter
    def mirror(self, mirror: Mirror | None) -> None:
        self.scene.mirror = mirror

    @property
    def name(self) -> str:
        """Anchor of the figure on its page."""
        return self.scene.name

    @property
    def controls(self) -> list[Control]:
        """What the reader moves."""
        return self.scene.controls

    @property
    def play(self) -> Play | None:
        """The player, if there is one."""
        return self.scene.play

    @property
    def defaults(self) -> dict[str, Any]:
        """Values at the start."""
        return self.scene.defaults

    def evaluate(self, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Outputs at some settings, as arrays, computed by Python.

        Parameters
        ----------
        values : mapping
            Values of controls; those not named are at their start.

        Returns
        -------
        dict
            Arrays by name.
        """
        return self.scene.evaluate(values)

    def describe(self, values: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
        """The alt text at some settings.

        Parameters
        ----------
        values, outputs : mapping
            Settings, and what `evaluate` gives at them.

        Returns
        -------
        str
            The sentence.
        """
        return self.scene.describe(values, outputs)

    # A question

    def ask(self, quiz: Quiz) -> "Explorer":
        """The same figure with a question, which it answers once the reader has.

        Parameters
        ----------
        quiz : Quiz
            The question, its answer, and the states before and after.

        Returns
        -------
        Explorer
            A figure of its own, named after the quiz. It shares the stored results of this one.

        Raises
        ------
        ExplorerError
            If the quiz names other controls or outputs than the figure has.
        """
        solved = quiz.solve(self.scene)
        controls = [copy.copy(control) for control in self.scene.controls]
        for control in controls:
            if control.name in solved["start"]:
                control.value = solved["start"][control.name]  # type: ignore[attr-defined]
        scene = replace(self.scene, controls=controls, name=quiz.id)
        asked: Explorer = Explorer.__new__(Explorer)
        asked._begin(scene, self.settings, self.frozen, {**solved, "of": self.name}, self._kept)
        return asked

    # With a kernel

    def _start_live(self) -> None:
        scene, store = self.scene, Store()
        store_options(scene, store)
        extra: dict[str, Any] = {"ranges": ranges_of([self.outputs])}
        if scene.mirror is not None and scene.play and not scene.play.over:
            # Sixty frames a second are too many for a kernel: while playing, the mirror serves.
            extra |= {"mirror": scene.mirror.source, "data": scene.mirror.add_to(store)}
        with self.hold_sync():
            self.store = store.blob()
            self.spec = self._spec("live", store, **extra)
            self._send_answer(self.values)

    def _recompute(self, _change: Any = None) -> None:
        if self.frozen:
            return
        asked = dict(self.values)
        try:
            if unknown := set(asked) - {c.name for c in self.scene.inputs}:
                raise ExplorerError(f"values name {sorted(unknown)}, which are no controls")
            self.outputs = self.scene.evaluate(asked)
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
        """Store what a static page needs, measure its errors and count its bytes.

        Returns
        -------
        Explorer
            This one.

        Raises
        ------
        ExplorerError
            If the page could not hold it, or not exactly enough.
        """
        if self.frozen:
            return self
        kept = self._kept or frozen(self.scene, self.settings)
        from .still import still_figure

        still = still_figure(self.scene)
        report = replace(kept.report)
        spec, blob = self._spec(report.kind, kept.store, **kept.extra), kept.store.blob()
        mirror = len(json.dumps(self.mirror.source)) if self.mirror else 0
        report.sizes = {
            "data": 4 * ((len(blob) + 2) // 3),
            "mirror": mirror,
            "texts": len(json.dumps(spec)) - (mirror or 2),
            "still": len(still.encode()),
        }
        report.sizes["texts"] += len(json.dumps(explain(report, self.scene)))
        check_size(report, self.settings.limit)
        spec["report"] = explain(report, self.scene)
        self._kept, self.still, self.static_report, self.frozen = kept, still, report, True
        with self.hold_sync():
            self.store, self.spec, self.answer, self.answer_data = blob, spec, {}, b""
        return self

    # What the browser reads

    def _spec(self, mode: str, store: Store, **extra: Any) -> dict[str, Any]:
        scene = self.scene
        return {
            "mode": mode,
            "id": scene.key,
            "name": scene.name,
            "title": scene.title,
            "caption": scene.caption,
            "alt": to_json(scene.alt_template),
            "entities": list(scene.entities),
            "controls": [control.to_json() for control in scene.controls],
            "view": [row.to_json() for row in scene.rows],
            "sections": store.to_json(),
            "report": [],
            "quiz": self.quiz,
            **extra,
        }

    @property
    def page_html(self) -> str:
        """A frozen figure as a page of the book carries it, see `place_html`."""
        return place_html(self.spec, self.store, self.still)

    def _ipython_display_(self, **kwargs: Any) -> None:
        """Show the figure: as a part of a page that is being built, or as a widget."""
        from IPython.display import display

        notes: dict[str, Any] = {
            KEY: {
                "figure": self.quiz["of"] if self.quiz else self.name,
                "entities": list(self.scene.entities),
                "quiz": self.quiz,
            }
        }
        text = self.scene.describe(self.defaults, self.scene.outputs)
        if self.frozen and building():
            shown = {"text/html": self.page_html, "text/plain": text}
            display(shown, metadata=notes, raw=True)
            return
        if self.frozen:
            display({"text/html": self.still, "text/plain": text}, raw=True)
        bundle = self._repr_mimebundle_(**kwargs)
        if bundle:
            display(bundle[0], metadata={**bundle[1], **notes}, raw=True)
