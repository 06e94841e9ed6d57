"""Explorers that the tests share: every control and every view once."""

import numpy as np

from workedpapers.explore import (
    Bars,
    Choice,
    Choose,
    Controls,
    Explorer,
    Handles,
    HeatMap,
    Lines,
    Lookup,
    Mirror,
    Number,
    Picture,
    Play,
    Points,
    Presets,
    Rule,
    Sentence,
    Slider,
    Toggle,
)

TIME = np.linspace(0, 20, 241)
NAMES = ["García", "Smith", "O'Brien", "Nguyen", "Müller", "Garcés", "Kim", "Van Dyke"]


def oscillator(damping, frequency, start, envelope):
    """Displacement of a damped oscillator, and what one would say about it."""
    omega = frequency * np.sqrt(1 - damping**2)
    decay = np.exp(-damping * frequency * TIME)
    wave = np.cos(omega * TIME) if start == "pulled" else np.sin(omega * TIME)
    return {
        "t": TIME,
        "x": decay * wave,
        "upper": decay * (1.0 if envelope else 0.0),
        "lower": -decay * (1.0 if envelope else 0.0),
        "half_life": float(np.log(2) / (damping * frequency)),
        "verdict": "rings" if damping < 0.25 else "dies out",
    }


def oscillator_explorer(**options):
    """Sliders, a choice, a toggle; lines with a band, numbers and a sentence."""
    given = {"grid": {"damping": 13, "frequency": 13}, "static": True} | options
    return Explorer(
        oscillator,
        controls=[
            Slider("damping", 0.05, 0.6, value=0.1, label="Damping ratio"),
            Slider("frequency", 0.5, 2.0, value=1.0, label="Frequency", unit="rad/s", log=True),
            Choice("start", ["pulled", "struck"], label="Start"),
            Toggle("envelope", value=True, label="Show the envelope"),
        ],
        view=[
            Lines("t", ["x"], xlabel="Time (s)", ylabel="Displacement (m)",
                  bands=[("lower", "upper")], ylim=(-1, 1), rules=[Rule(y=0)]),
            Number("half_life", label="Half-life", unit="s", digits=1),
            Number("verdict", label="The oscillator"),
            Sentence(["With damping {damping} the amplitude halves every {half_life:.1f} s; it ",
                      Choose("verdict", {"rings": "goes on ringing."}, "stops soon.")]),
        ],
        title="A damped oscillator",
        caption="Displacement of a damped oscillator. The band is its envelope.",
        alt="Damping {damping}, frequency {frequency} rad/s: the amplitude halves every "
        "{half_life:.1f} s.",
        **given,
    )  # fmt: skip


def waves_explorer(**options):
    """A map with a marker, points beside it, and a player over stored frames."""
    axis = np.linspace(-3, 3, 31)
    phases = np.linspace(0, 2 * np.pi, 40, endpoint=False)

    def waves(distance):
        left = np.hypot(axis[None, :] + distance / 2, axis[:, None])
        right = np.hypot(axis[None, :] - distance / 2, axis[:, None])
        height = [np.cos(4 * left - p) + np.cos(4 * right - p) for p in phases]
        return {
            "place": axis,
            "height": np.array(height),
            "source_x": np.array([-distance / 2, distance / 2]),
            "source_y": np.zeros(2),
            "cork_x": np.cos(phases)[:, None] * 0.3 + [[1.5, -1.5]],
            "cork_y": np.sin(phases)[:, None] * 0.3 + [[2.0, 2.0]],
        }

    return Explorer(
        waves,
        controls=[
            Slider("distance", 0.5, 4.0, value=2.0, label="Distance", unit="cm"),
            Play("phase", 40, over=["height", "cork_x", "cork_y"], fps=20, loop=True,
                 label="Phase", unit="°", scale=9),
        ],
        view=[
            HeatMap("height", "place", "place", xlabel="x (cm)", ylabel="y (cm)",
                    zlabel="Height (mm)", colormap="diverging", height=300)
            + Points("source_x", "source_y", label="Sources")
            + Points("cork_x", "cork_y", label="Corks", trails=8),
        ],
        grid={"distance": 9},
        bits=8,
        title="Two sources of waves",
        caption="Height of the water around two sources that swing together.",
        alt="Two sources {distance} cm apart, at phase {phase} degrees.",
        **({"static": True} | options),
    )  # fmt: skip


