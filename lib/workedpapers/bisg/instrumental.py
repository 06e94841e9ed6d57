r"""Differences between groups, with names as the instrument (BIRDiE).

The weighted estimator of `workedpapers.bisg.disparity` supposes that people with the same names and
place fare alike, whatever their group. BIRDiE supposes instead that people of the same *group* (and
stratum, if there are strata) fare alike, whatever their *name*:

.. math:: Y_i \mid r_i, x_i \sim \mathrm{Categorical}(\theta_{r_i x_i}), \qquad
    r_i \sim \mathrm{Categorical}(p_i), \qquad \theta_{rx} \sim \mathrm{Dirichlet}(\alpha_r),

with the probabilities :math:`p_i` of race given names and place. The name then works as an
instrument: it tells of the group, and of the outcome through the group alone. Given the outcome,
race has the probability

.. math:: P(r_i = r \mid Y_i, \theta) \propto p_{ir} \, \theta_{r x_i Y_i} .

Which of the two suppositions holds cannot be seen in the data.

Source: McCartan, Fisher, Goldin, Ho and Imai 2025, doi:10.1080/01621459.2025.2526695 (arXiv
2303.02580).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cells import columns_of, kind_of
from workedpapers.bisg.convergence import split_rhat
from workedpapers.checks import Floats, one_of, positive, positive_int, probability
from workedpapers.progress import progress_bar as bar

Ints = NDArray[np.intp]
_STEPS, _TOLERANCE = 10_000, 1e-8


@dataclass(frozen=True)
class Birdie:
    """Result of `birdie`.

    Parameters
    ----------
    estimates : DataFrame
        Columns group, outcome, value, low, high: the share of the group that has the outcome.
    strata : DataFrame
        The same in each stratum, with a column stratum; one stratum if none were given.
    posterior : DataFrame
        P(race | names, place, outcome) of each person, columns of the groups.
    rhat : float
        Largest split R-hat of the shares over the chains; NaN for ``"em"``.
    method : {"gibbs", "em"}
        How it was computed.

    See Also
    --------
    birdie : Makes it.

    Notes
    -----
    McCartan et al. 2025; the chapter, section "What the method can and cannot support".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> proba = pd.DataFrame([[0.9, 0.1, 0, 0, 0], [0.1, 0.9, 0, 0, 0]] * 50,
    ...                      columns=list(bisg.FIVE))
    >>> fit = bisg.birdie(proba, ["no", "yes"] * 50, method="em")
    >>> fit.estimates.columns.tolist()
    ['group', 'outcome', 'value', 'low', 'high']
    """

    estimates: pd.DataFrame
    strata: pd.DataFrame
    posterior: pd.DataFrame
    rhat: float
    method: str


def birdie(
    proba: pd.DataFrame,
    outcome: pd.Series | Sequence[object] | NDArray[np.generic],
    *,
    by: pd.Series | Sequence[object] | NDArray[np.generic] | None = None,
    prior: float | None = None,
    method: str = "gibbs",
    draws: int = 1000,
    warmup: int = 200,
    chains: int = 2,
    confidence: float = 0.95,
    seed: int = 0,
    progress: bool = True,
) -> Birdie:
    r"""Share of each group that has each outcome, by Bayesian instrumental regression.

    Parameters
    ----------
    proba : DataFrame
        Result of `predict`, from names and place; rows that abstain are left out.
    outcome : Series or sequence
        A category for each row of `proba`; a Series must have its index.
    by : Series or sequence, optional
        A stratum for each row, such as the county: shares then differ from stratum to stratum,
        and the estimates add the strata up. Default: one stratum.
    prior : float, optional
        Weight of the Dirichlet prior for each outcome and group. Default: the shares that the
        weighted estimator finds, with the weight of one person in each group (for ``"em"`` one
        more in each cell, so that the maximum lies inside).
    method : {"gibbs", "em"}
        Draws from the posterior, which give intervals; or its maximum alone, in a moment.
    draws, warmup, chains : int
        Draws kept and thrown away by each chain, and number of chains.
    confidence : float
        Posterior probability of the intervals.
    seed : int
        Seed of the generators.
    progress : bool
        Whether to show a progress bar if it takes more than three seconds.

    Returns
    -------
    Birdie
        Estimates with intervals (NaN for ``"em"``).

    Raises
    ------
    ValueError
        Lengths or indexes that differ, a missing outcome, fewer than two outcomes, no row with an
        answer, a bad option.
    TypeError
        If `proba` is no data frame, or an option has another type.

    See Also
    --------
    weighted_means : The other assumption: those with the same names and place fare alike.

    Notes
    -----
    .. math:: \theta_{rx} \mid z \sim \mathrm{Dirichlet}(\alpha_r + n_{rx}), \qquad
        P(z_i = r \mid \theta) \propto p_{ir} \, \theta_{r x_i Y_i},

    alternately, with the number :math:`n_{rxy}` of people assigned to r in stratum x who have the
    outcome y. The intervals allow for chance and for the unknown groups, not for probabilities
    that are wrong, nor for names that tell of the outcome in other ways. McCartan et al. 2025;
    the chapter, section "What the method can and cannot support".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> people = bisg.simulate_people(3000, seed=0)
    >>> voted = (people["race"] == "black").map({True: "yes", False: "no"})
    >>> proba = bisg.predict(people, surname="surname", geo="area", names="census2010")
    >>> fit = bisg.birdie(proba, voted, draws=200)
    >>> fit.estimates.query("group == 'black' and outcome == 'yes'")["value"].item() > 0.9
    True
    """
    one_of(method, "method", ("gibbs", "em"))
    draws, warmup = positive_int(draws, "draws", least=4), positive_int(warmup, "warmup", least=0)
    chains = positive_int(chains, "chains")
    tail = (1 - probability(confidence, "confidence", open_interval=True)) / 2
    people = _People.of(proba, outcome, by)
    alpha = people.prior(prior, method)
    k, strata, levels = people.shape
    if method == "em":
        theta = _maximum(people, alpha)
        share, weight = people.posterior(theta), np.ones((1, 1))
        weight = _sum_by(people.x, share, strata)
        value = _overall(theta, weight)
        nothing = np.full_like(value, np.nan)
        return people.result(value, nothing, nothing, theta, None, share, float("nan"), method)
    kept = np.empty((chains, draws, k, strata, levels))
    overall = np.empty((chains, draws, k, levels))
    share = np.zeros((people.n, k))
    sweeps = (
        (chain, step, *drawn)
        for chain, stream in enumerate(np.random.SeedSequence(seed).spawn(chains))
        for step, drawn in zip(
            range(warmup + draws), _gibbs(people, alpha, np.random.default_rng(stream)),
            strict=False,
        )
    )  # fmt: skip
    for chain, step, theta, conditional, members in bar(
        sweeps, total=chains * (warmup + draws), desc="BIRDiE", unit="sweep", show=progress
    ):
        if step >= warmup:
            kept[chain, step - warmup] = theta
            overall[chain, step - warmup] = _overall(theta, members)
            share += conditional
    share /= chains * draws
    low, high = np.quantile(overall.reshape(-1, k, levels), [tail, 1 - tail], axis=0)
    cells = np.quantile(kept.reshape(-1, k, strata, levels), [tail, 1 - tail], axis=0)
    rhat = max(
        split_rhat(overall[:, :, group, level]) for group in range(k) for level in range(levels)
    )
    return people.result(
        overall.mean(axis=(0, 1)), low, high, kept.mean(axis=(0, 1)), cells, share, rhat, method
    )


@dataclass(frozen=True)
class _People:
    """The rows that count, as numbers.

    Parameters
    ----------
    p : array of shape (n, k)
        P(race | names, place).
    y, x : array of shape (n,)
        Number of the outcome and of the stratum.
    groups, outcomes, strata : sequence
        Their labels.
    index : Index
        Labels of the rows.
    """

    p: Floats
    y: Ints
    x: Ints
    groups: tuple[str, ...]
    outcomes: list[object]
    strata: list[object]
    index: pd.Index

    @classmethod
    def of(cls, proba: object, outcome: object, by: object) -> _People:
        if not isinstance(proba, pd.DataFrame):
            raise TypeError(f"proba: expected a DataFrame, got {kind_of(proba)}")
        groups = columns_of(proba, "proba")
        p = proba[list(groups)].to_numpy(dtype=float)
        answered = ~np.isnan(p).any(axis=1)
        if not answered.any():
            raise ValueError("proba: expected a row with an answer, got only rows that abstain")
        y, outcomes = _labels(outcome, proba, "outcome", answered)
        if len(outcomes) < 2:
            raise ValueError(f"outcome: expected at least two outcomes, got {outcomes}")
        x = np.zeros(int(answered.sum()), dtype=np.intp)
        strata: list[object] = ["all"]
        if by is not None:
            x, strata = _labels(by, proba, "by", answered)
        return cls(p[answered], y, x, groups, outcomes, strata, proba.index[answered])

    @property
    def n(self) -> int:
        return len(self.p)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of groups, strata and outcomes."""
        return len(self.groups), len(self.strata), len(self.outcomes)

    def prior(self, weight: float | None, method: str) -> Floats:
        """Weights of the Dirichlet priors, shape (k, outcomes)."""
        k, _, levels = self.shape
        if weight is not None:
            return np.full((k, levels), positive(weight, "prior"))
        # sum_i p_ir 1[Y_i = y] / sum_i p_ir, one person with these shares in each group
        counts = _sum_by(self.y, self.p, levels).T
        shares: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
        return shares + 1 if method == "em" else shares

    def posterior(self, theta: Floats) -> Floats:
        """P(r | names, place, outcome), shape (n, k)."""
        # p_ir theta_{r x_i Y_i}, normalised
        weight: Floats = self.p * theta[:, self.x, self.y].T
        weight /= weight.sum(axis=1, keepdims=True)
        return weight

    def counts(self, share: Floats) -> Floats:
        """Number of people by group, stratum and outcome, shape (k, strata, outcomes)."""
        _, strata, levels = self.shape
        cells = _sum_by(self.x * levels + self.y, share, strata * levels)
        return cells.T.reshape(-1, strata, levels)

    def result(
        self, value: Floats, low: Floats, high: Floats, theta: Floats, ends: Floats | None,
        share: Floats, rhat: float, method: str,
    ) -> Birdie:  # fmt: skip
        """Put everything into tables."""
        estimates = pd.DataFrame(
            [
                (group, outcome, value[j, i], low[j, i], high[j, i])
                for j, group in enumerate(self.groups)
                for i, outcome in enumerate(self.outcomes)
            ],
            columns=["group", "outcome", "value", "low", "high"],
        )
        nothing = np.full_like(theta, np.nan)
        floor, ceiling = (nothing, nothing) if ends is None else ends
        strata = pd.DataFrame(
            [
                (stratum, group, outcome, theta[j, s, i], floor[j, s, i], ceiling[j, s, i])
                for s, stratum in enumerate(self.strata)
                for j, group in enumerate(self.groups)
                for i, outcome in enumerate(self.outcomes)
            ],
            columns=["stratum", "group", "outcome", "value", "low", "high"],
        )
        posterior = pd.DataFrame(share, index=self.index, columns=list(self.groups))
        return Birdie(estimates, strata, posterior, rhat, method)


