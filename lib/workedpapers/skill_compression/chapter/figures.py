"""Figures of the chapter."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workedpapers.skill_compression.episodes.colors import ColorEpisodes, simple_colors
from workedpapers.skill_compression.measures.blocks import block_degeneracy
from workedpapers.skill_compression.measures.scores import boundary_scores
from workedpapers.skill_compression.segments.model import SegmentModel

if TYPE_CHECKING:
    from workedpapers.explore import Explorer
    from workedpapers.plotting import Shown

__all__ = ["colours_figure", "price_explorer", "tie_explorer"]

PRICES = [0.0, 0.02, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0]
#: Episodes that the first figure shows, by how many neighbouring blocks differ.
SHOWN = {"all differ": 5, "equal neighbours": 3, "one colour, mostly": 1}
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


def segmentation(price: float, episode: str) -> dict[str, Any]:
    """What the first figure draws: probabilities of boundaries, and the curve of both costs."""
    data, model = _drawn(), _fitted(price)
    row = _episode(episode)
    frames = data.observations[row : row + 1]
    nll, length, used, precision, recall = _measured(price)
    every = np.array([_measured(one)[:2] for one in PRICES])
    return {
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
        "text": "".join(data.names[symbol] for symbol in frames[0]),
    }


def price_explorer(**options: Any) -> Explorer:
    """First figure: one episode's boundaries, and likelihood against code, over the price."""
    from workedpapers.explore import (
        Choice,
        Columns,
        Controls,
        Explorer,
        Lines,
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
            Columns(
                Lines(
                    "frame", "probability", labels=["found"], xlabel="Frame",
                    ylabel="Probability of a boundary", ylim=(0, 1.1), xlim=(0.5, 18.5),
                    height=300,
                )
                + Points("block", "truth", label="blocks begin", size=9),
                Lines(
                    "all_code", "all_nll", labels=["all prices"], xlabel="Code (nats)",
                    ylabel="Negative log-likelihood (nats)", height=300,
                )
                + Points("code", "nll", label="this price", size=13),
            ),
            Controls(["price", "episode"]),
            Sentence(
                "{text}: {used} skills, code {code:.2f} nats, negative log-likelihood {nll:.2f}. "
                "Of all boundaries found {precision:.2f} are true; of the true ones {recall:.2f} "
                "are found."
            ),
        ],
        title="What is a skill, at a price?",
        name="price",
        caption="Skills of 300 episodes of six blocks of three frames. First: where segments of "
        "one episode begin. Second: likelihood and code of all prices; the left end is "
        "over-compressed, the right end has duplicate skills.",
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
