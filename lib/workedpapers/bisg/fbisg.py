r"""Fully Bayesian BISG: the Census counts of small places are not the truth about them.

In a precinct where the Census counted nobody of a group, plain BISG rules the group out. Here
the counts :math:`N_{gr}` are an observation of the shares :math:`\pi_g` of the place, and so are
the people of the data at hand:

.. math:: \pi_g \sim \mathrm{Dirichlet}(1, \dots, 1), \quad
    N_g \sim \mathrm{Multinomial}(\pi_g), \quad
    r_i \sim \pi_{g_i}, \quad \text{names}_i \sim P(\text{names} \mid r_i).

Two Gibbs samplers have the posterior of the :math:`r_i` as their limit. The *collapsed* one
integrates over :math:`\pi_g` and draws one person after the other,

.. math:: P(r_i = r \mid \text{rest}) \propto (n_{gr}^{-i} + N_{gr} + 1) \, P(\text{names}_i
    \mid r),

with :math:`n_{gr}^{-i}` the other people of the place now assigned to r; places do not depend on
one another, so the k-th person of every place is drawn at once. The *blocked* one draws
:math:`\pi_g` from its Dirichlet and then everybody at once: faster where places hold many people
of the data.

Source: Imai, Olivella and Rosenman 2022, doi:10.1126/sciadv.adc9824, arXiv 2205.06129.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workedpapers.bisg.cells import Floats
from workedpapers.bisg.matching import AREA_MATCHED, match_areas, match_names, matched
from workedpapers.bisg.prediction import check_request, column_of
from workedpapers.bisg.settings import GeographyArgument, NamesArgument, Plan, plan
from workedpapers.checks import one_of, positive_int
from workedpapers.progress import progress as bar

Ints = NDArray[np.intp]
_COLLAPSED_UP_TO = 200  # people of the data in one place


@dataclass(frozen=True)
class FBISG:
    """Result of `fit_fbisg`.

    Parameters
    ----------
    posterior : data frame with the index of the data and one column for each group; rows that
        sum to 1, NaN where there is no evidence at all.
    rhat : Series by group: split R-hat of the number of people in the group; near 1 if the
        chains agree.
    ess : Series by group: effective sample size of the same number, over all chains.
    standard_error : largest Monte Carlo standard error of any probability, from the spread of
        the chains; NaN with one chain.
    method : ``"collapsed"`` or ``"blocked"``.
    draws, chains : number of draws kept by each chain, and number of chains.
    reference_population : the people described by the geography.
    """

    posterior: pd.DataFrame
    rhat: pd.Series
    ess: pd.Series
    standard_error: float
    method: str
    draws: int
    chains: int
    reference_population: str


def fit_fbisg(
    frame: pd.DataFrame,
    *,
    geo: str,
    surname: str | None = None,
    first: str | None = None,
    middle: str | None = None,
    names: NamesArgument = "rosenman",
    geography: GeographyArgument = "zcta2010",
    categories: str = "five",
    smoothing: float = 1.0,
    draws: int = 500,
    warmup: int = 100,
    chains: int = 4,
    seed: int = 0,
    method: str = "auto",
    progress: bool = True,
) -> FBISG:
    """P(race | names, place), with the Census counts of the place taken as uncertain.

    Unlike `predict`, a person's answer depends on the other people of the data in the same
    place; that is the point of the model. It does not depend on people in other places, except
    through the random numbers.

    Parameters
    ----------
    frame, geo, surname, first, middle, names, geography, categories : as in `predict`; `geo` and
        at least one name are needed.
    smoothing : people added to every name, as in `predict`; places are smoothed by the model.
    draws, warmup, chains : draws kept and thrown away by each chain, and number of chains.
    seed : seed of the generators; the same seed gives the same result.
    method : ``"collapsed"``, ``"blocked"``, or ``"auto"``: collapsed if no place holds more
        than 200 people of the data.
    progress : whether to show a progress bar if it takes more than three seconds.

    Raises
    ------
    ValueError, TypeError : as `predict`; also for draws, chains or a method out of range.
    """
    draws, warmup = positive_int(draws, "draws", least=4), positive_int(warmup, "warmup", least=0)
    chains = positive_int(chains, "chains")
    one_of(method, "method", ("auto", "collapsed", "blocked"))
    given = {"surname": surname, "first": first, "middle": middle}
    columns = {key: value for key, value in given.items() if value is not None}
    check_request(frame, columns)
    columns["geo"] = geo
    series = {key: column_of(frame, key, value) for key, value in columns.items()}
    made = plan(tuple(columns), True, names, geography, None, categories, smoothing)
    likelihood, area, named = _evidence(series, made)
    world = _World.of(likelihood, area, made)
    if method == "auto":
        method = "collapsed" if world.fullest <= _COLLAPSED_UP_TO else "blocked"
    sums = np.zeros((chains, *likelihood.shape))
    totals = np.zeros((chains, draws, likelihood.shape[1]))
    sampler = _collapsed if method == "collapsed" else _blocked
    sweeps = (
        (chain, step, *drawn)
        for chain, stream in enumerate(np.random.SeedSequence(seed).spawn(chains))
        for step, drawn in zip(
            range(warmup + draws), sampler(world, np.random.default_rng(stream)), strict=False
        )
    )
    number = chains * (warmup + draws)
    for chain, step, conditional, count in bar(
        sweeps, total=number, desc="fBISG", unit="sweep", show=progress
    ):
        if step >= warmup:
            sums[chain] += conditional
            totals[chain, step - warmup] = count
    means = sums / draws
    posterior = means.mean(axis=0)
    posterior /= posterior.sum(axis=1, keepdims=True)
    posterior[~named & (area == len(made.geography or []))] = np.nan
    error = float("nan")
    if chains > 1 and len(frame):
        error = float(means.std(axis=0, ddof=1).max() / np.sqrt(chains))
    groups = list(made.groups)
    return FBISG(
        posterior=pd.DataFrame(posterior, index=frame.index, columns=groups),
        rhat=pd.Series([split_rhat(totals[:, :, j]) for j in range(len(groups))], groups),
        ess=pd.Series([effective_size(totals[:, :, j]) for j in range(len(groups))], groups),
        standard_error=error,
        method=method,
        draws=draws,
        chains=chains,
        reference_population=made.reference,
    )


def _evidence(series: dict[str, pd.Series], made: Plan) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """P(names | race) up to a factor per person; row of the place; whether any name was found."""
    n = len(series["geo"])
    likelihood = np.ones((n, len(made.groups)))
    named = np.zeros(n, dtype=bool)
    for kind, table, factor in zip(made.kinds, made.tables, made.factors, strict=False):
        rows, how = match_names(series[kind], table)
        likelihood *= factor[rows]
        named |= matched(how)
    if made.geography is None:
        raise ValueError("geo: a place is needed")
    area, fate = match_areas(series["geo"], made.geography)
    area[fate != AREA_MATCHED] = len(made.geography)
    return likelihood, area, named


@dataclass(frozen=True)
class _World:
    """People sorted into the places that occur.

    Parameters
    ----------
    likelihood : shape (n, k).
    place : shape (n,), which of the places that occur; -1 for those without a known place, for
        whom the shares of the whole population are the prior and teach nothing.
    counts : shape (places, k), Census counts plus one.
    prior : shape (k,).
    """

    likelihood: Floats
    place: Ints
    counts: Floats
    prior: Floats

    @classmethod
    def of(cls, likelihood: Floats, area: Ints, made: Plan) -> _World:
        geography = made.geography
        if geography is None:
            raise ValueError("geo: a place is needed")
        known = area < len(geography)
        used, position = np.unique(area[known], return_inverse=True)
        place = np.full(len(area), -1, dtype=np.intp)
        place[known] = position
        shares = geography.probabilities(made.groups)[used]
        return cls(likelihood, place, shares * geography.residents[used, None] + 1, made.prior)

    @property
    def fullest(self) -> int:
        known = self.place[self.place >= 0]
        return int(np.bincount(known).max()) if len(known) else 0


def _choose(weight: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Normalise the rows and draw a group from each."""
    total = weight.sum(axis=1, keepdims=True)
    if not (total > 0).all():
        raise ValueError("smoothing: names contradict one another; give smoothing above 0")
    p = weight / total
    z = (rng.random(len(p))[:, None] > np.cumsum(p, axis=1)).sum(axis=1)
    return p, np.minimum(z, p.shape[1] - 1)