SHARES = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.5, 0.25, 0.25], [0.1, 0.8, 0.1]] * 2)
SOURCE = """
const fold = (text) => text.normalize('NFD').replace(/\\p{M}/gu, '').toUpperCase().trim();
export default function lookup({ name, weight }, { names, shares, counts }) {
  const place = names.indexOf(fold(name));
  const classes = ['oak', 'ash', 'elm'];
  const prior = [0.4, 0.35, 0.25];
  const row = place < 0 ? prior : classes.map((_, k) => shares[3 * place + k]);
  const mixed = row.map((p, k) => weight * p + (1 - weight) * prior[k]);
  return {
    classes, prior, mixed, known: place >= 0, count: place < 0 ? 0 : counts[place],
    message: place < 0 ? 'The name is not in the table.' : `The name stands in row ${place}.`,
  };
}
"""


def fold(text):
    """Letters without accents, in capitals."""
    import unicodedata

    plain = unicodedata.normalize("NFD", text)
    return "".join(c for c in plain if unicodedata.category(c)[0] != "M").upper().strip()


def names_explorer(source=SOURCE, **options):
    """A free look-up and bars, with a mirror."""
    folded = [fold(name) for name in NAMES]
    counts = np.arange(3, 11) ** 2

    def lookup(name, weight):
        place = folded.index(fold(name)) if fold(name) in folded else -1
        prior = np.array([0.4, 0.35, 0.25])
        row = prior if place < 0 else SHARES[place]
        return {
            "classes": ["oak", "ash", "elm"],
            "prior": prior,
            "mixed": weight * row + (1 - weight) * prior,
            "known": place >= 0,
            "count": 0 if place < 0 else int(counts[place]),
            "message": "The name is not in the table." if place < 0
            else f"The name stands in row {place}.",
        }  # fmt: skip

    return Explorer(
        lookup,
        controls=[
            Lookup("name", NAMES, value="García", free=True, label="Name"),
            Slider("weight", 0, 1, value=1, label="Weight of the table"),
        ],
        view=[
            Bars("classes", ["prior", "mixed"], ylabel="Probability", ylim=(0, 1), digits=2,
                 labels=["without the name", "with the name"]),
            Sentence("message"),
        ],
        mirror=Mirror(source, {"names": folded, "shares": SHARES, "counts": counts}),
        title="A table of names",
        caption="Probability of three classes, without and with a name.",
        alt="{name}: oak {mixed[0]:.2f}, ash {mixed[1]:.2f}, elm {mixed[2]:.2f}.",
        **({"static": True} | options),
    )  # fmt: skip


STEPPER = """
let seen = null;
export default function walk({ pull, step }) {
  if (!seen || seen.pull !== pull || seen.step > step) seen = { pull, step: 0, x: 1, v: 0 };
  while (seen.step < step) {
    seen.v -= pull * seen.x;
    seen.x += seen.v;
    seen.step += 1;
  }
  const grid = Float64Array.from({ length: 101 }, (_, i) => -2 + i * 0.04);
  const well = grid.map((g) => pull * g * g / 2);
  return { x: seen.x, y: pull * seen.x * seen.x / 2, grid, well };
}
"""


def stepping_explorer(**options):
    """A mirror that gets the frame, computed step by step."""
    grid = np.linspace(-2, 2, 101)

    def walk(pull, step):
        x, v = 1.0, 0.0
        for _ in range(step):
            v -= pull * x
            x += v
        return {"x": x, "y": pull * x**2 / 2, "grid": grid, "well": pull * grid**2 / 2}

    return Explorer(
        walk,
        controls=[
            Slider("pull", 0.001, 0.05, value=0.01, log=True, label="Pull"),
            Play("step", 300, fps=60, label="Step", unit="steps"),
        ],
        view=Lines("grid", "well", xlabel="Place", ylabel="Energy", labels=["Well"])
        + Points("x", "y", label="Ball", trails=20),
        mirror=Mirror(STEPPER),
        caption="A ball in a well.",
        alt="After {step} steps the ball lies at {x:.2f}.",
        **({"static": True} | options),
    )


def picture_explorer(**options):
    """A menu with many options and a picture."""
    x = np.linspace(-1, 1, 48)

    def stripes(angle, pattern):
        turned = x[None, :] * np.cos(np.radians(angle)) + x[:, None] * np.sin(np.radians(angle))
        power = {"fine": 40, "coarse": 15, "broad": 6, "square": 15, "single": 2}[pattern]
        wave = np.sin(power * turned)
        image = (np.sign(wave) if pattern == "square" else wave) / 2 + 0.5
        return {"image": image, "mean": float(image.mean())}

    return Explorer(
        stripes,
        controls=[
            Slider("angle", 0, 180, step=15, value=30, label="Angle", unit="°"),
            Choice("pattern", ["fine", "coarse", "broad", "square", "single"], label="Pattern"),
        ],
        view=[Picture("image", alt="Stripes, {pattern}, turned by {angle} degrees.", width=260),
              Number("mean", label="Mean brightness", digits=3)],
        bits=8,
        caption="A grating.",
        alt="Stripes, {pattern}, turned by {angle} degrees.",
        **({"static": True} | options),
    )  # fmt: skip


