"""The claims, each with the function that measures it.

The paper is conceptual: it has no experiment. Its sentences are tested on models of ours, so every
basis is *reconstruction*; what comes from a later paper is said in ``where``.
"""

from __future__ import annotations

from functools import cache, partial
from itertools import product

import numpy as np
import pandas as pd

from workedpapers.claims import (
    All,
    AtLeast,
    AtMost,
    Claim,
    Holds,
    Measured,
    NotTestable,
    Ordered,
    Within,
)
from workedpapers.mesa_optimization.bandits.agents import BanditAgents, train_bandit_agents
from workedpapers.mesa_optimization.bandits.exact_values import bandit_rule_value
from workedpapers.mesa_optimization.bandits.tree import bandit_agent_value
from workedpapers.mesa_optimization.chapter.coin_study import (
    CHAPTER_LENGTH,
    by_share,
    load_outcomes,
)
from workedpapers.mesa_optimization.chapter.diversity_study import load_diversity
from workedpapers.mesa_optimization.chapter.stack_study import load_stacks
from workedpapers.mesa_optimization.cleaning.planners import pseudo_alignment_table
from workedpapers.mesa_optimization.deception.absent import absent_minded
from workedpapers.mesa_optimization.deception.conditions import deception_conditions
from workedpapers.mesa_optimization.power.envelope import MazeEnvelope, maze_envelope
from workedpapers.mesa_optimization.power.split import optimal_runtime_power
from workedpapers.mesa_optimization.regression.agreement import compare_with_gd, step_matrix
from workedpapers.mesa_optimization.regression.attention import (
    LinearAttention,
    sample_tasks,
    train_linear_attention,
)
from workedpapers.mesa_optimization.regression.theory import (
    exact_loss,
    gd_theory,
    optimal_layer,
    plain_step,
)
from workedpapers.stats import bootstrap


def unequal(spread: float) -> np.ndarray:
    """Covariance of ten inputs with variances up to 0.5."""
    return np.diag(np.geomspace(0.5 / spread, 0.5, 10))


#: Inputs that are not alike: variances from 0.02 to 0.5.
UNEQUAL = unequal(25.0)


@cache
def exact_fit() -> LinearAttention:
    """A layer trained on the exact loss."""
    return train_linear_attention(dim=10, n_context=10, steps=1000, seed=0, exact=True)


@cache
def sampled_fit() -> LinearAttention:
    """A layer trained on sampled tasks."""
    return train_linear_attention(dim=10, n_context=10, steps=1000, seed=0, exact=False)


@cache
def unequal_fit(spread: float = 25.0) -> LinearAttention:
    """A layer trained on inputs that are not alike, on the exact loss.

    The largest variance is 0.5, and ``spread`` times the smallest.
    """
    return train_linear_attention(cov=unequal(spread), n_context=10, steps=3000, seed=0, exact=True)


@cache
def envelope() -> MazeEnvelope:
    """Switches between programs on mazes of 9 by 9 cells."""
    return maze_envelope(mazes=400, size=9, seed=1)


@cache
def bandit_agents() -> BanditAgents:
    """Five agents on bandits with two arms and ten pulls."""
    return train_bandit_agents(seeds=[0, 1, 2, 3, 4])


def _cost(x: float, *, c: float, power: int) -> float:
    return c * x**power


def split_error() -> float:
    """Largest distance of the solver from both closed forms, in bits of 100."""
    apart = [0.0]
    for n, c in product((1, 3, 10, 30, 100), (0.5, 2.0, 20.0)):
        expected = {1: 100 / c if n > c else 0.0, 2: min(n / (2 * c), (100 / c) ** 0.5)}
        for power, bits in expected.items():
            found = optimal_runtime_power(100.0, n, partial(_cost, c=c, power=power))
            apart.append(abs(found.run_time - bits))
    return max(apart)


