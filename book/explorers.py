# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How the figures work
#
# Many figures of this book can be moved. They have two lives, and a badge at the top right of
# each says which one you see.
#
# **Computed by Python.** In JupyterLab, or on Binder, every move of a control calls the function
# of the library, and the figure shows what it returns.
#
# **Stored results** or **Computed in your browser.** On a page like this one there is no Python.
# Either the function was evaluated on a grid of its parameters when the page was built, and your
# browser interpolates; or your browser runs a copy of the function in JavaScript, which a test
# compares with the original. Under each figure, *How exact is this?* gives the measured error.
#
# Every control works from the keyboard: Tab moves between controls, the arrow keys move a slider,
# or a mark in a plot, Space starts the player. A screen reader hears a sentence that says what the
# figure shows. The state of a figure is in the address, so that it can be sent to somebody; the
# menu with the three dots copies that link, and saves the numbers and the picture.
#
# This page is for readers who wonder about the machinery, and for authors: it has one short,
# real example of each control and each view, with its code. The last section is a list of all of
# them, and of the rules for a good figure.

# %%
from collections import Counter

import numpy as np
from scipy import stats

from workedpapers.explore import (
    Bars,
    Choice,
    Choose,
    Columns,
    Controls,
    Explorer,
    Handles,
    HeatMap,
    Lines,
    Lookup,
    Marker,
    Mirror,
    Number,
    Pick,
    Picture,
    Play,
    Points,
    Presets,
    Quiz,
    Region,
    Rule,
    Sentence,
    Slider,
    Toggle,
    check_mirror,
)

# %% [markdown]
# ## A function, two sliders, a curve
#
# An explorer is a function from parameters to named results, the controls that feed it, and the
# views that draw what it returns. Here is a mass on a spring, pulled aside and let go.
# The equation has a closed form, so that one line is the whole model.

# %%
time = np.linspace(0, 15, 101)


def oscillator(damping, frequency):
    decay = np.exp(-damping * frequency * time)
    turns = frequency * np.sqrt(1 - damping**2)
    return {
        "time": time,
        "displacement": decay * np.cos(turns * time),
        "above": decay,
        "below": -decay,
        "half_life": np.log(2) / (damping * frequency),
    }


Explorer(
    oscillator,
    controls=[
        Slider("damping", 0.02, 0.5, value=0.1, log=True, label="Damping ratio"),
        Slider(
            "frequency", 0.5, 2, value=1, label="Natural frequency", unit="rad/s"
        ),
    ],
    view=[
        Lines(
            "time",
            "displacement",
            xlabel="Time (s)",
            ylabel="Displacement (cm)",
            bands=[("below", "above")],
            ylim=(-1, 1),
        ),
        Number("half_life", label="The amplitude halves every", unit="s", digits=1),
    ],
    grid={"damping": 9, "frequency": 31},
    title="A damped oscillator",
    caption="Displacement of a mass on a spring, pulled 1 cm aside. The band is "
    "the envelope.",
    alt="With damping ratio {damping} and frequency {frequency} rad/s the mass "
    "swings inside an envelope that halves every {half_life:.1f} s.",
)

# %% [markdown]
# `alt` is a template. It is filled in again whenever a control moves, by Python or by the
# browser, with the same rules for rounding in both.
#
# ## A choice, a reference line, and settings that are all stored
#
# How often does a 95% confidence interval for a proportion contain the truth? For the interval
# of the textbooks, the answer is a sum over the binomial distribution, and it is not 95%.
# The slider has whole steps, so every setting is stored and nothing is interpolated.

# %%
share = np.linspace(0.01, 0.99, 197)


def coverage(n, method):
    z = stats.norm.ppf(0.975)
    k = np.arange(n + 1)
    if method == "Wald":
        centre, half = k / n, z * np.sqrt(k * (n - k) / n**3)
    elif method == "Agresti-Coull":
        centre = (k + z**2 / 2) / (n + z**2)
        half = z * np.sqrt(centre * (1 - centre) / (n + z**2))
    else:
        centre = (k + z**2 / 2) / (n + z**2)
        half = z * np.sqrt(k * (n - k) / n + z**2 / 4) / (n + z**2)
    inside = np.abs(share[:, None] - centre) <= half
    covered = (stats.binom.pmf(k, n, share[:, None]) * inside).sum(axis=1)
    return {"share": share, "covered": covered, "worst": covered.min()}