def _tally(place: Ints, z: Ints, shape: tuple[int, ...]) -> Floats:
    cells = place * shape[1] + z
    return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _blocked(world: _World, rng: np.random.Generator) -> Iterator[tuple[Floats, Floats]]:
    """Draw the shares of every place given the people, then the people given the shares."""
    known = world.place >= 0
    k = world.likelihood.shape[1]
    weight = np.empty_like(world.likelihood)
    weight[~known] = world.likelihood[~known] * world.prior
    shares = world.counts
    while True:
        weight[known] = world.likelihood[known] * shares[world.place[known]]
        p, z = _choose(weight, rng)
        yield p, np.bincount(z, minlength=k).astype(float)
        n = _tally(world.place[known], z[known], world.counts.shape)
        shares = rng.standard_gamma(world.counts + n)
        shares /= shares.sum(axis=1, keepdims=True)


def _collapsed(world: _World, rng: np.random.Generator) -> Iterator[tuple[Floats, Floats]]:
    """Draw the first person of every place, then the second, and so on."""
    known = np.flatnonzero(world.place >= 0)
    k = world.likelihood.shape[1]
    order = known[np.argsort(world.place[known], kind="stable")]
    place = world.place[order]
    rank = np.arange(len(order)) - np.searchsorted(place, place)  # 0 for the first of a place
    turns = [order[rank == turn] for turn in range(world.fullest)]
    start = np.empty_like(world.likelihood)
    start[:] = world.likelihood * world.prior
    start[known] = world.likelihood[known] * world.counts[world.place[known]]
    p, z = _choose(start, rng)
    alone = world.place < 0
    n = world.counts + _tally(world.place[known], z[known], world.counts.shape)
    while True:
        for who in turns:
            where = world.place[who]
            n[where, z[who]] -= 1
            p[who], z[who] = _choose(n[where] * world.likelihood[who], rng)
            n[where, z[who]] += 1
        if alone.any():
            p[alone], z[alone] = _choose(start[alone], rng)
        yield p, np.bincount(z, minlength=k).astype(float)