def _labels(
    values: object, proba: pd.DataFrame, what: str, answered: NDArray[np.bool_]
) -> tuple[Ints, list[object]]:
    """Check that there is a label for each row, and number them."""
    if isinstance(values, pd.Series):
        if not values.index.equals(proba.index):
            raise ValueError(f"{what}: expected the index of proba, got another index")
        values = values.to_numpy()
    labels = pd.Series(values)
    if len(labels) != len(proba):
        raise ValueError(f"{what}: expected {len(proba)} rows as proba has, got {len(labels)}")
    codes, names = pd.factorize(labels[answered], sort=True)
    if (codes < 0).any():
        raise ValueError(
            f"{what}: expected a value in every row, got {int((codes < 0).sum())} missing"
        )
    return codes.astype(np.intp), list(names)


def _sum_by(label: Ints, values: Floats, number: int) -> Floats:
    """Sum the rows of `values` by label, shape (number, k)."""
    columns = [np.bincount(label, weights=column, minlength=number) for column in values.T]
    return np.stack(columns, axis=1)


def _overall(theta: Floats, members: Floats) -> Floats:
    """Shares of the groups over all strata, shape (k, outcomes).

    `members` has the number of people by stratum and group, shape (strata, k).
    """
    # sum_x n_rx theta_rxy / sum_x n_rx
    weight = np.maximum(members, 1e-12)
    weight = weight / weight.sum(axis=0)
    shares: Floats = np.einsum("xr,rxy->ry", weight, theta)
    return shares


