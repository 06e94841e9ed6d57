"""The explorer "Training live": every regime of training, reached by moving a slider."""

from __future__ import annotations

import math
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from workedpapers.isolated_points.chapter.live_run import (
    SPACING,
    TABLE,
    WEIGHT,
    LatticeRun,
    evaluate,
    train_on_lattice,
)
from workedpapers.isolated_points.chapter.live_theory import (
    REST,
    Mode,
    borders,
    matched_mode,
    measured_mode,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from workedpapers.explore import Explorer

    Floats = npt.NDArray[np.float64]

__all__ = [
    "FRAMES",
    "PRESETS",
    "SCENES",
    "generator_step",
    "training",
    "training_at",
    "training_live",
]

#: Longest run.
FRAMES = 1501
#: Mass of each of the three true points.
P = 1 / 3
#: Where the discriminator is drawn; the ratios G of the map; the angles of the unit circle.
VIEW: Floats = np.linspace(-9.0, 9.0, 256)
RATIOS: Floats = np.geomspace(1e-2, 1e3, 101)
TURN: Floats = np.linspace(0, 2 * np.pi, 121)
#: Steps over which motion is judged; shortest time axis.
RECENT, LEAST_SPAN = 60, 240
#: Height at which the starts are drawn, below the curve.
RAIL = -1.45
#: Ratios at which the map has room for the names of two of its regions.
SWINGS_AT, AWAY_AT = 4.0, 60.0
#: Height of the map.
TOP = 3.5
#: In kernel widths: a point is away from all true points beyond the first, rests below the second.
FAR, STILL = 3, 1e-3

_BASE: dict[str, Any] = {
    "lr_d": 0.1, "lr_g": 0.18, "decay": 1.0, "sigma": 1.0, "rho": 1.0, "order": "alternating",
    "true": [-5.0, 0.0, 5.0], "start": [-4.2, 0.9, 5.8],
}  # fmt: skip

#: Scenes: the values of all sliders and points, by name.
PRESETS: dict[str, dict[str, Any]] = {
    "Monotone": _BASE,
    "Oscillation": _BASE | {"lr_g": 3.6},
    "Mode collapse": _BASE | {"lr_g": 0.45, "start": [-0.3, 0.4, 5.8]},
    "Surplus": _BASE | {"lr_g": 0.3, "rho": 0.6, "start": [-0.3, 0.1, 0.4]},
    "Outcast": _BASE
    | {"lr_g": 0.972, "sigma": 0.6, "true": [-5.0, -2.0, 1.0], "start": [-4.6, 4.0, 4.7]},
    "Simultaneous": _BASE
    | {"lr_g": 10.8, "lr_d": 0.05, "order": "simultaneous", "start": [-4.5, 0.3, 5.4]},
    "No decay": _BASE | {"lr_g": 3.6, "decay": 0.0},
}


def generator_step(
    G: float,
    rho: float,
    lr_d: float,
    decay: float,
    sigma: float,
) -> float:
    """Step of the generator that gives a ratio G; without decay, the one that gives it at 1."""
    damping = decay if decay > 0 else 1.0
    return G * lr_d * damping * damping * sigma * sigma / (rho * P * P)


def _ratio(scene: dict[str, Any]) -> float:
    damping = scene["decay"] or 1.0
    ratio = (
        scene["lr_g"] * scene["rho"] * P * P / (scene["lr_d"] * damping**2 * scene["sigma"] ** 2)
    )
    return float(f"{ratio:.6g}")


#: The same scenes as the explorer sets them: by G instead of the step of the generator.
SCENES: dict[str, dict[str, Any]] = {
    name: {"G": _ratio(scene)} | {key: value for key, value in scene.items() if key != "lr_g"}
    for name, scene in PRESETS.items()
}


def training_at(
    G: float,
    rho: float,
    lr_d: float,
    decay: float,
    sigma: float,
    **rest: Any,
) -> dict[str, Any]:
    """`training` at a ratio G, as the explorer calls it; ``G`` itself is a control there."""
    lr_g = generator_step(G, rho, lr_d, decay, sigma)
    outputs = training(lr_d, lr_g, decay, sigma, rho, **rest)
    return {name: value for name, value in outputs.items() if name != "G"}


def training(
    lr_d: float,
    lr_g: float,
    decay: float,
    sigma: float,
    rho: float,
    order: str,
    true: Floats,
    start: Floats,
    frame: int,
) -> dict[str, Any]:
    """Three true and three generated points on a line after `frame` steps.

    Parameters
    ----------
    lr_d, lr_g : steps of the discriminator and of the generator.
    decay : regularisation of the discriminator.
    sigma : kernel width.
    rho : mass of a generated point over that of a true point, which is 1/3.
    order : ``"alternating"`` or ``"simultaneous"``.
    true, start : places of the true points, and of the generated points at step 0, shape (3,).
    frame : number of steps.

    Returns
    -------
    Outputs of `training_live`. The discriminator is a share of the height that it would have by
    now over a true point left alone, so that 1 means "nobody comes here".
    """
    simultaneous, q = order == "simultaneous", rho * P
    run = train_on_lattice(true, start, p=P, q=q, lr_d=lr_d, lr_g=lr_g, decay=decay, sigma=sigma,
                           steps=frame, simultaneous=simultaneous)  # fmt: skip
    y = run.places[-1]
    mode = matched_mode(lr_d, lr_g, decay, sigma, P, q, simultaneous)
    apart = np.abs(y[:, None] - true)
    best = int(apart.min(axis=1).argmin())
    measured = measured_mode(run.places[:, best], sigma)
    ratio = lr_g * q * P / (lr_d * decay * decay * sigma * sigma) if decay > 0 else math.nan
    return {
        **_drawn(run, true, start, sigma),
        **_history(run.places, true),
        **_plane(mode, measured),
        **_map(lr_d * decay, simultaneous),
        "lr_g": lr_g,
        "predicted": mode.rate,
        "measured": measured.rate,
        "fate": _fate(mode),
        "G": ratio,
        "dot_x": min(max(ratio, RATIOS[0]), RATIOS[-1]) if decay > 0 else math.nan,
        "dot_y": rho,
        "covered": _reached(run.places, true, sigma),
        "away": int((apart.min(axis=1) > FAR * sigma).sum()),
        "motion": _motion(run.places, sigma),
        "regularised": decay > 0,
    }


def _reached(places: Floats, true: Floats, sigma: float) -> int:
    """Number of true points at which some generated point has been lately, all of the time."""
    recent = places[-RECENT - 1 :]
    near = np.abs(recent[:, :, None] - true) < sigma
    return int(near.all(axis=0).any(axis=0).sum())


def _drawn(run: LatticeRun, true: Floats, start: Floats, sigma: float) -> dict[str, Any]:
    """Curve and points of the first plot."""
    scale = 1 / (P * run.left_alone or 1)
    y = run.places[-1]
    f = evaluate(run, VIEW, sigma) * scale
    true_bumps = np.exp(-((VIEW[:, None] - true) ** 2) / (2 * sigma * sigma)).sum(axis=1)
    return {
        "x": VIEW,
        "f": f,
        # What is left of the bumps at generated points, which all point down.
        "memory": f - true_bumps if run.left_alone else np.zeros_like(f),
        "level": np.zeros_like(f),
        "y": y,
        "f_y": evaluate(run, y, sigma) * scale,
        "true_x": true,
        "true_y": np.zeros(len(true)),
        "start_x": start,
        "start_y": np.full(len(start), RAIL),
    }


def _history(places: Floats, true: Floats) -> dict[str, Any]:
    """Paths of the generated points, with a gap where the future lies."""
    span = max(LEAST_SPAN, len(places) - 1)
    paths = np.full((span + 1, 3), np.nan)
    paths[: len(places)] = places
    lines = {f"y_{j + 1}": paths[:, j] for j in range(3)}
    trues = dict(zip(("first_true", "second_true", "third_true"), true.tolist(), strict=True))
    return {"step": np.arange(span + 1.0), **lines, **trues}


def _plane(mode: Mode, measured: Mode) -> dict[str, Any]:
    return {
        "circle_x": np.cos(TURN),
        "circle_y": np.sin(TURN),
        "predicted_x": list(mode.real),
        "predicted_y": list(mode.imaginary),
        "measured_x": list(measured.real),
        "measured_y": list(measured.imaginary),
    }


def _map(a: float, simultaneous: bool) -> dict[str, Any]:
    """Borders of the regimes, kept within the plot and out of each other's regions."""
    edge = borders(RATIOS, a, simultaneous)
    stable_to = np.clip(edge["stable_to"], 0, TOP)
    stable_from = np.minimum(np.clip(edge["stable_from"], 0, TOP), stable_to)
    swings_from = np.clip(edge["swings_from"], stable_from, stable_to)
    swings_to = np.clip(edge["swings_to"], stable_from, stable_to)
    here, there = (int(np.abs(RATIOS - at).argmin()) for at in (SWINGS_AT, AWAY_AT))
    return {
        "ratios": RATIOS,
        "map_top": np.full_like(RATIOS, TOP),
        "map_bottom": np.zeros_like(RATIOS),
        "stable_from": stable_from,
        "stable_to": stable_to,
        "swings_from": swings_from,
        "swings_to": swings_to,
        "swings_y": float((swings_from[here] + swings_to[here]) / 2),
        "away_y": float((stable_to[there] + 3.05) / 2),
    }


def _fate(mode: Mode) -> str:
    """What the eigenvalues predict, in one word."""
    if math.isnan(mode.rate):
        return "none"
    if mode.rate > 1 + 1e-12:
        return "unstable"
    if mode.rate > 1 - 1e-12:
        return "neutral"
    if mode.imaginary[0] > 0:
        return "swings"
    return "overshoots" if -mode.real[1] > mode.real[0] else "monotone"


def _motion(places: Floats, sigma: float) -> str:
    """What the point that moved most did lately, in one word."""
    recent = places[-RECENT - 1 :]
    if len(recent) < 2:
        return "waits"
    widths = np.ptp(recent, axis=0)
    most = int(widths.argmax())
    if widths[most] < STILL * sigma:
        return "rests"
    moves = np.diff(recent[:, most])
    upwards = moves[np.abs(moves) > REST * sigma] > 0
    return "swings" if np.count_nonzero(np.diff(upwards)) > 1 else "moves"


def training_live(**options: Any) -> Explorer:
    """Explorer of training on a line, step by step.

    Parameters
    ----------
    options : passed on to `workedpapers.explore.Explorer`.
    """
    from workedpapers.explore import (
        Choice,
        Choose,
        Columns,
        Controls,
        Explorer,
        Handles,
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

    first = SCENES["Mode collapse"]
    points = ["point 1", "point 2", "point 3"]
    names = ["1", "2", "3"]
    scene = (
        Lines("x", ["f", "memory"], labels=["discriminator", "its memory"],
              hues=["discriminator", "memory"], bands=[("level", "level"), ("memory", "level")],
              xlabel="Place", xlim=(-9, 9), ylim=(-1.7, 1.25), height=250,
              ylabel="Discriminator (1: over a true point left alone)", rules=[Rule(y=0)])
        + Points("true_x", "true_y", label="true", handles="true", hollow=True, size=16,
                 hue="true points")
        + Points("y", "f_y", label="generated", size=13, trails=60, labels=names, hues=points)
        + Points("start_x", "start_y", label="start", handles="start", hollow=True, hues=points)
    )  # fmt: skip
    regimes = (
        Lines("ratios", ["stable_to", "stable_from"], labels=["", ""],
              bands=[("stable_to", "map_top"), ("map_bottom", "stable_from")],
              xlabel="Ratio G", ylabel="Mass ratio ρ", xlog=True, xlim=(1e-2, 1e3),
              ylim=(0.2, 3.05), height=250,
              regions=[Region("creeps", 0.035, 1.6), Region("swings", SWINGS_AT, "swings_y"),
                       Region("runs away", AWAY_AT, "away_y")])
        + Lines("ratios", "swings_from", labels=[""])
        + Marker("G", "rho", label="here")
    )  # fmt: skip
    history = Lines(
        "step", ["y_1", "y_2", "y_3"], labels=points, hues=points, xlabel="Step", tips=True,
        ylabel="Places of the generated points", xlim="float", ylim=(-9, 9), height=220,
        rules=[Rule(y=f"{n}_true", hue="true points") for n in ("first", "second", "third")],
    )  # fmt: skip
    plane = (
        Lines("circle_x", "circle_y", labels=["neutral"], xlabel="Real part",
              ylabel="Eigenvalues of a matched point",
              xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), equal=True, height=220, rules=[Rule(x=0)])
        + Points("predicted_x", "predicted_y", label="predicted", hollow=True, size=15)
        + Points("measured_x", "measured_y", label="measured", size=7)
    )  # fmt: skip
    data = {"table": TABLE, "weight": [WEIGHT], "spacing": [SPACING], "view": VIEW,
            "ratios": RATIOS, "turn": TURN}  # fmt: skip
    settings: dict[str, Any] = {
        "name": "training",
        "title": "Training live",
        "caption": (
            "Three generated points climb the discriminator, which rises at the true points "
            "(rings) and sinks where generated points are and have been (the shaded memory, which "
            "fades). Choose a scene and watch; drag the mark on the map, the rings, or the starts "
            "at the bottom. Below: paths, and eigenvalues of one matched point, stable inside the "
            "circle."
        ),
    }
    return Explorer(
        compute=training_at,
        controls=[
            Presets("scene", SCENES, label="Scene", play=True),
            Play("frame", FRAMES, fps=60, label="Step", value=40),
            Slider("G", 0.01, 1000, log=True, value=first["G"], label="Ratio G"),
            Slider("rho", 0.25, 3, step=0.05, value=first["rho"],
                   label="Mass ratio ρ"),
            Slider("lr_d", 0.01, 0.5, log=True, value=first["lr_d"], label="Discriminator step",
                   more=True, hint="With G held, the generator's step follows."),
            Slider("decay", 0, 1.5, step=0.02, value=first["decay"], label="Regularisation",
                   more=True, hint="How fast the discriminator forgets."),
            Slider("sigma", 0.4, 2.5, step=0.05, value=first["sigma"], label="Kernel width σ",
                   more=True, hint="How far a point is felt."),
            Choice("order", ["alternating", "simultaneous"], label="Updates", more=True,
                   hint="Whether the generator sees the newest discriminator."),
            Handles("true", first["true"], -8, 8, label="True points (large rings)", more=True,
                    labels=[f"True point {n}" for n in names]),
            Handles("start", first["start"], -8.5, 8.5, more=True,
                    label="Starts (rings at the bottom)",
                    labels=[f"Start of point {n}" for n in names]),
        ],
        view=[
            Controls("scene"),
            Columns(scene, regimes, widths=(5, 3)),
            Controls("frame"),
            Controls(["G", "rho", "lr_d", "decay", "sigma", "order", "true", "start"]),
            Sentence([_seen(Choose), " ", _foreseen(Choose)]),
            Columns(history, plane, widths=(5, 3)),
            [
                Number("predicted", label="Predicted rate per step", digits=4),
                Number("measured", label="Measured rate per step", digits=4),
                Number("covered", label="True points reached, of 3"),
            ],
        ],
        entities=["discriminator", *points, "true points", "memory"],
        mirror=Mirror(resources.files(__package__).joinpath("live.js").read_text("utf-8"), data,
                      bits=64),
        gaps=["y_1", "y_2", "y_3", "predicted_x", "predicted_y", "measured_x", "measured_y",
              "predicted", "measured", "dot_x"],
        alt=[
            "After {frame} steps the generated points are at {y[0]:.2f}, {y[1]:.2f} and "
            "{y[2]:.2f}; the true points are at {true_x[0]:.2f}, {true_x[1]:.2f} and "
            "{true_x[2]:.2f}. ",
            _seen(Choose), " ", _foreseen(Choose),
        ],
        **{**settings, **options},
    )  # fmt: skip


def _seen(choose: Any) -> list[Any]:
    """What the run shows."""
    reached = choose(
        "covered",
        {3: "All three true points are reached", 2: "One true point is missed",
         1: "Two true points are missed", 0: "No true point is reached"},
    )  # fmt: skip
    lost = choose(
        "away",
        {0: "", 1: "; one generated point is on its own", 2: "; two generated points are on their "
         "own", 3: "; all generated points are on their own"},
    )  # fmt: skip
    moves = choose(
        "motion",
        {"waits": "Nothing has moved yet.", "rests": [reached, lost, ", and all is at rest."],
         "swings": [reached, lost, "; points still swing."],
         "moves": [reached, lost, "; points still move."]},
    )  # fmt: skip
    return [moves]


def _foreseen(choose: Any) -> Any:
    """What linear theory says of one matched point."""
    return choose(
        "fate",
        {
            "monotone": "Theory for a matched point: it comes straight home, its distance times "
            "{predicted:.3f} per step.",
            "swings": "Theory for a matched point: it swings, and its distance shrinks, times "
            "{predicted:.3f} per step.",
            "overshoots": "Theory for a matched point: it overshoots at every step, its distance "
            "times {predicted:.3f}.",
            "unstable": "Theory for a matched point: unstable, its distance grows, times "
            "{predicted:.3f} per step.",
            "neutral": "Theory for a matched point: neutral about a flat discriminator. Its trail "
            "bends the discriminator, and about that one it comes home.",
            "none": "Without regularisation and with unequal masses there is no equilibrium: the "
            "discriminator grows for ever.",
        },
    )
