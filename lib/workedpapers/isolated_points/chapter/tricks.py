"""Which tricks move the dot: what each does in the model, and in neural GANs over many seeds.

Three studies take minutes, so their results are kept, and tests make a part of each again:
``rule_trials.parquet``, theory against simulation on random settings; ``rule_limits.parquet``,
where each trick loses a matched point, a collapsed pair and a lone point; ``tricks.parquet``,
neural GANs. ``python -m workedpapers.isolated_points.chapter.tricks`` makes them again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.isolated_points.experiments.neural import train_rings
from workedpapers.isolated_points.measurement.trials import random_settings, trial
from workedpapers.isolated_points.rules import Optimiser, UpdateRule
from workedpapers.isolated_points.simulation.dynamics import simulate
from workedpapers.isolated_points.theory.closed_forms import collapse_radius
from workedpapers.isolated_points.theory.linear import stability
from workedpapers.parallel import in_parallel
from workedpapers.stats import bootstrap

__all__ = [
    "NEURAL",
    "RULES",
    "agreement",
    "coverage_by_trick",
    "limits",
    "load_limits",
    "load_rule_trials",
    "load_tricks",
    "rates",
    "rule_trials",
    "train_tricks",
    "verdicts",
]

TRIALS, LIMITS, NETWORKS = (
    Path(__file__).with_name(f"{name}.parquet") for name in ("rule_trials", "rule_limits", "tricks")
)
SEEDS, STEPS = 20, 1500
A = 0.1  # lr_d decay of the limits and rates

#: Update rules as the chapter names them.
RULES: dict[str, UpdateRule] = {
    "plain": UpdateRule(),
    "5 discriminator steps": UpdateRule(discriminator_steps=5),
    "momentum 0.9": UpdateRule(momentum_d=0.9, momentum_g=0.9),
    "momentum 0.5": UpdateRule(momentum_d=0.5, momentum_g=0.5),
    "generator's momentum -0.5": UpdateRule(momentum_g=-0.5),
    "Nesterov 0.5": UpdateRule(Optimiser.NESTEROV, momentum_d=0.5, momentum_g=0.5),
    "optimistic": UpdateRule(Optimiser.OPTIMISTIC),
    "extragradient": UpdateRule(Optimiser.EXTRAGRADIENT),
    "consensus 0.1": UpdateRule(consensus=0.1),
    "gradient penalty 1": UpdateRule(gradient_penalty=1.0),
}
_BASE: dict[str, Any] = {"lr_d": 0.3, "lr_g": 1.0, "decay": 0.1}
_ADAM: dict[str, Any] = {"lr_d": 1e-3, "lr_g": 1e-3, "decay": 0.1, "adaptive": True}
#: What is trained, with both orders of updates each.
NEURAL: dict[str, dict[str, Any]] = {
    **{name: _BASE | {"rule": rule} for name, rule in RULES.items()},
    "discriminator's rate x 5": _BASE | {"lr_d": 1.5},
    "averaged generator 0.99": _BASE | {"ema": 0.99},
    "Adam, beta1 0.9": _ADAM | {"rule": UpdateRule(momentum_d=0.9, momentum_g=0.9)},
    "Adam, beta1 0.5": _ADAM | {"rule": UpdateRule(momentum_d=0.5, momentum_g=0.5)},
    "Adam, beta1 0": _ADAM,
    "optimistic Adam": _ADAM | {"rule": UpdateRule(Optimiser.OPTIMISTIC)},
}
ORDERS = ("alternating", "simultaneous")


def _train(at: tuple[str, str, int, int]) -> pd.DataFrame:
    import torch

    torch.set_num_threads(1)
    name, update, seeds, steps = at
    runs = train_rings(
        range(seeds), **NEURAL[name], update=update, steps=steps, show_progress=False
    )
    rows = [run.final.round(4).to_dict() | {"seed": seed} for seed, run in enumerate(runs)]
    return pd.DataFrame(rows).assign(trick=name, update=update)


def train_tricks(
    tricks: tuple[str, ...] = tuple(NEURAL),
    *,
    orders: tuple[str, ...] = ORDERS,
    seeds: int = SEEDS,
    steps: int = STEPS,
    workers: int | None = None,
) -> pd.DataFrame:
    """Train a small GAN on a ring of eight Gaussians with each trick, in both orders of updates.

    Returns a row for each run: ``trick``, ``update``, ``seed``, and the means over the last third
    of training, as in `RingRun.final`: ``coverage``, ``precision``, ``movement``, ``diverged``.
    """
    todo = [(name, update, seeds, steps) for name in tricks for update in orders]
    done = in_parallel(_train, todo, desc="Tricks", unit="setting", workers=workers)
    return pd.concat(done, ignore_index=True)


# -- theory against simulation ---------------------------------------------------------------------


def _drawn(kind: str, settings: pd.DataFrame, rng: np.random.Generator) -> list[UpdateRule]:
    """Rules of a kind with random numbers, one for each setting or, of whole numbers, for all."""
    count = len(settings)
    mu_d, mu_g = rng.uniform(-0.9, 0.9, (2, count))
    spread = np.exp(rng.uniform(np.log(0.03), np.log(3), count))
    width2 = settings["sigma"].to_numpy() ** 2
    # Strengths at which the added force is 0.03 to 3 times the decay's, or a tenth of it.
    penalty = spread * settings["decay"].to_numpy() * width2 / settings["p"].to_numpy()
    consensus = spread * width2 / settings["lr_g"].to_numpy() / 10
    by_kind: dict[str, Callable[[], list[UpdateRule]]] = {
        "several discriminator steps": lambda: [
            UpdateRule(discriminator_steps=m) for m in (2, 3, 4, 5)
        ],
        "heavy ball": lambda: [UpdateRule(momentum_d=mu_d, momentum_g=mu_g)],
        "Nesterov": lambda: [UpdateRule(Optimiser.NESTEROV, mu_d, mu_g)],
        "optimistic": lambda: [UpdateRule(Optimiser.OPTIMISTIC)],
        "extragradient": lambda: [UpdateRule(Optimiser.EXTRAGRADIENT)],
        "consensus": lambda: [UpdateRule(consensus=consensus)],
        "gradient penalty": lambda: [UpdateRule(gradient_penalty=penalty)],
    }
    return by_kind[kind]()


KINDS = (
    "several discriminator steps",
    "heavy ball",
    "Nesterov",
    "optimistic",
    "extragradient",
    "consensus",
    "gradient penalty",
)


def rule_trials(
    kinds: tuple[str, ...] = KINDS,
    *,
    rows: int | None = None,
    count: int = 1000,
    steps: int = 600,
    seed: int = 21,
) -> pd.DataFrame:
    """Hold theory against simulation for each kind of rule on ``count`` random settings.

    Momenta are drawn from -0.9 to 0.9 for each player, discriminator steps are 2 to 5, consensus
    and penalty a few hundredths to three times what decay does. Returns, for each kind and
    setting, or for the first ``rows`` settings, what `trial` finds.
    """
    tables = []
    settings = random_settings(count, seed=seed)
    number = np.arange(count)
    for kind in kinds:
        rules = _drawn(kind, settings, np.random.default_rng([seed, KINDS.index(kind)]))
        for k, rule in enumerate(rules):
            at = number[(number % len(rules) == k) & (number < (rows or count))]
            tried = trial(settings.iloc[at], rule=rule.at(at), steps=steps, displacement=1e-7)
            tables.append(tried.assign(kind=kind))
    names = ["kind", "predicted", "simulated", "rate_predicted", "rate_simulated"]
    found = pd.concat(tables)[names].reset_index(names="setting")
    return found.sort_values(["kind", "setting"], ignore_index=True)


@cache
def load_rule_trials() -> pd.DataFrame:
    """The chapter's `rule_trials`, as they were computed once."""
    return pd.read_parquet(TRIALS)