def envelope_error() -> float:
    """Largest relative error of the number of mazes at which programs switch."""
    switches = envelope().switches
    error = (switches["measured"] / switches["predicted"] - 1).abs()
    return float(error.fillna(1.0).max())  # a switch that one half lacks is missed altogether


def exact_training() -> dict[str, Measured]:
    """How far the layer trained on the exact loss is from theory."""
    best, fit = gd_theory(dim=10, n_context=10), exact_fit()
    diagonal = np.abs(np.diag(fit.matrix) - best.eta / 10).max()
    return {
        "loss": Measured(fit.loss - best.loss, digits=1),
        "diagonal": Measured(float(diagonal), digits=1),
    }


def sampled_training() -> dict[str, Measured]:
    """How far the layer trained on samples is from a step of gradient descent."""
    found = compare_with_gd(sampled_fit(), tasks=10_000, seed=1)
    return {
        "loss": Measured(found.loss_model / found.loss_gd - 1, unit="%", digits=2),
        "cosine": Measured(found.sensitivity_cosine, digits=5),
    }


def preconditioned() -> dict[str, Measured]:
    """Distance of the learned matrix from the closed form, and its gain over a plain step."""
    fit, q = unequal_fit(), optimal_layer(UNEQUAL, 10)
    distance = float(np.linalg.norm(fit.matrix - q) / np.linalg.norm(q))
    x, y, query, answer = sample_tasks(fit.tasks, 10_000, np.random.default_rng(1))
    plain = np.einsum("tn,tnd->td", y, x) @ step_matrix(fit.tasks, False)
    by_step, by_layer = (
        0.5 * (np.einsum("td,td->t", one, query) - answer) ** 2
        for one in (plain, fit.weights(x, y))
    )
    gain = bootstrap(np.mean, (by_step - by_layer) / by_step.mean(), method="percentile")
    return {
        "distance": Measured(distance, unit="%", digits=1),
        "gain": Measured(*gain, unit="%", digits=2, interval="95% bootstrap"),
    }


def plain_and_best() -> pd.DataFrame:
    """Exact losses for unequal inputs: nothing, the best plain step, the best matrix, the layer."""
    step, fit = plain_step(UNEQUAL, 10), unequal_fit()
    losses = [
        step.zero_loss, step.loss, fit.loss, exact_loss(fit.tasks, optimal_layer(UNEQUAL, 10)),
    ]  # fmt: skip
    names = ["a prediction of zero", "the best plain step", "the trained layer", "the closed form"]
    return pd.DataFrame({"loss": losses}, index=pd.Index(names, name="what predicts"))


def stacks() -> pd.DataFrame:
    """Losses of steps, of steps with inputs made alike, and of trained layers, by their number."""
    kept = load_stacks()
    kept = kept[kept["steps"].isin([0, kept["steps"].max()])]  # and no run cut short
    of_kind = kept.pivot_table("loss", "number", "kind")
    spread = kept[kept["kind"] == "layer"].groupby("number")["loss"]
    return pd.DataFrame(
        {
            "gradient descent": of_kind["step"],
            "GD++": of_kind["step++"],
            "trained layers": of_kind["layer"],
            "lowest": spread.min(),
            "highest": spread.max(),
        }
    ).rename_axis("steps or layers")


def coin_differences() -> np.ndarray:
    """Coin rate at a share of 10% less that at 0%, of each seed."""
    cells = load_outcomes()
    cells = cells[cells["updates"] == CHAPTER_LENGTH]
    cells = cells.pivot_table(index="seed", columns="share", values="coin")
    return (cells[0.10] - cells[0.0]).to_numpy(float)


def misgeneralisation() -> dict[str, Measured]:
    """What the stored sweep says of the coin, the corner and the seeds."""
    coin, corner = by_share("coin"), by_share("corner")
    at_zero = corner.iloc[0]
    return {
        "coin rises": Measured(bool((np.diff(coin["mean"]) > 0).all())),
        "corner falls": Measured(bool((np.diff(corner["mean"]) < 0).all())),
        "least gain of a seed": Measured(float(coin_differences().min()), unit="%"),
        "corner at 0%": Measured(
            at_zero["mean"], at_zero["low"], at_zero["high"], unit="%", interval="95% bootstrap"
        ),
    }