Explorer(
    coverage,
    controls=[
        Slider("n", 10, 100, step=5, value=20, label="Sample size", unit="people"),
        Choice("method", ["Wald", "Wilson", "Agresti-Coull"], label="Interval"),
    ],
    view=[
        Lines(
            "share",
            "covered",
            xlabel="True proportion",
            ylabel="Probability of coverage",
            ylim=(0.5, 1),
            rules=[Rule(y=0.95, label="promised: 0.95")],
        ),
        Number("worst", label="Worst coverage in [0.01, 0.99]", digits=2),
    ],
    bits=8,
    title="Does a 95% interval cover 95%?",
    caption="Exact coverage of three intervals for a proportion, by the true "
    "proportion.",
    alt="The {method} interval from {n} people covers a true proportion with "
    "probability at least {worst:.2f}.",
)

# %% [markdown]
# ## Logarithmic sliders and axes
#
# Planck's law spans many powers of ten. Results on a logarithmic axis are stored as logarithms,
# so that their error is a share of the value and small values stay exact.

# %%
wavelength = np.geomspace(1e-7, 1e-4, 160)


def planck(temperature):
    h, c, k = 6.62607015e-34, 299792458.0, 1.380649e-23
    sun, here = (
        2 * h * c**2 / wavelength**5 / np.expm1(h * c / (wavelength * k * t)) / 1e9
        for t in (5772.0, temperature)
    )
    peak = 2.897771955e-3 / temperature * 1e6
    seen = (
        "ultraviolet" if peak < 0.38 else "visible" if peak < 0.75 else "infrared"
    )
    return {
        "wavelength": wavelength * 1e6,
        "here": here,
        "sun": sun,
        "peak": peak,
        "seen": seen,
    }


Explorer(
    planck,
    controls=[
        Slider(
            "temperature",
            1500,
            12000,
            value=3000,
            log=True,
            label="Temperature",
            unit="K",
        ),
    ],
    view=[
        Lines(
            "wavelength",
            ["here", "sun"],
            labels=["this body", "the Sun, 5772 K"],
            xlabel="Wavelength (µm)",
            ylabel="Radiance (W per m² sr nm)",
            xlog=True,
            ylog=True,
            ylim=(1e-4, 1e6),
            rules=[Rule(x="peak", label="peak")],
        ),
        Sentence(
            [
                "The radiance peaks at {peak:.2f} µm, ",
                Choose(
                    "seen", {"visible": "which we see."}, otherwise="in the {seen}."
                ),
            ]
        ),
    ],
    grid={"temperature": 33},
    title="Light of a hot body",
    caption="Planck's law for a body of some temperature, and for the Sun.",
    alt="At {temperature} K the radiance peaks at {peak:.2f} µm, in the {seen} "
    "range.",
)

# %% [markdown]
# ## A map with a mark to drag, beside the data
#
# A list inside `view` is a row. The mark on the map stands at the two sliders: drag it, and they
# follow. The map itself does not depend on them, so it is stored once.

# %%
weights = np.array([5.2, 4.4, 5.9, 5.1, 6.3, 4.9, 5.6, 5.0, 4.1, 5.7, 5.3, 6.0])
means, widths = np.linspace(4, 7, 61), np.linspace(0.3, 1.5, 49)
grid = np.linspace(3, 8, 121)


def log_likelihood(mean, width):
    return stats.norm.logpdf(weights, mean, width).sum()


surface = np.array([[log_likelihood(m, w) for m in means] for w in widths])


def gaussian_fit(mean, width):
    here = log_likelihood(mean, width)
    return {
        "means": means,
        "widths": widths,
        "surface": np.maximum(surface, -60),
        "grid": grid,
        "density": stats.norm.pdf(grid, mean, width),
        "weights": weights,
        "floor": np.full(len(weights), 0.02),
        "here": here,
        "missing": surface.max() - here,
    }


Explorer(
    gaussian_fit,
    controls=[
        Slider("mean", 4, 7, value=4.6, label="Mean", unit="g"),
        Slider("width", 0.3, 1.5, value=0.9, label="Standard deviation", unit="g"),
    ],
    view=[
        [
            HeatMap(
                "surface",
                "means",
                "widths",
                xlabel="Mean (g)",
                ylabel="Standard deviation (g)",
                zlabel="Log-likelihood",
            )
            + Marker("mean", "width", label="here"),
            Lines(
                "grid",
                "density",
                labels=["Gaussian"],
                xlabel="Weight (g)",
                ylabel="Density (1/g)",
                ylim=(0, 1.4),
            )
            + Points("weights", "floor", label="twelve weights", size=8),
        ],
        Number("here", label="Log-likelihood here", digits=1),
        Number("missing", label="Below the maximum by", digits=1),
    ],
    grid={"mean": 15, "width": 15},
    title="Climb the likelihood",
    caption="Log-likelihood of a Gaussian for twelve weights; values below -60 "
    "are cut off.",
    alt="With mean {mean} g and standard deviation {width} g the log-likelihood "
    "is {here:.1f}, {missing:.1f} below its maximum.",
)

