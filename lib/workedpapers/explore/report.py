"""The small print under a static figure: what is stored, and how exact it is, in plain words."""

from collections.abc import Mapping
from typing import Any

from .formats import format_value
from .scene import Scene
from .storage.precision import OutputReport, StaticReport

__all__ = ["explain"]


def explain(report: StaticReport, scene: Scene) -> list[dict[str, Any]]:
    """Paragraphs and one table, as the browser reads them."""
    parts = _mirror_text() if report.kind == "mirror" else _grid_text(report, scene)
    size = format_value(report.total / 1000, ".0f")
    exact = "Run the page with Python to have every setting computed by the library itself."
    return [*parts, {"text": f"The figure takes {size} kB of this page. {exact}"}]


def _mirror_text() -> list[dict[str, Any]]:
    return [
        {
            "text": "Your browser computes this figure with a JavaScript copy of the Python "
            "function. A test of this book runs both at random settings and compares them."
        }
    ]


def _grid_text(report: StaticReport, scene: Scene) -> list[dict[str, Any]]:
    by_name = {control.name: control.to_json()["label"] for control in scene.controls}
    nodes = 1
    for n in report.nodes.values():
        nodes *= n
    shape = " × ".join(f"{n} of “{by_name[name]}”" for name, n in report.nodes.items())
    if not report.nodes:
        return [{"text": "Python computed this run when the page was built."}]
    stored = (
        f"Python computed {format_value(nodes, ',d')} settings when the page was built: {shape}."
    )
    floats = [output for output in report.outputs if output.kind == "f" and not output.constant]
    if report.interpolation == "none":
        between = "Every setting that you can choose is one of them."
        measured = f"At {report.probes} settings the stored results were compared with Python."
    else:
        between = f"Between them your browser interpolates ({report.interpolation})."
        measured = (
            f"At {report.probes} other settings, drawn at random, the result was compared with "
            "Python; the table shows the largest difference."
        )
    parts: list[dict[str, Any]] = [{"text": f"{stored} {between} {measured}"}]
    if floats:
        labels = _called(scene)
        rows = [
            [labels.get(o.name, o.name.replace("_", " ")), _error(o), _amount(o.bound, o)]
            for o in floats
        ]
        head = ["Output", "Largest difference", "of which rounding, at most"]
        parts.append({"head": head, "rows": rows})
    other = [output for output in report.outputs if output.kind != "f" and output.wrong]
    if other:
        worst = format_value(max(output.wrong for output in other), ".0%")
        parts.append(
            {
                "text": "Words and whole numbers are those of the nearest stored setting; at "
                f"{worst} of the settings tried, Python gave another."
            }
        )
    return parts


def _error(output: OutputReport) -> str:
    if output.relative:
        return _amount(output.error, output)
    return (
        f"{_amount(output.error, output)} ({format_value(output.share * 100, '.2g')}% of the range)"
    )


def _amount(amount: float, output: OutputReport) -> str:
    if output.relative:
        return f"{format_value(amount * 100, '.2g')}% of the value"
    return format_value(amount, ".2g")


def _called(scene: Scene) -> Mapping[str, str]:
    """What readers call each output."""
    marks = [mark for view in scene.views for mark in view.marks]
    return {name: words for mark in marks for name, words in mark.called().items()}
