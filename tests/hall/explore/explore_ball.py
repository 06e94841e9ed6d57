"""One figure with everything that a reader can do: a ball that is thrown, and a page for it."""

import json
from pathlib import Path

import numpy as np

from workedpapers import explore
from workedpapers.explore import (
    Columns,
    Controls,
    Explorer,
    Handles,
    HeatMap,
    Lines,
    Marker,
    Mirror,
    Number,
    Play,
    Points,
    Presets,
    Region,
    Rule,
    Sentence,
    Slider,
)
from workedpapers.explore.page import place_html

STATIC = Path(explore.__file__).parent / "static"
PLACES = np.linspace(0, 10, 41)

MIRROR = """
const places = Float64Array.from({ length: 41 }, (_, i) => i / 4);
export default function ball({ speed, angle, trees, step }) {
  const up = speed * Math.sin((angle * Math.PI) / 180);
  const along = speed * Math.cos((angle * Math.PI) / 180);
  const t = step / 10;
  const x = along * t;
  const y = up * t - 5 * t * t;
  return {
    places, path: places.map((p) => (up / along) * p - (5 * p * p) / (along * along)),
    x: [x, -x / 2], y: [y, y / 2], at: trees, ground: trees.map(() => 0), reach: (up * along) / 5,
    map: Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => (i * j) / 4)),
  };
}
"""


def ball(speed, angle, trees, step):
    """A ball that is thrown, and one that flies half as far the other way."""
    up, along = speed * np.sin(np.radians(angle)), speed * np.cos(np.radians(angle))
    t = step / 10
    x, y = along * t, up * t - 5 * t**2
    return {
        "places": PLACES,
        "path": up / along * PLACES - 5 * PLACES**2 / along**2,
        "x": np.array([x, -x / 2]),
        "y": np.array([y, y / 2]),
        "at": trees,
        "ground": np.zeros(len(trees)),
        "reach": up * along / 5,
        "map": np.outer(np.arange(8), np.arange(8)) / 4,
    }


def ball_explorer(**options):
    """Columns, folded controls, a mark, a line and points that are dragged, entities, a player."""
    flight = (
        Lines("places", "path", labels=["path"], hues=["ball"], xlabel="Place (m)",
              ylabel="Height (m)", xlim=(0, 10), ylim=(-1, 6), height=240, rules=[Rule(y=0)])
        + Points("x", "y", label="now", hues=["ball", "other"], labels=["ball", "other"])
        + Points("at", "ground", handles="trees")
    )  # fmt: skip
    settings = (
        HeatMap("map", (0, 90), (0, 20), xlabel="Angle (°)", ylabel="Speed (m/s)", height=240,
                regions=[Region("far", 45, 15)], rules=[Rule(x="angle", drag=True)])
        + Marker("angle", "speed", label="here")
    )  # fmt: skip
    given = {
        "mirror": Mirror(MIRROR), "static": True, "title": "A ball", "name": "ball",
        "caption": "The path of a ball, and where its settings lie.",
        "alt": "Thrown at {speed} m/s and {angle}°, after {step} steps it reaches {reach:.1f} m.",
        "entities": ["ball", "other"],
    } | options  # fmt: skip
    return Explorer(
        ball,
        [
            Presets("scene", {"High": {"angle": 75}, "Low": {"angle": 15}}, label="Scene"),
            Slider("speed", 1, 20, step=0.5, value=8, label="Speed", unit="m/s"),
            Slider("angle", 5, 85, step=5, value=45, label="Angle", unit="°"),
            Handles("trees", [3.0, 6.0], 0, 10, label="Trees", more=True),
            Play("step", 400, fps=60, label="Step", value=3),
        ],
        [
            Controls("scene"),
            Columns(flight, settings, widths=(3, 2)),
            Controls(["step", "speed", "angle", "trees"]),
            Sentence("It reaches {reach:.1f} m."),
            Number("reach", label="Reach", unit="m", digits=1, hue="ball"),
        ],
        **given,
    )


PAGE = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">
<title>A page</title><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,"><style>CSS</style>
<style>html{background:#fff;color:#222;font-family:sans-serif} body{margin:0}
main{max-width:688px;margin:auto;padding:16px;box-sizing:content-box}
@media(max-width:720px){main{max-width:358px}} .far{height:2000px}</style>
</head><body><main><h1>A page</h1>
<p>Throw it
<a class="wp-set" href="#ball" data-wp-set="angle=75&amp;speed=12">high and fast</a>.</p>
BODY<div class="far"></div><p id="after">The end.</p></main>
<script defer src="figures.js"></script></body></html>"""


def write_page(folder, *explorers):
    """A page of the book in miniature: stills with their data, and the book's loader."""
    body = "".join(place_html(e.spec, e.store, e.still) for e in explorers)
    (folder / "figures.js").write_text((STATIC / "figures.js").read_text("utf8"), "utf8")
    css = (STATIC / "explorer.css").read_text("utf8")
    path = folder / "page.html"
    path.write_text(PAGE.replace("CSS", css).replace("BODY", body), "utf8")
    return path.as_uri()


def numbers_of(page, name="ball"):
    """What the sliders of a figure show, by label."""
    return json.loads(
        page.evaluate(
            "name => JSON.stringify(Object.fromEntries([...document.querySelectorAll(`#${name} "
            ".wp-slider`)].map(s => [s.querySelector('label').textContent, "
            "s.querySelector('output').textContent])))",
            name,
        )
    )