CENTRES = """
export default function centres({ numbers, corners }) {
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  const [px, py] = [0, 1].map((k) => corners.map((corner) => corner[k]));
  const middle = [mean(px), mean(py)];
  return { numbers_x: numbers, zero: numbers.map(() => 0), mean: mean(numbers), px, py,
    x: middle[0], y: middle[1], far: Math.hypot(...middle) };
}
"""


def centres(numbers, corners):
    """Means of numbers on a line and of points in the plane."""
    x, y = corners.mean(axis=0)
    return {
        "numbers_x": numbers,
        "zero": np.zeros(len(numbers)),
        "mean": numbers.mean(),
        "px": corners[:, 0],
        "py": corners[:, 1],
        "x": x,
        "y": y,
        "far": np.hypot(x, y),
    }


def handles_explorer(source=CENTRES, **options):
    """Numbers and points to drag, the points in axes of equal scale."""
    return Explorer(
        centres,
        controls=[
            Handles("numbers", [-1.0, 0.5, 2.0], -3, 3, label="Numbers", unit="cm"),
            Handles("corners", [[1, 0], [-1, 0], [0, 1], [0, -1]], (-2, -1.5), (2, 1.5),
                    step=0.25, label="Corners", labels=["A", "B", "C", "D"]),
        ],
        view=[
            Points("numbers_x", "zero", handles="numbers", xlabel="Place (cm)", ylim=(-1, 1),
                   height=140, rules=[Rule(x="mean", label="mean")]),
            Points("px", "py", handles="corners", xlabel="x", ylabel="y", equal=True,
                   labels=["A", "B", "C", "D"]),
            Number("far", label="Centre from the origin", digits=2),
        ],
        mirror=Mirror(source),
        title="Points to drag",
        caption="Three numbers with their mean, and four points in the plane.",
        alt="Numbers {numbers[0]}, {numbers[1]:.2f} and {numbers[-1]:.2f}: mean {mean:.2f}. The "
        "first corner is at {px[0]:.2f}, {py[0]:.2f}; the centre of all is {far:.2f} away.",
        **({"static": True} | options),
    )  # fmt: skip


BEADS = """
export default function beads({ rate, path, at, hour }) {
  const now = at.map((x) => (path === 'inwards' ? x * (1 - rate) ** hour : x * (1 + rate * hour)));
  const gap = now[0] === now[1] ? NaN : Math.abs(now[1] - now[0]);
  return { at_x: at, now, high: [1, 1], low: [0, 0], gap };
}
"""


def beads(rate, path, at, hour):
    """Two beads on a wire that creep inwards or outwards."""
    now = at * (1 - rate) ** hour if path == "inwards" else at * (1 + rate * hour)
    gap = float(np.abs(now[1] - now[0])) or np.nan
    return {"at_x": at, "now": now, "high": [1, 1], "low": [0, 0], "gap": gap}


SCENES = {
    "Slow": {"rate": 0.01, "path": "inwards", "at": [-1.0, 1.0]},
    "Fast": {"rate": 0.08, "path": "inwards", "at": [-1.0, 1.0]},
    "Apart": {"rate": 0.013, "path": "outwards"},
}


def presets_explorer(**options):
    """Presets that start a player, controls among the views, hollow points that are dragged."""
    return Explorer(
        beads,
        controls=[
            Presets("scene", SCENES, label="Scene", play=True),
            Slider("rate", 0.005, 0.1, value=0.02, log=True, label="Rate", unit="1/h"),
            Choice("path", ["inwards", "outwards"], label="Path"),
            Handles("at", [-1.0, 1.0], -2, 2, label="Beads", unit="cm"),
            Play("hour", 200, fps=60, label="Time", unit="h"),
        ],
        view=[
            Controls("scene"),
            Points("at_x", "low", label="at first", handles="at", hollow=True, xlabel="Place (cm)",
                   xlim=(-3, 3), ylim=(-0.5, 1.5), height=160)
            + Points("now", "high", label="now"),
            Controls(["hour", "rate"]),
            Number("gap", label="Apart by", unit="cm", digits=2),
        ],
        mirror=Mirror(BEADS),
        gaps=["gap"],
        title="Two beads on a wire",
        caption="Where two beads were at first, and where they are now.",
        alt="After {hour} h the beads are at {now[0]:.2f} and {now[1]:.2f} cm.",
        **({"static": True} | options),
    )  # fmt: skip


ALL = {
    "oscillator": oscillator_explorer,
    "waves": waves_explorer,
    "names": names_explorer,
    "stepping": stepping_explorer,
    "picture": picture_explorer,
    "handles": handles_explorer,
    "presets": presets_explorer,
}
