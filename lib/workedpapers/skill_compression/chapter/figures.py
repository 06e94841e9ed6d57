"""Figures and explorers of the chapter."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, Ints
from workedpapers.skill_compression.episodes.colors import ColorEpisodes, simple_colors
from workedpapers.skill_compression.episodes.grid import PICK, STEPS, GridWorld
from workedpapers.skill_compression.measures.blocks import block_degeneracy
from workedpapers.skill_compression.measures.scores import boundary_scores
from workedpapers.skill_compression.options.sets import options_of_model
from workedpapers.skill_compression.segments.model import SegmentModel
from workedpapers.skill_compression.segments.skills import Skills

if TYPE_CHECKING:
    from workedpapers.explore import Explorer
    from workedpapers.plotting import Shown

__all__ = [
    "colours_figure",
    "curves_figure",
    "price_explorer",
    "tie_explorer",
    "ways_figure",
]

PRICES = [0.0, 0.02, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0]
#: Episodes that the first figure shows, by how many neighbouring blocks differ.
SHOWN = {"all differ": 5, "equal neighbours": 3, "one colour, mostly": 1}
#: Colours of black, green and yellow frames, and of what lies between, 0 to 255.
FRAMES = np.array([[20, 20, 20], [0, 128, 92], [240, 205, 60]])
#: A hue for skills of each colour, a shade for each copy.
SKILLS = np.array(
    [
        [[0, 103, 165], [108, 184, 238], [63, 74, 86], [190, 215, 235]],
        [[168, 85, 138], [229, 165, 205], [110, 40, 90], [245, 215, 235]],
        [[200, 80, 10], [245, 151, 106], [138, 109, 0], [250, 210, 170]],
    ]
)
BETWEEN = 128
#: Pixels of a frame's width and height, and of a segment's height.
WIDE, FRAME, BAR = 6, 5, 12
SIZES = [50, 100, 200, 500, 1000, 2000, 5000, 10000]


@cache
def _drawn() -> ColorEpisodes:
    """The set of the first figure."""
    return simple_colors(300, seed=0)


@cache
def _fitted(price: float) -> SegmentModel:
    """A model at a price; at high prices starts differ, so several are tried."""
    restarts = 1 if price < 0.2 else 6
    model = SegmentModel(10, 8, price, seed=3, restarts=restarts, tol=1e-5)
    return model.fit(_drawn().observations)


@cache
def _episode(kind: str) -> int:
    """The first episode of a kind."""
    changes = (np.diff(_drawn().observations[:, ::3], axis=1) != 0).sum(1)
    return int(np.flatnonzero(changes == SHOWN[kind])[0])


@cache
def _measured(price: float) -> tuple[float, float, int, float, float]:
    data, model = _drawn(), _fitted(price)
    scores = boundary_scores(model.boundaries(data.observations), data.boundaries)
    return (
        model.nll_, model.code_length_, model.n_skills_used_, scores.precision, scores.recall,
    )  # fmt: skip


def _each_skill(skills: Skills, frames: Ints) -> Floats:
    """Probability of each skill, given that these frames are one segment."""
    log = (1 + skills.penalty) * np.log(skills.share) + np.log(skills.duration[:, len(frames) - 1])
    log = log + np.log(skills.table[:, frames]).sum(1)
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum(), np.float64)


def _bars(frames: Ints, cuts: pd.DataFrame, skills: Skills) -> Ints:
    """A picture of frames, and below them of segments, each split among its likely skills."""
    found = np.full((FRAME + 2 + BAR, len(frames) * WIDE, 3), BETWEEN)
    for place, frame in enumerate(frames):
        found[:FRAME, place * WIDE : (place + 1) * WIDE - 1] = FRAMES[frame]
    colour, order = skills.table.argmax(1), (-skills.share).argsort()
    copy = [(colour[order[:i]] == colour[k]).sum() % SKILLS.shape[1] for i, k in enumerate(order)]
    for one in cuts.itertuples():
        start, stop = int(one.start), int(one.stop)  # type: ignore[arg-type]
        shares = _each_skill(skills, frames[start:stop])[order]
        edges = FRAME + 2 + np.rint(BAR * np.append(0, shares.cumsum())).astype(int)
        for k, shade, (top, bottom) in zip(order, copy, pairwise(edges), strict=True):
            found[top:bottom, start * WIDE : stop * WIDE - 1] = SKILLS[colour[k], shade]
    return found


def segmentation(price: float, episode: str) -> dict[str, Any]:
    """What the first figure draws: probabilities of boundaries, and the curve of both costs."""
    data, model = _drawn(), _fitted(price)
    row = _episode(episode)
    frames = data.observations[row : row + 1]
    nll, length, used, precision, recall = _measured(price)
    every = np.array([_measured(one)[:2] for one in PRICES])
    cuts = model.segments(frames)
    text = "".join(data.names[symbol] for symbol in frames[0])
    return {
        "bars": _bars(frames[0], cuts, model.skills_),
        "frame": np.arange(1, 19),
        "probability": model.boundary_probabilities(frames)[0],
        "block": np.arange(1, 19, 3),
        "truth": np.ones(6),
        "all_nll": every[:, 0],
        "all_code": every[:, 1],
        "nll": nll,
        "code": length,
        "used": used,
        "precision": precision,
        "recall": recall,
        "cut": " ".join(
            text[int(start) : int(stop)]
            for start, stop in zip(cuts["start"], cuts["stop"], strict=True)
        ),
        "here": cuts["skill"].nunique(),
    }


def price_explorer(**options: Any) -> Explorer:
    """First figure: one episode's boundaries, and likelihood against code, over the price."""
    from workedpapers.explore import (
        Choice,
        Columns,
        Controls,
        Explorer,
        Lines,
        Picture,
        Points,
        Sentence,
        Slider,
    )

    return Explorer(
        segmentation,
        controls=[
            Slider.at("price", PRICES, value=0.1, label="Price of a nat of code"),
            Choice("episode", list(SHOWN), label="Episode"),
        ],
        view=[
            Picture(
                "bars", alt="The episode is cut into {cut}, by {here} skills.", width=720,
                label="Frames, and below them segments, split among their likely skills",
            ),
            Columns(
                Lines(
                    "frame", "probability", labels=["found"], xlabel="Frame",
                    ylabel="Probability of a boundary", ylim=(0, 1.1), xlim=(0.5, 18.5),
                    height=262,
                )
                + Points("block", "truth", label="blocks begin", size=9),
                Lines(
                    "all_code", "all_nll", labels=["all prices"], xlabel="Code (nats)",
                    ylabel="Negative log-likelihood (nats)", height=262,
                )
                + Points("code", "nll", label="this price", size=13),
            ),
            Controls(["price", "episode"]),
            Sentence(
                "{cut}: cut by {here} of {used} skills. All episodes: code {code:.2f} nats, "
                "negative log-likelihood {nll:.2f}. Of all boundaries found {precision:.2f} are "
                "true; of the true ones {recall:.2f} are found."
            ),
        ],
        title="What is a skill, at a price?",
        name="price",
        caption="Skills of 300 episodes of six blocks of three frames. Above: one episode, and the "
        "segments that a model cuts it into; where several skills emit the same, they share the "
        "segment as shades. Below: how probable a boundary is at each frame; likelihood and code "
        "of all prices, where the left end is over-compressed and the right end has duplicates.",
        alt="At price {price} there are {used} skills with a code of {code:.2f} nats.",
        **options,
    )  # fmt: skip


