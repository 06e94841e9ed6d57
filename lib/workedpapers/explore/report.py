"""The small print under a static figure: what is stored, and how exact it is, in plain words."""

from typing import TYPE_CHECKING, Any

from .formats import format_value
from .freeze import OutputReport, StaticReport
from .plots import HeatMap, Lines, Overlay
from .views import Bars, Number

if TYPE_CHECKING:
    from .explorer import Explorer

__all__ = ["explain"]


def explain(report: StaticReport, explorer: "Explorer") -> list[dict[str, Any]]:
    """Paragraphs and one table, as the browser reads them."""
    parts = _mirror_text() if report.kind == "mirror" else _grid_text(report, explorer)
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


def _grid_text(report: StaticReport, explorer: "Explorer") -> list[dict[str, Any]]:
    by_name = {control.name: control.to_json()["label"] for control in explorer.controls}
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
        labels = _labels(explorer)
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


def _labels(explorer: "Explorer") -> dict[str, str]:
    """What readers call each output."""
    labels: dict[str, str] = {}
    for view in explorer.views:
        for mark in view.marks if isinstance(view, Overlay) else [view]:
            if isinstance(mark, Lines | Bars):
                labels.update(zip(mark.y, mark.labels or (), strict=False))
                if len(mark.y) == 1 and mark.ylabel:
                    labels[mark.y[0]] = mark.ylabel
            if isinstance(mark, Lines):
                for low, high in mark.bands:
                    labels.setdefault(low, "Band, lower rim")
                    labels.setdefault(high, "Band, upper rim")
            if isinstance(mark, HeatMap) and mark.zlabel:
                labels[mark.z] = mark.zlabel
            elif isinstance(mark, Number):
                labels[mark.name] = mark.label or mark.name
    return labels