# %% [markdown]
# ## Columns, entities, folded controls
#
# Two animals in two views. `Columns` puts the views side by side, with shares of the width. The
# explorer names its *entities*; whatever asks for one by `hue` or `hues` takes its colour, dash
# and marker, in all views, and what has none is grey. So does the text: here are the
# {hue}`hares`, and here the {hue}`lynxes`. A sentence can set a state, too:
# {set}`more grass for the hares <hares-and-lynxes birth=1.6>`, or
# {set}`the first state <hares-and-lynxes birth=1 death=1>`. The second slider is folded away
# with `more=True`, and says with `hint` what it does.

# %%
days = np.linspace(0, 20, 201)


def animals(birth, death):
    def rates(state):
        hares, lynxes = state
        return np.array([(birth - lynxes) * hares, (hares - death) * lynxes])

    states, step = [np.array([1.6, 1.0])], days[1]
    for _ in days[1:]:
        now = states[-1]
        k1 = rates(now)
        k2 = rates(now + step / 2 * k1)
        k3 = rates(now + step / 2 * k2)
        k4 = rates(now + step * k3)
        states.append(now + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    hares, lynxes = np.array(states).T
    return {
        "days": days,
        "hares": hares,
        "lynxes": lynxes,
        "today": days,
        "hares_today": hares,
        "lynxes_today": lynxes,
        "most_lynxes": lynxes.max(),
    }


hares_and_lynxes = Explorer(
    animals,
    controls=[
        Slider("birth", 0.5, 2, value=1, label="Birth rate of hares", unit="1/day"),
        Slider(
            "death",
            0.5,
            2,
            value=1,
            label="Death rate of lynxes",
            unit="1/day",
            more=True,
            hint="Of lynxes that find no hare.",
        ),
        Play(
            "day",
            len(days),
            over=["today", "hares_today", "lynxes_today"],
            fps=30,
            scale=days[1],
            label="Day",
        ),
    ],
    view=[
        Columns(
            Lines(
                "days",
                ["hares", "lynxes"],
                labels=["hares", "lynxes"],
                hues=["hares", "lynxes"],
                xlabel="Day",
                ylabel="Animals (thousands)",
                ylim=(0, 5),
                height=240,
            )
            + Points("today", "hares_today", hue="hares")
            + Points("today", "lynxes_today", hue="lynxes"),
            Lines(
                "hares",
                "lynxes",
                labels=["path"],
                xlabel="Hares",
                ylabel="Lynxes",
                xlim=(0, 5),
                ylim=(0, 5),
                height=240,
                regions=[
                    Region("both grow", 3.5, 0.4),
                    Region("both fall", 0.9, 4.5),
                ],
            )
            + Points("hares_today", "lynxes_today", label="today")
            + Marker("death", "birth", label="balance"),
            widths=(3, 2),
        ),
        Controls(["day", "birth", "death"]),
        Sentence("There are at most {most_lynxes:.1f} thousand lynxes."),
    ],
    entities=["hares", "lynxes"],
    grid={"birth": 13, "death": 7},
    name="hares-and-lynxes",
    title="Hares and lynxes",
    caption="Hares multiply and are eaten; lynxes eat and die. Left over time, "
    "right against each other. The mark is the balance, at which nothing would "
    "change; drag it.",
    alt="With a birth rate of {birth} and a death rate of {death} per day there "
    "are at most {most_lynxes:.1f} thousand lynxes.",
)
hares_and_lynxes

# %% [markdown]
# Points that leave the window do not vanish: they become arrows at its rim, with their value.
#
# ## Predict, then move
#
# A `Quiz` built of a figure asks before the figure shows. The reader picks an answer (`Pick`),
# writes a number that the figure computes (`Estimate`), or draws a curve (`Sketch`); then the
# figure moves to the state in `reveal`, and everything can be moved. It needs no kernel and no
# mouse. It shares the stored results of its figure, and its answer stands in the metadata of the
# notebook's output, where `answer_key` finds it for teachers.

# %%
hares_and_lynxes.ask(
    Quiz(
        "animals-quiz",
        "Grass grows better, and the birth rate of the hares rises from 1 to 1.6. "
        "At the balance, of which animal are there more than before?",
        Pick(["Of hares.", "Of lynxes.", "Of both."], right="Of lynxes."),
        start={"birth": 1.0},
        reveal={"birth": 1.6},
        why="The balance lies at {death} thousand hares and {birth} thousand "
        "lynxes: whatever the hares gain, the lynxes eat.",
    )
)

# %% [markdown]
# ## A player over stored frames
#
# The function is called without the player, and returns all frames of the results that the player
# runs through. Here four thousand walkers step left or right; the curve is the Gaussian that the
# central limit theorem promises.

# %%
steps = 60
edges = np.arange(-31, 32, 2)


def walkers(right, wall):
    rng = np.random.default_rng(7)
    place = np.zeros(4000)
    shares, theory = [], []
    for step in range(steps):
        shares.append(
            [((edge <= place) & (place < edge + 2)).mean() / 2 for edge in edges]
        )
        mean, var = step * (2 * right - 1), 4 * step * right * (1 - right)
        theory.append(stats.norm.pdf(edges, mean, np.sqrt(max(var, 0.04))))
        place += np.where(rng.random(len(place)) < right, 1, -1)
        if wall:
            place = np.minimum(place, 10)
    return {"place": edges, "share": np.array(shares), "theory": np.array(theory)}


Explorer(
    walkers,
    controls=[
        Slider(
            "right",
            0.3,
            0.7,
            step=0.1,
            value=0.5,
            label="Probability of a step to the right",
        ),
        Toggle("wall", label="A wall at 10"),
        Play(
            "step",
            steps,
            over=["share", "theory"],
            fps=12,
            label="Time",
            unit="steps",
            value=20,
        ),
    ],
    view=Lines(
        "place",
        ["share", "theory"],
        labels=["walkers", "Gaussian"],
        steps=["share"],
        xlabel="Place",
        ylabel="Share of walkers",
        ylim=(0, 0.3),
    ),
    bits=8,
    title="Random walkers",
    caption="Where 4000 walkers are, against the Gaussian of the same mean and "
    "variance.",
    alt="After {step} steps, share of walkers by place beside a Gaussian; around "
    "place 0 stand {share[15]:.3f} of them per unit of length, where the Gaussian "
    "has {theory[15]:.3f}.",
)

# %% [markdown]
# ## A mirror, which computes every frame in the browser
#
# A simulation of many steps needs no grid if its function is short enough to write twice.
# The mirror gets the frame from the player and keeps its place, so that each frame costs one step.
# Below, a planet moves for a while under Newton's law: Euler's method lets it spiral outwards,
# leapfrog keeps its energy. `Presets` are buttons that set several controls at once, and here start
# the player; `compute` does not get them, and a button is marked while all of its values hold.
# To put controls between the views, name them there with `Controls`.


# %%
def orbit(method, size, frame):
    x, y, u, v = 1.0, 0.0, 0.0, 1.1
    for _ in range(frame):
        if method == "leapfrog":
            r3 = (x * x + y * y) ** 1.5
            u, v = u - size / 2 * x / r3, v - size / 2 * y / r3
            x, y = x + size * u, y + size * v
            r3 = (x * x + y * y) ** 1.5
            u, v = u - size / 2 * x / r3, v - size / 2 * y / r3
        else:
            r3 = (x * x + y * y) ** 1.5
            x, y, u, v = (
                x + size * u,
                y + size * v,
                u - size * x / r3,
                v - size * y / r3,
            )
    energy = (u * u + v * v) / 2 - 1 / np.hypot(x, y)
    return {"x": x, "y": y, "sun": 0.0, "drift": energy / (1.1**2 / 2 - 1) - 1}


orbit_js = """
let now = null;
const force = ([x, y]) => Math.hypot(x, y) ** -3;
export default function orbit({ method, size, frame }) {
  if (!now || now.method !== method || now.size !== size || now.frame > frame) {
    now = { method, size, frame: 0, s: [1, 0, 0, 1.1] };
  }
  for (; now.frame < frame; now.frame += 1) now.s = step(now.s, size, method);
  const [x, y, u, v] = now.s;
  const energy = (u * u + v * v) / 2 - 1 / Math.hypot(x, y);
  return { x, y, sun: 0, drift: energy / (1.1 ** 2 / 2 - 1) - 1 };
}
function step([x, y, u, v], h, method) {
  let f = force([x, y]);
  if (method !== 'leapfrog') {
    return [x + h * u, y + h * v, u - h * x * f, v - h * y * f];
  }
  [u, v] = [u - h / 2 * x * f, v - h / 2 * y * f];
  [x, y] = [x + h * u, y + h * v];
  f = force([x, y]);
  return [x, y, u - h / 2 * x * f, v - h / 2 * y * f];
}
"""

planet = Explorer(
    orbit,
    controls=[
        Presets(
            "ways",
            {
                "Euler spirals out": {"method": "Euler", "size": 0.05},
                "Leapfrog stays": {"method": "leapfrog", "size": 0.05},
                "Even with long steps": {"method": "leapfrog", "size": 0.1},
            },
            label="Watch",
            play=True,
        ),
        Choice("method", ["Euler", "leapfrog"], label="Method"),
        Slider(
            "size",
            0.01,
            0.1,
            step=0.01,
            value=0.05,
            label="Step size",
            unit="time units",
        ),
        Play("frame", 600, fps=60, label="Step", unit="steps", value=120),
    ],
    view=[
        Points(
            "x",
            "y",
            label="planet",
            size=12,
            trails=160,
            xlabel="x",
            ylabel="y",
            xlim=(-4, 4),
            ylim=(-3, 3),
            height=340,
        )
        + Points("sun", "sun", label="sun", size=16),
        Number("drift", label="Energy has changed by", format="+.1%"),
    ],
    mirror=Mirror(orbit_js),
    title="Two ways to take a step",
    caption="A planet around a sun, computed step by step. Start the player.",
    alt="After {frame} steps of {method} the planet is at x = {x:.2f}, y = "
    "{y:.2f}; its energy has changed by {drift:+.1%}.",
)
planet

# %% [markdown]
# A mirror is a second copy, and copies drift apart. `check_mirror` runs both at random settings;
# each chapter with a mirror has a test that calls it.

# %%
print(f"largest difference: {check_mirror(planet, samples=100):.0e}")

# %% [markdown]
# ## Points to drag
#
# `Handles` is a short list of numbers, or of points in the plane, that you drag in a plot: by mouse
# or finger, or by the sliders that *Move by keyboard* unfolds. No grid could hold all of their
# positions, so a static page needs a mirror. Drag the largest of five waiting times far to the
# right: the mean follows it, the median does not.


# %%
minutes = np.linspace(0, 30, 151)


def waiting(times, width):
    bumps = np.exp(-((minutes[:, None] - times) ** 2) / (2 * width**2))
    return {
        "minutes": minutes,
        "density": bumps.mean(axis=1) / (width * np.sqrt(2 * np.pi)),
        "times_x": times,
        "times_y": np.zeros(len(times)),
        "mean": times.mean(),
        "median": np.median(times),
    }


waiting_js = """
export default function waiting({ times, width }, { minutes }) {
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  const bell = (x) => Math.exp(-(x ** 2) / (2 * width ** 2));
  const bump = (at) => mean(times.map((t) => bell(at - t)));
  return {
    minutes,
    density: minutes.map((at) => bump(at) / (width * Math.sqrt(2 * Math.PI))),
    times_x: times, times_y: times.map(() => 0),
    mean: mean(times), median: times.toSorted((a, b) => a - b)[2],
  };
}
"""

queue = Explorer(
    waiting,
    controls=[
        Handles(
            "times",
            [3, 5, 6.5, 8, 12],
            0,
            30,
            label="Five waiting times",
            unit="min",
        ),
        Slider(
            "width", 0.5, 4, value=1.5, label="Width of the smoothing", unit="min"
        ),
    ],
    view=[
        Lines(
            "minutes",
            "density",
            labels=["smoothed"],
            xlabel="Waiting time (min)",
            ylabel="Density (1/min)",
            xlim=(0, 30),
            ylim=(-0.02, 0.25),
            rules=[Rule(x="mean", label="mean")],
        )
        + Points("times_x", "times_y", label="waiting times", handles="times"),
        Number("mean", label="Mean", unit="min", digits=1),
        Number("median", label="Median", unit="min", digits=1),
    ],
    mirror=Mirror(waiting_js, {"minutes": minutes}),
    title="Mean and median",
    caption="Five waiting times on a line, which you can drag, and their smoothed "
    "density.",
    alt="Five waiting times, {times[0]:.1f}, {times[1]:.1f}, {times[2]:.1f}, "
    "{times[3]:.1f} and {times[4]:.1f} minutes: the mean is {mean:.1f}, the "
    "median {median:.1f}.",
)
queue

# %%
print(f"largest difference: {check_mirror(queue, samples=100):.0e}")

# %% [markdown]
# ## Equal scales
#
# In the complex plane a circle should be round. With `equal=True` one unit of x is as long as one
# unit of y, at every width of the page; the bounds are widened for it, never cut. A mass on a
# spring swings as the real part of $e^{st}$, where $s$ and its complex conjugate are the roots of
# its equation. Drag $s$: its distance from 0 is the natural frequency, and to the right of the
# vertical axis the oscillation grows.

# %%
turn = np.linspace(0, 2 * np.pi, 121)
seconds = np.linspace(0, 20, 201)


def motion(root):
    rate, frequency = root[0]
    return {
        "circle_x": np.cos(turn),
        "circle_y": np.sin(turn),
        "root_x": root[:, 0],
        "root_y": root[:, 1],
        "twin": -frequency,
        "seconds": seconds,
        "displacement": np.exp(rate * seconds) * np.cos(frequency * seconds),
        "natural": np.hypot(rate, frequency),
        "fate": "dies out"
        if rate < 0
        else "grows"
        if rate > 0
        else "goes on for ever",
    }


motion_js = """
export default function motion({ root }, { turn, seconds }) {
  const [rate, frequency] = root[0];
  return {
    circle_x: turn.map(Math.cos), circle_y: turn.map(Math.sin),
    root_x: [rate], root_y: [frequency], twin: -frequency, seconds,
    displacement: seconds.map((t) => Math.exp(rate * t) * Math.cos(frequency * t)),
    natural: Math.hypot(rate, frequency),
    fate: rate < 0 ? 'dies out' : rate > 0 ? 'grows' : 'goes on for ever',
  };
}
"""

spring = Explorer(
    motion,
    controls=[
        Handles(
            "root",
            [[-0.2, 0.98]],
            (-1.2, 0.1),
            (0.1, 1.5),
            step=0.01,
            label="Root",
            labels=["Root"],
            unit="1/s",
        )
    ],
    view=[
        [
            Lines(
                "circle_x",
                "circle_y",
                labels=["1 rad/s"],
                xlabel="Real part (1/s)",
                ylabel="Imaginary part (1/s)",
                xlim=(-1.6, 1.6),
                ylim=(-1.6, 1.6),
                equal=True,
                height=330,
                rules=[Rule(x=0)],
            )
            + Points("root_x", "root_y", label="root", handles="root")
            + Points("root_x", "twin", label="conjugate"),
            Lines(
                "seconds",
                "displacement",
                xlabel="Time (s)",
                ylabel="Displacement (cm)",
                ylim=(-2, 2),
                height=330,
            ),
        ],
        Sentence("At {natural:.2f} rad/s the oscillation {fate}."),
    ],
    mirror=Mirror(motion_js, {"turn": turn, "seconds": seconds}, bits=64),
    title="A root in the complex plane",
    caption="A root with its conjugate in the complex plane, and the motion that "
    "belongs to it.",
    alt="The root lies at {root_x[0]:.2f} plus {root_y[0]:.2f} i per second: an "
    "oscillation with natural frequency {natural:.2f} rad/s that {fate}.",
)
spring

# %%
print(f"largest difference: {check_mirror(spring, samples=100):.0e}")

# %% [markdown]
# ## A look-up with completion
#
# A look-up finds one of many strings, whatever its accents and capitals; with `free=True` it also
# takes strings that are not in the list. Here is the information in each letter of a word, if
# letters came as often as in Tim Peters' *The Zen of Python*. Type a word of your own.

# %%
zen = """Beautiful is better than ugly. Explicit is better than implicit. Simple is
better than complex. Complex is better than complicated. Flat is better than nested.
Sparse is better than dense. Readability counts. Special cases aren't special enough
to break the rules. Although practicality beats purity. Errors should never pass
silently. Unless explicitly silenced. In the face of ambiguity, refuse the
temptation to guess."""
alphabet = "abcdefghijklmnopqrstuvwxyz"
letters = Counter(c for c in zen.lower() if c in alphabet)
counts = np.array([letters[c] for c in alphabet])
words = Counter("".join(c if c in alphabet else " " for c in zen.lower()).split())


def information(word):
    known = [c for c in word.lower() if c in alphabet]
    bits = [np.log2((counts.sum() + 26) / (letters[c] + 1)) for c in known]
    return {
        "letters": known or ["none"],
        "bits": np.array(bits or [0.0]),
        "total": float(sum(bits)),
        "average": float(sum(bits) / max(len(bits), 1)),
    }


information_js = """
export default function information({ word }, { counts }) {
  const known = [...word.toLowerCase()].filter((c) => c >= 'a' && c <= 'z');
  const all = counts.reduce((a, b) => a + b, 0) + 26;
  const times = (c) => counts[c.charCodeAt(0) - 97];
  const bits = known.map((c) => Math.log2(all / (times(c) + 1)));
  const total = bits.reduce((a, b) => a + b, 0);
  return {
    letters: known.length ? known : ['none'], bits: bits.length ? bits : [0],
    total, average: total / Math.max(bits.length, 1),
  };
}
"""

surprise = Explorer(
    information,
    controls=[
        Lookup(
            "word",
            [w for w, _ in words.most_common()],
            value="explicit",
            free=True,
            label="Word",
            placeholder="any word",
        )
    ],
    view=[
        Bars(
            "letters",
            "bits",
            ylabel="Information (bits)",
            ylim=(0, 10),
            digits=1,
            height=240,
        ),
        Number("total", label="The whole word", unit="bits", digits=1),
        Number("average", label="Per letter", unit="bits", digits=2),
    ],
    mirror=Mirror(information_js, {"counts": counts}),
    title="How surprising is a word?",
    caption="Information in each letter, from the letter counts of a short text "
    "(plus one each).",
    alt="The word {word} carries {total:.1f} bits, {average:.2f} per letter.",
)
surprise

# %%
print(f"largest difference: {check_mirror(surprise, samples=100):.0e}")

# %% [markdown]
# ## Pictures
#
# A picture is a table of numbers, shown without axes. Light that passes an opening spreads into
# the square of the opening's Fourier transform; here it is on a logarithmic scale.

# %%
n = 96
u = np.arange(n) - n / 2 + 0.5


def diffraction(shape, radius):
    r, a = np.hypot(u[:, None], u), np.maximum(np.abs(u[:, None]), np.abs(u))
    opening = {
        "circle": r < radius,
        "square": a < radius,
        "ring": (r < radius) & (r > 0.7 * radius),
        "slit": (np.abs(u) < radius / 4) & (np.abs(u[:, None]) < 2 * radius),
        "two slits": (np.abs(np.abs(u) - radius / 2) < 1.1)
        & (np.abs(u[:, None]) < 2 * radius),
    }[shape].astype(float)
    light = np.abs(np.fft.fftshift(np.fft.fft2(opening))) ** 2
    return {
        "opening": (opening * 255).astype(int),
        "light": np.clip(np.log10(light / light.max() + 1e-12) / 4 + 1, 0, 1),
        "area": float(opening.mean()),
    }


Explorer(
    diffraction,
    controls=[
        Choice(
            "shape",
            ["circle", "square", "ring", "slit", "two slits"],
            label="Opening",
        ),
        Slider("radius", 4, 16, step=2, value=8, label="Size", unit="pixels"),
    ],
    view=[
        [
            Picture(
                "opening",
                label="Opening",
                width=300,
                alt="A {shape} of size {radius} pixels, white on black.",
            ),
            Picture(
                "light",
                label="Light far behind it",
                width=300,
                colormap="viridis",
                alt="Diffraction pattern of a {shape} of size {radius}.",
            ),
        ],
        Number("area", label="Light that passes", format=".1%"),
    ],
    bits=8,
    title="Diffraction",
    caption="An opening, and the light far behind it: four powers of ten from "
    "dark to bright.",
    alt="A {shape} of size {radius} pixels lets {area:.1%} of the light pass.",
)

# %% [markdown]
# ## Gaps
#
# A result that is not defined is NaN and drawn as a gap; the author allows it by name. A moving
# average has no value until its window is full.

# %%
day = np.arange(120)
measured = (
    15 + 6 * np.sin(day / 19) + np.random.default_rng(3).normal(0, 2.5, len(day))
)


def smooth(window):
    average = np.full(len(day), np.nan)
    average[window - 1 :] = np.convolve(
        measured, np.ones(window) / window, mode="valid"
    )
    left = np.nanstd(measured - average)
    return {"day": day, "measured": measured, "average": average, "left": left}


Explorer(
    smooth,
    controls=[
        Slider("window", 2, 40, step=1, value=14, label="Window", unit="days")
    ],
    view=[
        Lines(
            "day",
            ["measured", "average"],
            xlabel="Day",
            ylabel="Temperature (°C)",
            labels=["measured", "moving average"],
        ),
        Number(
            "left",
            label="Standard deviation around the average",
            unit="°C",
            digits=2,
        ),
    ],
    gaps=["average"],
    title="A moving average",
    caption="Simulated temperatures and their average over the days before; it "
    "begins late and lags behind.",
    alt="The average over {window} days leaves a standard deviation of {left:.2f} "
    "°C.",
)

# %% [markdown]
# ## How exact is it?
#
# With `max_error` the build fails if interpolation is worse than the author accepts. It helps to
# return smooth results: here the path of a ball is not height over distance, which ends somewhere,
# but distance and height over the share of the flight.

# %%
part = np.linspace(0, 1, 81)


def throw(angle, drag):
    slope, g, dt = np.radians(angle), 9.81, 0.01
    x, y, u, v = 0.0, 0.0, 20 * np.cos(slope), 20 * np.sin(slope)
    path = [(x, y)]
    while y >= 0:
        speed = np.hypot(u, v)
        u, v = u - dt * drag * speed * u, v - dt * (g + drag * speed * v)
        x, y = x + dt * u, y + dt * v
        path.append((x, y))
    path = np.array(path)
    before, after = path[-2:, 1]
    landing = len(path) - 2 + before / (before - after)
    at = part * landing
    along, height = (
        np.interp(at, np.arange(len(path)), path[:, k]) for k in (0, 1)
    )
    return {"along": along, "height": height, "reach": along[-1], "zero": 0.0}


ball = Explorer(
    throw,
    controls=[
        Slider("angle", 15, 75, value=45, label="Angle", unit="°"),
        Slider("drag", 0, 0.05, value=0.01, label="Drag", unit="1/m"),
    ],
    view=[
        Lines(
            "along",
            "height",
            labels=["path"],
            xlabel="Distance (m)",
            ylabel="Height (m)",
            xlim=(0, 45),
            ylim=(0, 20),
        )
        + Points("reach", "zero", label="lands", size=11),
        Number("reach", label="Reach", unit="m", digits=1),
    ],
    grid={"angle": 16, "drag": 11},
    max_error=0.005,
    static=True,
    title="A ball in the air",
    caption="Path of a ball thrown at 20 m/s, with a drag that grows as the "
    "square of its speed.",
    alt="Thrown at {angle}° with drag {drag} per metre the ball reaches "
    "{reach:.1f} m.",
)
ball

# %% [markdown]
# This last figure was built with `static=True`, so it shows stored results even where Python runs.
# Its report names, for each result, the worst error measured at settings between the nodes and
# the proven bound on rounding, and what the figure weighs.

# %%
print(ball.static_report)

# %% [markdown]
# ## All there is
#
# | Controls | what `compute` gets |
# |---|---|
# | `Slider`, `Slider.at` | a number between two bounds, or one of a few |
# | `Choice`, `Toggle`, `Lookup` | one of a few strings; true or false; one of many strings |
# | `Play` | nothing, or the number of a frame |
# | `Handles` | places of points, dragged in a plot |
# | `Presets` | nothing: buttons that set the other controls |
#
# Every control takes `more=True`, which folds it away, and a `hint`.
#
# | Views | what they draw |
# |---|---|
# | `Lines`, `Points`, `HeatMap` | curves, points and maps; added with `+` they share their axes |
# | `Marker`, `Rule(..., drag=True)` | a mark and a line at sliders, which are dragged |
# | `Rule`, `Region` | a line of reference; the name of a region |
# | `Bars`, `Picture` | bars for categories; an image |
# | `Number`, `Sentence` | a number or word, large; a sentence that follows |
# | `Columns`, `Controls` | views side by side; controls at this place of the figure |
#
# | In the text | what it does |
# |---|---|
# | `` {set}`words <figure control=value>` `` | sets a state of the figure of that `name` |
# | `` {hue}`words <entity>` `` | writes words in the hue of an entity |
# | `explorer.ask(Quiz(...))` | asks, and then shows |
#
# A figure that people understand, and link to, keeps to a few rules. The picture, its main control
# and the sentence with the answer fit in 700 pixels; two or three controls are in view, the rest
# is folded. The picture itself is a control where that makes sense. Each thing has one hue. What
# drives the mechanism is drawn, not only its sum. The functions are called with every setting
# that a reader can choose, so that nothing is drawn that was not computed; a mirror returns new
# arrays, never the same one changed.
