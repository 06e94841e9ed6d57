"""Explorers of the chapter: size, world and reinforcement; and which interval is honest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from workedpapers.checks import Floats
from workedpapers.model_written_evals.chapter import family_study
from workedpapers.model_written_evals.family.world import bayes

if TYPE_CHECKING:
    from workedpapers.explore import Explorer

#: Curves of the first figure: column of the study, and what the reader calls it.
CURVES = {
    "match": "matches the user",
    "truth_wrong": "right, user wrong",
    "truth_silent": "right, user silent",
}


def curves_of(homophily: float, steps: float) -> dict[str, Any]:
    """What the first figure draws: shares over size, with the ends over seeds, beside Bayes.

    Parameters
    ----------
    homophily, steps : as they stand in the stored study.
    """
    table = family_study.stored()
    here = table[np.isclose(table["homophily"], homophily) & (table["rl_steps"] == round(steps))]
    by_size = here.groupby("parameters")
    out: dict[str, Any] = {"parameters": np.sort(here["parameters"].unique()).astype(float)}
    for name in (*CURVES, "p_match_wrong"):
        out[name] = by_size[name].mean().to_numpy()
        out[f"{name}_low"] = by_size[name].min().to_numpy()
        out[f"{name}_high"] = by_size[name].max().to_numpy()
    best = bayes(homophily)
    out["optimum"] = by_size["optimum"].mean().to_numpy()
    out["bayes"] = best["match_wrong"]
    out["largest"] = float(out["match"][-1])
    out["largest_wrong"] = float(out["truth_wrong"][-1])
    out["smallest_wrong"] = float(out["truth_wrong"][0])
    return out


def family_explorer(**options: Any) -> Explorer:
    """Explorer of the family: three curves over size, by homophily and reinforcement learning."""
    from workedpapers.explore import Columns, Controls, Explorer, Lines, Rule, Sentence, Slider

    shares = list(CURVES)
    return Explorer(
        curves_of,
        controls=[
            Slider.at("homophily", list(family_study.HOMOPHILY), value=0.9,
                      label="How often people share the user's view"),
            Slider.at("steps", [float(s) for s in family_study.STEPS], value=0.0,
                      label="Steps of reinforcement learning"),
        ],
        view=[
            Columns(
                Lines("parameters", shares, labels=list(CURVES.values()), hues=shares, xlog=True,
                      xlabel="Parameters", ylabel="Share of answers", ylim=(-0.02, 1.02),
                      bands=[(f"{name}_low", f"{name}_high") for name in shares]),
                Lines("parameters", ["p_match_wrong", "optimum"], xlog=True,
                      labels=["measured", "optimum of RL"], hues=["match", "optimum"],
                      bands=[("p_match_wrong_low", "p_match_wrong_high")],
                      xlabel="Parameters", ylabel="P(match | user wrong)", ylim=(-0.02, 1.02),
                      rules=[Rule(y="bayes", label="Bayes")]),
            ),
            Controls(["homophily", "steps"]),
            Sentence(
                "The largest networks match the user in {largest:.0%} of the answers; where the "
                "user is wrong they are right in {largest_wrong:.0%}, the smallest in "
                "{smallest_wrong:.0%}."
            ),
        ],
        entities=[*shares, "optimum"],
        title="Sycophancy over size",
        name="family",
        caption=(
            "Networks of six sizes, five seeds each; bands reach from the lowest to the highest "
            "seed. First the shares of answers by the most probable option, then the probability "
            "of agreeing with a user who is wrong, beside the best prediction before reinforcement "
            "learning (Bayes) and the closed form of what reinforcement learning leads to."
        ),
        alt=(
            "At homophily {homophily} after {steps} steps the largest networks match the user in "
            "{largest:.0%} of the answers and are right in {largest_wrong:.0%} where the user is "
            "wrong; the smallest are right in {smallest_wrong:.0%} there."
        ),
        **options,
    )  # fmt: skip


#: Numbers of clusters on the horizontal axis of the second figure.
CLUSTERS = np.array([2, 3, 4, 6, 8, 11, 15, 22, 32, 46, 68, 100])
REPEATS = 2000


@cache
def coverage(items: int, correlation: float, repeats: int = REPEATS, seed: int = 5) -> Floats:
    """Coverage of two 95% intervals of a share of one half, by number of clusters.

    Parameters
    ----------
    items : items in each cluster.
    correlation : of two items of a cluster: above 0 they resemble, below 0 they balance each other.

    Returns
    -------
    Shape (2, numbers of clusters): of the interval for independent items, and of that for clusters.
    """
    from scipy.special import stdtrit

    rng = np.random.default_rng(seed)
    found = np.empty((2, len(CLUSTERS)))
    for place, count in enumerate(CLUSTERS):
        shape = (repeats, int(count))
        if correlation > 0:
            spread = (1 / correlation - 1) / 2
            matches = rng.binomial(items, rng.beta(spread, spread, shape))
        else:
            # A pair of items that balance each other adds up to 1; the others are independent.
            paired = rng.binomial(items // 2, min(1.0, -correlation * (items - 1)), shape)
            matches = paired + rng.binomial(items - 2 * paired, 0.5)
        n = items * int(count)
        share = matches.sum(axis=1) / n
        z = 1.959963984540054
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z * np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2) / (1 + z * z / n)
        found[0, place] = (np.abs(middle - 0.5) <= half).mean()
        sums = matches - items * share[:, None]
        error = np.sqrt(count / (count - 1) * (sums**2).sum(axis=1)) / n
        wide = stdtrit(count - 1, 0.975) * error
        found[1, place] = ((np.abs(share - 0.5) <= wide) | (error < 1e-12)).mean()
    return found


def coverage_curves(items: float, correlation: float) -> dict[str, Any]:
    """What the second figure draws."""
    naive, clustered = coverage(round(items), float(correlation))
    at = int(np.searchsorted(CLUSTERS, 15))
    return {
        "clusters": CLUSTERS.astype(float),
        "naive": naive,
        "clustered": clustered,
        "naive_15": float(naive[at]),
        "clustered_15": float(clustered[at]),
        "design": 1 + (round(items) - 1) * float(correlation),
    }


def coverage_explorer(**options: Any) -> Explorer:
    """Explorer of honest intervals: clusters, items in each, and how they resemble."""
    from workedpapers.explore import Controls, Explorer, Lines, Number, Rule, Sentence, Slider

    return Explorer(
        coverage_curves,
        controls=[
            Slider.at("items", [2.0, 4.0, 10.0, 20.0, 50.0, 100.0], value=20.0,
                      label="Items in each cluster"),
            Slider.at("correlation", [-0.01, 0.01, 0.05, 0.1, 0.2, 0.4], value=0.2,
                      label="Correlation of two items of a cluster"),
        ],
        view=[
            Lines("clusters", ["naive", "clustered"], xlog=True, hues=["naive", "clustered"],
                  labels=["as if independent", "over clusters"], xlabel="Clusters",
                  ylabel="Coverage of a 95% interval", ylim=(0, 1.02),
                  rules=[Rule(y=0.95, label="promised: 0.95")]),
            Controls(["items", "correlation"]),
            Number("design", label="Design effect", digits=2),
            Sentence(
                "With 15 clusters the interval for independent items holds the truth in "
                "{naive_15:.0%} of the evaluations, that over clusters in {clustered_15:.0%}."
            ),
        ],
        entities=["naive", "clustered"],
        title="Which interval is honest?",
        name="honest",
        caption=(
            f"Coverage of two 95% intervals of a share of one half, over {REPEATS:,} simulated "
            "evaluations at each point. Where items of a cluster resemble each other, the interval "
            "for independent items covers less than promised, however many items there are. Where "
            "they balance each other it covers more, and is wider than it needs to be."
        ),
        alt=(
            "With {items} items in a cluster and a correlation of {correlation}, 15 clusters give "
            "a coverage of {naive_15:.0%} as if independent and {clustered_15:.0%} over clusters."
        ),
        **options,
    )  # fmt: skip