def diversity() -> dict[str, Measured]:
    """Value on fresh tasks by the number of training tasks, with the range over seeds."""
    fresh = load_diversity().groupby("tasks")["fresh"].agg(["mean", "min", "max"])
    return {
        f"{number:,} tasks": Measured(
            fresh["mean"][number], fresh["min"][number], fresh["max"][number],
            digits=3, interval="range of 5 seeds",
        )
        for number in (256, 512, 1024)
    }  # fmt: skip


def planners_agree() -> dict[str, Measured]:
    """Spread of training returns over the planners, and the least of each one's worst shift."""
    table = pseudo_alignment_table()
    loss = (table.loc["aligned"] - table).drop(index="aligned").max(axis=1)
    return {
        "spread in training": Measured(float(np.ptp(table["training"])), digits=1),
        "least loss under shift": Measured(float(loss.min() / table["training"].iloc[0]), unit="%"),
    }


def eight_rows() -> bool:
    """Whether the planner does what the paper says in all eight rows.

    Without the third condition the paper says *always or never*; both must occur, by what
    cooperation is worth.
    """
    table = deception_conditions()
    others = {deception_conditions(cooperation=c)["reading"][1] for c in (0.0, 0.2)}
    expected = ["deceives", *["always defects"] * 7]
    return list(table["reading"]) == expected and others == {"always defects", "never defects"}


def weakest_agent() -> float:
    """Exact value of the worst of five agents that take the likelier arm."""
    return float(bandit_agent_value(bandit_agents()).min())


GREEDY = bandit_rule_value("greedy")

