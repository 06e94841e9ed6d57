"""The explorer "Points that are not isolated": eight modes on a ring, over width and G."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.isolated_points.chapter.ring_study import load_ring_map
from workedpapers.isolated_points.experiments.ring_of_modes import (
    GAMMAS,
    STARTS,
    WIDTHS,
    ring,
    start_points,
    summary,
)

if TYPE_CHECKING:
    from workedpapers.explore import Explorer

__all__ = ["width_cell", "width_explorer"]


@cache
def _summary(start: str) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Means over seeds for one start, and the maps of two of them."""
    runs = load_ring_map()[1]
    table = summary(runs[runs["start"] == start])
    maps = {
        name: table.pivot_table(index="G", columns="sigma", values=name).to_numpy()
        for name in ("covered", "lost")
    }
    return table, maps


def width_cell(width: float, strength: float, start: str) -> dict[str, Any]:
    """Outputs of `width_explorer` at one setting of the stored map."""
    paths, _runs = load_ring_map()
    table, maps = _summary(start)
    i, j = int(np.argmin(np.abs(WIDTHS - width))), int(np.argmin(np.abs(GAMMAS - strength)))
    here = table[(table["sigma"] == WIDTHS[i]) & (table["G"] == GAMMAS[j])].iloc[0]
    path = paths[STARTS.index(start), i, j].clip(-3, 3)  # frames, points, 2
    gap = np.full((1, path.shape[1], 2), np.nan)
    joined = np.concatenate([path, gap]).transpose(1, 0, 2).reshape(-1, 2)
    places, begun = ring(), start_points(start, 0)
    return {
        "widths": WIDTHS,
        "strengths": GAMMAS,
        "covered_map": maps["covered"],
        "lost_map": maps["lost"],
        "mode_x": places[:, 0],
        "mode_y": places[:, 1],
        "begun_x": begun[:, 0],
        "begun_y": begun[:, 1],
        "end_x": path[-1, :, 0],
        "end_y": path[-1, :, 1],
        "path_x": np.nan_to_num(joined[:, 0]),
        "path_y": joined[:, 1],
        "covered": float(here["covered"]),
        "covered_low": float(here["covered_low"]),
        "covered_high": float(here["covered_high"]),
        "lost": float(here["lost"]),
        "lost_low": float(here["lost_low"]),
        "lost_high": float(here["lost_high"]),
    }


def width_explorer(**options: Any) -> Explorer:
    """Explorer of eight points on a ring of eight modes, over kernel width and G.

    Parameters
    ----------
    options : passed on to `workedpapers.explore.Explorer`.
    """
    from workedpapers.explore import (
        Choice,
        Columns,
        Controls,
        Explorer,
        HeatMap,
        Lines,
        Marker,
        Points,
        Sentence,
        Slider,
    )

    maps: dict[str, Any] = {
        "xlog": True, "ylog": True, "xlim": (0.052, 0.7), "ylim": (0.07, 18.2),
        "xlabel": "Kernel width σ", "height": 170,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "title": "Points that are not isolated",
        "name": "ring",
        "caption": "Left: eight generated points on a ring of eight modes (squares), first seed: "
        "diamonds in the end, with their paths; hollow triangles at the start. Right: mean over 20 "
        "seeds of modes covered, and of points lost (farther than 1 from every mode), after 2,000 "
        "steps.",
        "alt": "With width {width} and G = {strength}, starting {start}, {covered:.1f} of 8 modes "
        "are covered and {lost:.1f} of 8 points are lost, mean over 20 seeds.",
        "gaps": ["path_y"],
        "bits": 8,
    }
    return Explorer(
        width_cell,
        controls=[
            Slider.at("width", WIDTHS.tolist(), value=0.142, label="Kernel width σ"),
            Slider.at("strength", GAMMAS.tolist(), value=0.8, label="G"),
            Choice("start", STARTS, label="Generated points begin"),
        ],
        view=[
            Columns(
                Lines(
                    "path_x", "path_y", labels=["path"], xlabel="x", ylabel="y", equal=True,
                    xlim=(-2, 2), ylim=(-2, 2), height=350,
                )
                + Points("mode_x", "mode_y", label="mode", size=13, hollow=True)
                + Points("begun_x", "begun_y", label="start", size=6, hollow=True)
                + Points("end_x", "end_y", label="generated", size=9),
                [
                    HeatMap("covered_map", "widths", "strengths", ylabel="G",
                            zlabel="Modes covered, of 8", zlim=(0, 8), **maps)
                    + Marker("width", "strength"),
                    HeatMap("lost_map", "widths", "strengths", ylabel="G",
                            zlabel="Points lost, of 8", zlim=(0, 8), **maps)
                    + Marker("width", "strength"),
                ],
            ),
            Controls(["width", "strength", "start"]),
            Sentence(
                "Over 20 seeds the mean is {covered:.1f} modes covered (95% interval "
                "{covered_low:.1f} to {covered_high:.1f}) and {lost:.1f} points lost "
                "({lost_low:.1f} to {lost_high:.1f}). Neighbouring modes are 0.77 apart."
            ),
        ],
        **{**settings, **options},
    )  # fmt: skip