def solutions(episodes: int, longest: int) -> dict[str, Any]:
    """What the second figure draws: nats an episode for three sizes of blocks."""
    table = block_degeneracy(simple_colors(int(episodes), seed=0), max_duration=int(longest))
    table = table.iloc[1:]
    code = table["code_length"].to_numpy()
    total = table["two_part"].to_numpy() / episodes
    return {
        "size": np.array([1.0, 2.0, 3.0]),
        "code": code,
        "total": total,
        "best_code": int(code.argmin()) + 1,
        "best_total": int(total.argmin()) + 1,
        "gap": float(total[1] - total[0]),
    }


def tie_explorer(**options: Any) -> Explorer:
    """Code length and two-part length of three solutions, over the number of episodes."""
    from workedpapers.explore import Explorer, Lines, Sentence, Slider

    return Explorer(
        solutions,
        controls=[
            Slider.at("episodes", SIZES, value=500, label="Episodes"),
            Slider.at("longest", [9, 12, 18], value=9, label="Longest duration"),
        ],
        view=[
            Lines(
                "size", ["code", "total"], labels=["code", "code and codebook"],
                xlabel="Colours in a skill", ylabel="Nats an episode", ylim=(5.5, 10.5),
                xlim=(0.8, 3.2),
            ),
            Sentence(
                "Shortest code: blocks of {best_code}. Shortest with the codebook: blocks of "
                "{best_total}; blocks of two cost {gap:.3f} nats an episode more than "
                "blocks of one."
            ),
        ],
        title="Three solutions, one code length",
        name="tie",
        caption="Skills of one, two and three colours describe the same episodes. The code alone "
        "is flat; with the codebook one colour is shortest.",
        alt="With {episodes} episodes the code is shortest for blocks of {best_code}, and with "
        "the codebook for blocks of {best_total}.",
        **options,
    )  # fmt: skip