CLAIMS = [
    Claim(
        id="mesa-split",
        says="Optimisation power goes to run time once there are many instances: at N = c for a "
        "linear cost.",
        where="section 2.1; the closed forms are ours",
        basis="reconstruction",
        expect=AtMost(1e-4, why="the solver refines to a millionth of a bit out of 100"),
        measure=lambda: Measured(split_error(), digits=1, unit="bits"),
    ),
    Claim(
        id="mesa-envelope",
        says="The formula tells at which number of instances a program that searches more is worth "
        "building.",
        where="section 2.1; mazes and programs are ours",
        basis="reconstruction",
        expect=AtMost(
            0.1,
            unit="%",
            why="mean bits of 400 mazes are known to about 2%, and a switch is where two programs "
            "nearly tie",
        ),
        measure=lambda: Measured(envelope_error(), unit="%", digits=2),
    ),
    Claim(
        id="mesa-exact",
        says="A learned algorithm can be an optimiser: linear attention becomes a step of gradient "
        "descent.",
        where="section 1.1; the model is von Oswald et al. 2023, trained on the exact loss",
        basis="reconstruction",
        expect=All(
            {
                "loss": Within(1e-6, why="the exact loss has no sampling error, only that of Adam"),
                "diagonal": Within(1e-3, why="a loss within 1e-6 allows about this much"),
            },
            why="excess loss over 0.206229, and largest distance of the diagonal from 0.60606",
        ),
        measure=exact_training,
    ),
    Claim(
        id="mesa-sampled",
        says="The same when trained on sampled tasks, as people train.",
        where="von Oswald et al. 2023, section 3",
        basis="reconstruction",
        expect=All(
            {
                "loss": AtMost(0.01, unit="%", why="they print equal losses to two digits"),
                "cosine": AtLeast(0.999, why="they plot a cosine that cannot be told from 1"),
            },
            why="excess loss over the step on the same 10,000 tasks, and cosine of sensitivities",
        ),
        measure=sampled_training,
    ),
    Claim(
        id="mesa-preconditioned",
        says="For inputs that are not alike the learned step is preconditioned.",
        where="Ahn et al. 2023; Mahankali et al. 2024",
        basis="reconstruction",
        expect=All(
            {
                "distance": AtMost(
                    0.01,
                    unit="%",
                    why="relative distance of two matrices; Adam stops within a thousandth",
                ),
                "gain": AtLeast(0.0, unit="%", why="the whole interval must be above a plain step"),
            },
            why="the learned matrix must be the closed form, and must beat plain gradient descent",
        ),
        measure=preconditioned,
    ),
    Claim(
        id="mesa-bandit",
        says="Training can produce an agent that learns by itself, with fixed weights.",
        where="section 1.1; the agents are ours, after Duan et al. 2016",
        basis="reconstruction",
        expect=AtLeast(
            round(GREEDY, 4),
            why="6.0058 is the value of the myopic rule; an agent within 0.1 of the best need not "
            "explore",
        ),
        measure=lambda: Measured(weakest_agent(), digits=5),
    ),
    Claim(
        id="mesa-diversity",
        says="Many different tasks favour a learned algorithm over memorised answers.",
        where="section 2.1; the cue is ours",
        basis="reconstruction",
        expect=Ordered(
            ("1,024 tasks", "512 tasks", "256 tasks"),
            why="ranges of five seeds must lie apart: a trend in means could be one lucky seed",
        ),
        measure=diversity,
    ),
    Claim(
        id="mesa-pseudo",
        says="Objectives that agree in training can differ elsewhere, in four ways.",
        where="section 3.2; constructed planners of ours",
        basis="reconstruction",
        expect=All(
            {
                "spread in training": AtMost(1e-9, why="the rewards are equal, but for rounding"),
                "least loss under shift": AtLeast(
                    0.1, unit="%", why="a shift that costs less than a tenth would be a quibble"
                ),
            },
            why="equal in training, and each of the four worse than the aligned one somewhere",
        ),
        measure=planners_agree,
    ),
    Claim(
        id="mesa-coin",
        says="A trained agent can be capable and follow a proxy; few counterexamples change it.",
        where="section 3; the coin is Langosco et al. 2022, Figure 2, in a grid world of ours",
        basis="reconstruction",
        expect=All(
            {
                "coin rises": Holds("rises over five shares", why="the order of the figure"),
                "corner falls": Holds("falls over five shares", why="the order of the figure"),
                "least gain of a seed": AtLeast(
                    0.0, unit="%", why="no seed may go against the trend between 0 and 10%"
                ),
                "corner at 0%": AtLeast(
                    0.9, unit="%", why="an agent that never saw a moved coin ignores it"
                ),
            },
            why="the shape of the figure, since the levels of a grid are easier than its games",
        ),
        measure=misgeneralisation,
    ),
    Claim(
        id="mesa-conditions",
        says="Deception needs three conditions, and without one of them the agent always or never "
        "defects.",
        where="section 4.1",
        basis="paper",
        expect=Holds("all eight rows", why="the planner is exact: nothing to allow for"),
        measure=eight_rows,
    ),
    Claim(
        id="mesa-absent",
        says="An agent that cannot tell training from deployment defects with probability 0.61.",
        where="section 4.1, example with two and three episodes",
        basis="paper",
        paper="about 0.61",
        expect=Within(0.005, of=0.61, why="it is printed with two digits"),
        measure=lambda: Measured(absent_minded(training=2, deployment=3).probability, digits=4),
        finding="The rules as printed give 5/9, derived in the chapter and checked by listing all "
        "outcomes. No reading of them that we tried gives 0.61. We leave it as an open "
        "discrepancy.",
    ),
    Claim(
        id="mesa-deceives",
        says="A trained model may become deceptively aligned.",
        where="section 4",
        basis="paper",
        expect=NotTestable(
            why="no model trained here knows that it is trained: a planner that is told so shows "
            "when deception pays, not that training finds it"
        ),
    ),
]