def _maximum(people: _People, alpha: Floats) -> Floats:
    """Find the most probable shares by EM, shape (k, strata, outcomes)."""
    theta = _normalised(people.counts(people.p) + alpha[:, None, :])
    for _ in range(_STEPS):
        # n_rxy = sum of P(r | ...) over the people of x with y; theta = (n + alpha - 1) / ...
        expected = people.counts(people.posterior(theta))
        new = _normalised(np.maximum(expected + alpha[:, None, :] - 1, 1e-12))
        change = float(np.abs(new - theta).max())
        theta = new
        if change < _TOLERANCE:
            break
    return theta


def _normalised(cells: Floats) -> Floats:
    shares: Floats = cells / cells.sum(axis=-1, keepdims=True)
    return shares


def _gibbs(
    people: _People, alpha: Floats, rng: np.random.Generator
) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Draw the groups given the shares, then the shares given the groups.

    Gives the shares, P(r | names, place, outcome) under them, and the members of each group by
    stratum.
    """
    k, strata, levels = people.shape
    theta = _normalised(people.counts(people.p) + alpha[:, None, :])
    while True:
        # z_i ~ p_ir theta_{r x_i Y_i}
        share = people.posterior(theta)
        below = np.cumsum(share, axis=1)
        z = (rng.random(people.n)[:, None] > below[:, :-1]).sum(axis=1)
        cell = (z * strata + people.x) * levels + people.y
        n = np.bincount(cell, minlength=k * strata * levels).reshape(k, strata, levels)
        # theta_rx ~ Dirichlet(alpha_r + n_rx)
        gamma = rng.standard_gamma(alpha[:, None, :] + n)
        theta = _normalised(np.maximum(gamma, 1e-300))
        yield theta, share, n.sum(axis=2).T.astype(float)