def colours_figure(cells: pd.DataFrame) -> Shown:
    """Number of skills and F1 of every method, ten sets each."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import show, style

    with style(figure_figsize=(8.4, 3.8)):
        figure, axes = plt.subplots(1, 2, sharey=False, layout="constrained")
        for plot, kind in zip(axes, ("simple", "conditional"), strict=True):
            some = cells[cells["set"] == kind]
            names = list(dict.fromkeys(some["method"]))
            place = {name: len(names) - 1 - i for i, name in enumerate(names)}
            jitter = 0.05 * (some["seed"] - 4.5)
            plot.plot(some["skills"], some["method"].map(place) + jitter, "o", ms=4, alpha=0.6)
            plot.axvline(3, ls=":", lw=1, color="0.5")
            plot.set_yticks(list(place.values()), list(place))
            plot.set(title=f"{kind} colours", xlabel="Skills used", xlim=(0, 13))
    return show(
        figure,
        alt="Skills that each method uses on ten sets. On simple colours "
        "all prices above 0 leave three; on conditional colours the dual and the two-part "
        "description do in every set, and no tokenizer does.",
        caption="Skills with more than 1% of the segments, a dot for each of ten sets. First "
        "simple colours, then conditional ones; dotted, the three that made the data.",
        name="love-colours",
    )


#: Colour and dash of each method's curve.
CURVES = {
    "the things": (5, "-"), "two-part": (2, "-"), "dual": (3, "-"), "price 0.1": (0, "-"),
    "price 0": (1, "-"), "unigram": (4, "--"), "bpe": (4, ":"), "actions alone": (5, ":"),
}  # fmt: skip


def curves_figure(cells: pd.DataFrame) -> Shown:
    """Success over steps, a curve for each method, with a reward at the end or on the way."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import PALETTE, show, style

    with style(figure_figsize=(8.4, 4.2)):
        figure, axes = plt.subplots(1, 2, sharey=True, layout="constrained")
        for plot, rewarded in zip(axes, (False, True), strict=True):
            some = cells[cells["rewarded"] == rewarded]
            grids = some.groupby(["method", "steps", "grid"])["success"].mean()
            mean, error = grids.groupby(level=[0, 1]).mean(), grids.groupby(level=[0, 1]).sem()
            for method, (colour, dash) in CURVES.items():
                x = mean[method].index / 1000
                plot.semilogx(x, mean[method], ls=dash, color=PALETTE[colour], label=method)
                low, high = mean[method] - error[method], mean[method] + error[method]
                plot.fill_between(x, low, high, color=PALETTE[colour], alpha=0.15, lw=0)
            plot.axhline(0.9, ls=":", lw=1, color="0.5")
            plot.set(
                title="reward at each pick-up" if rewarded else "reward at the end",
                xlabel="Steps in the grid (thousands)", ylim=(-0.02, 1.02), xlim=(0.1, 40),
                xticks=[0.1, 1, 10], xticklabels=["0.1", "1", "10"],
            )  # fmt: skip
        axes[0].set_ylabel("Share of episodes that succeed")
        figure.legend(
            *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4,
            fontsize="small",
        )  # fmt: skip
    return show(
        figure,
        alt="Success over steps for eight sets of options. Agents with the true options "
        "learn first, those with the five actions alone last or never.",
        caption="Mean success on new tasks of four pick-ups, ten grids with four tasks each; bands "
        "are one standard error over grids. First a reward at the end alone, then one at each "
        "pick-up. Dotted: 90%.",
        name="love-curves",
    )


def ways_figure(world: GridWorld, model: SegmentModel) -> Shown:
    """A grid, and what its three most used skills do in each cell."""
    import matplotlib.pyplot as plt

    from workedpapers.plotting import PALETTE, show, style

    options = options_of_model(model)
    used = model.skills_.share[model.skills_.share > 0.01]
    rows, columns = world.walls.shape
    with style(figure_figsize=(8.4, 2.6)):
        figure, axes = plt.subplots(1, 4, layout="constrained")
        for plot in axes:
            plot.imshow(
                world.picture(pixels=rows + 2), extent=(-1.5, columns + 0.5, rows + 0.5, -1.5)
            )
            plot.set(xticks=[], yticks=[])
        axes[0].set_title("the grid")
        for plot, skill in zip(axes[1:], (-used).argsort()[:3], strict=False):
            chance, stop = options.action[5 + skill, 0], options.stop[5 + skill, 0]
            best = chance.argmax(1)
            sure = (chance.max(1) > 0.5) & ~world.walls.ravel()
            row, column = np.divmod(np.arange(world.count), columns)
            moves = np.flatnonzero(sure & (best < PICK))
            down, right = np.array(STEPS)[best[moves]].T
            plot.quiver(
                column[moves], row[moves], right, -down, color=PALETTE[0], scale=12, width=0.012,
            )  # fmt: skip
            ends = np.flatnonzero(sure & (best == PICK) & (stop > 0.5))
            plot.plot(
                column[ends], row[ends], "o", ms=12, mfc="none", mec=PALETTE[1], mew=2,
            )  # fmt: skip
            plot.set_title(f"skill with {used[skill]:.0%} of segments", fontsize="small")
    return show(
        figure,
        alt="A grid of eight by eight cells with six coloured things and grey walls, and three "
        "skills as arrows in it, which lead to things of a kind.",
        caption="A grid with its things, and the three most used skills at a price of 0.1. Arrows: "
        "the move that a skill prefers, where it prefers one; rings: it picks up and ends.",
        name="love-ways",
    )