def split_rhat(draws: Floats) -> float:
    """Split R-hat: chains are halved; variance between the halves is set against that within.

    Parameters
    ----------
    draws : array, shape (chains, draws).

    Returns
    -------
    At least about 1; 1 for a quantity that does not vary.

    Source: Gelman et al., Bayesian Data Analysis, 3rd edition (2013), section 11.4.
    """
    half = draws.shape[1] // 2
    parts = np.concatenate([draws[:, :half], draws[:, -half:]])
    within = parts.var(axis=1, ddof=1).mean()
    between = half * parts.mean(axis=1).var(ddof=1)
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt((within * (half - 1) / half + between / half) / within))


def effective_size(draws: Floats) -> float:
    """Effective sample size from autocorrelations, cut by Geyer's initial positive sequence.

    Parameters
    ----------
    draws : array, shape (chains, draws).

    Returns
    -------
    At most chains times draws times the log10 of that; the number of draws for a quantity that
    does not vary.

    Source: Bayesian Data Analysis, 3rd edition, section 11.5; Geyer 1992,
    doi:10.1214/ss/1177011137.
    """
    chains, n = draws.shape
    total = chains * n
    centred = draws - draws.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(centred, 2 * n, axis=1)) ** 2
    covariance = np.fft.irfft(spectrum, axis=1)[:, :n].mean(axis=0) / n
    within = covariance[0] * n / (n - 1)
    variance = covariance[0] + (draws.mean(axis=1).var(ddof=1) if chains > 1 else 0.0)
    if variance == 0:
        return float(total)
    rho = 1 - (within - covariance * n / (n - 1)) / variance
    rho[0] = 1.0
    pairs = rho[: n - n % 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    pairs = pairs[: negative[0]] if len(negative) else pairs
    time = 2 * float(np.minimum.accumulate(pairs).sum()) - 1
    return float(min(total / max(time, 1e-12), total * np.log10(total)))