def agreement(trials: pd.DataFrame) -> pd.DataFrame:
    """For each kind: share of regimes that theory named, and the largest error of a rate.

    The error is relative, over the settings that are stable in theory and in simulation.
    """
    rows = {}
    for kind, some in trials.groupby("kind", sort=False):
        right = some["predicted"] == some["simulated"]
        stable = some[right & some["predicted"].isin(["monotone", "oscillating"])]
        error = (stable["rate_simulated"] / stable["rate_predicted"] - 1).abs()
        rows[kind] = {
            "settings": len(some),
            "same regime": right.mean(),
            "stable": len(stable),
            "largest error of the rate": error.max(),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


# -- what each trick does in the model -------------------------------------------------------------


def rates(strengths: Floats, update: str = "alternating") -> pd.DataFrame:
    """Factor per step of a matched point, by theory: a row for each rule, a column for each G."""
    at: dict[str, Any] = {
        "p": 1.0, "q": 1.0, "sigma": 1.0, "lr_d": A, "lr_g": strengths * A, "decay": 1.0,
    }  # fmt: skip
    found = {name: stability(**at, update=update, rule=rule).rate for name, rule in RULES.items()}
    return pd.DataFrame.from_dict(found, orient="index", columns=list(strengths))


GRID = np.geomspace(0.2, 1000, 140)
SHIFT = np.array([1e-4, 3e-5])  # of a pair, in widths: both its modes, together and apart
FREE = 60.0  # the largest G at which a pair is looked at


def _first(broken: Any) -> float:
    """The G at which something first breaks, halfway to the one before; infinite if at none."""
    if not broken.any():
        return float("inf")
    k = int(np.argmax(broken))
    return float(GRID[0] if k == 0 else np.sqrt(GRID[k - 1] * GRID[k]))


def _limits(at: tuple[str, str]) -> dict[str, Any]:
    name, update = at
    rule, lr_g = RULES[name], GRID * A
    fixed: dict[str, Any] = {"sigma": 1.0, "lr_d": A, "decay": 1.0, "update": update, "rule": rule}
    matched = stability(p=1.0, q=1.0, lr_g=lr_g, **fixed).regime == "diverging"
    lone = stability(p=0.0, q=1.0, lr_g=lr_g, **fixed).regime == "diverging"
    rest = float(collapse_radius(2, 2.0, 1.0)) * np.array([-1.0, 1.0])
    pair = simulate(
        [0.0], rest + SHIFT, true_mass=1.0, generated_mass=1.0, lr_g=lr_g[GRID < FREE],
        warm_up=np.inf, steps=1000, show=False, **fixed,
    )  # fmt: skip
    moved = np.abs(pair.generated[..., 0] - rest).max(axis=2)
    early, late = moved[:, 100:300].max(axis=1), moved[:, 800:].max(axis=1)
    lost = ~(late < np.maximum(early, 1e-7))
    return {
        "trick": name, "update": update, "matched": _first(matched), "pair": _first(lost),
        "lone": _first(lone),
    }  # fmt: skip


def limits(
    tricks: tuple[str, ...] = tuple(RULES),
    *,
    orders: tuple[str, ...] = ORDERS,
    workers: int | None = None,
) -> pd.DataFrame:
    """The G up to which each trick keeps a matched point, a collapsed pair and a lone point.

    Matched and lone points by theory; the pair by simulations of 1,000 steps that begin a
    ten-thousandth of a width from its rest, by whether they are farther from it in the last 200
    steps than they were from the 100th to the 300th. All on a grid whose values differ by 6%, for
    the pair up to G = 60.
    """
    todo = [(name, update) for name in tricks for update in orders]
    done = in_parallel(_limits, todo, desc="Limits", unit="rule", workers=workers)
    return pd.DataFrame(done)


@cache
def load_limits() -> pd.DataFrame:
    """The chapter's `limits`, as they were computed once."""
    return pd.read_parquet(LIMITS)


# -- neural GANs -----------------------------------------------------------------------------------


@cache
def load_tricks() -> pd.DataFrame:
    """The chapter's neural GANs, as they were trained once; see `train_tricks`."""
    return pd.read_parquet(NETWORKS)


def coverage_by_trick(runs: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Mean coverage of each trick and order of play, and its difference to no trick.

    Both with 95% bootstrap intervals over seeds; the difference is of the same seeds.
    """
    rows = []
    plain = {
        str(update): some[some["trick"] == "plain"].set_index("seed")["coverage"]
        for update, some in runs.groupby("update")
    }
    for (name, update), some in runs.groupby(["trick", "update"], sort=False):
        cover = some.set_index("seed")["coverage"]
        gain = (cover - plain[str(update)]).to_numpy(float)
        mean = bootstrap(np.mean, cover.to_numpy(float), method="percentile", seed=seed)
        row = {"trick": name, "update": update, "coverage": mean.value, "low": mean.low,
               "high": mean.high, "diverged": some["diverged"].mean(), "gain": gain.mean(),
               "gain_low": 0.0, "gain_high": 0.0}  # fmt: skip
        if name != "plain" and np.ptp(gain) > 0:
            by = bootstrap(np.mean, gain, method="percentile", seed=seed)
            row |= {"gain_low": by.low, "gain_high": by.high}
        elif name != "plain":
            row |= {"gain_low": gain.mean(), "gain_high": gain.mean()}
        rows.append(row)
    return pd.DataFrame(rows)


def verdicts(
    coverage: pd.DataFrame, kept: pd.DataFrame, update: str = "simultaneous"
) -> pd.DataFrame:
    """Hold what theory predicts for each rule against the change of coverage of neural GANs.

    A rule that moves the end of stability to larger G is predicted to help, one that moves it to
    smaller G to harm; within the 6% of the grid of `limits` neither. The prediction survives where
    the 95% interval of the change lies on its side of 0, and fails where it lies elsewhere.
    """
    end = kept[kept["update"] == update].set_index("trick")["matched"]
    columns = ["gain", "gain_low", "gain_high"]
    found = coverage[coverage["update"] == update].set_index("trick")[columns].T.to_dict("list")
    rows = []
    for name in RULES:
        if name == "plain":
            continue
        ratio, (gain, low, high) = float(end[name] / end["plain"]), found[name]
        side = 0 if abs(np.log(ratio)) < 0.06 else int(np.sign(np.log(ratio)))
        sign = int(low > 0) - int(high < 0)
        verdict = "not decided"
        if sign:
            verdict = "survives" if sign == side else "fails"
        rows.append(
            {
                "trick": name,
                "limit, times plain": ratio,
                "predicted": {1: "helps", -1: "harms", 0: "neither"}[side],
                "change of coverage": gain,
                "from": low,
                "to": high,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Compute all three studies and keep them."""
    rule_trials().to_parquet(TRIALS, index=False, compression="zstd")
    limits().to_parquet(LIMITS, index=False, compression="zstd")
    train_tricks().to_parquet(NETWORKS, index=False, compression="zstd")


if __name__ == "__main__":
    main()
