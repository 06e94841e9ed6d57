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

from workedpapers.bisg.convergence import effective_size, split_rhat
from workedpapers.bisg.evidence import Evidence, columns_asked, columns_in
from workedpapers.bisg.geography import Geography
from workedpapers.bisg.settings import GeographyArgument, NamesArgument, PredictionSettings
from workedpapers.checks import Floats, one_of, positive_int
from workedpapers.progress import progress_bar as bar

Ints = NDArray[np.intp]
_COLLAPSED_UP_TO = 200  # people of the data in one place


@dataclass(frozen=True)
class FBISG:
    """Result of `fit_fbisg`.

    Parameters
    ----------
    posterior : DataFrame
        The index of the data and one column for each group; rows that sum to 1, NaN where there
        is no evidence at all.
    rhat : Series
        Split R-hat of the number of people in each group; near 1 if the chains agree.
    ess : Series
        Effective sample size of the same number, over all chains.
    standard_error : float
        Largest Monte Carlo standard error of any probability, from the spread of the chains; NaN
        with one chain.
    method : {"collapsed", "blocked"}
        The sampler.
    draws, chains : int
        Number of draws kept by each chain, and number of chains.
    reference_population : str
        The people described by the geography.

    See Also
    --------
    fit_fbisg : Makes it.

    Notes
    -----
    Imai, Olivella and Rosenman 2022; the chapter, section "Small places".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> people = bisg.simulate_people(200, seed=0)
    >>> fit = bisg.fit_fbisg(people, surname="surname", geo="area", draws=100, chains=2)
    >>> fit.method, bool((fit.rhat < 1.2).all())
    ('collapsed', True)
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
    placeholders: str = "use",
    unlisted: str = "ignore",
    draws: int = 500,
    warmup: int = 100,
    chains: int = 4,
    seed: int = 0,
    method: str = "auto",
    progress: bool = True,
) -> FBISG:
    r"""P(race | names, place), with the Census counts of the place taken as uncertain.

    Unlike `predict`, a person's answer depends on the other people of the data in the same
    place; that is the point of the model. It does not depend on people in other places, except
    through the random numbers.

    Parameters
    ----------
    frame : DataFrame
        One person per row.
    geo, surname, first, middle : str
        Columns of the frame; `geo` and at least one name are needed.
    names : str, NameTable, DataFrame, Path or mapping
        As in `predict`.
    geography : str, Geography, DataFrame or Path
        As in `predict`.
    categories : {"five", "census6"}
        As in `predict`.
    smoothing : float
        People added to every name, as in `predict`; places are smoothed by the model.
    placeholders, unlisted : str
        As in `predict`.
    draws, warmup, chains : int
        Draws kept and thrown away by each chain, and number of chains.
    seed : int
        Seed of the generators; the same seed gives the same result.
    method : {"auto", "collapsed", "blocked"}
        ``"auto"`` is collapsed if no place holds more than 200 people of the data.
    progress : bool
        Whether to show a progress bar if it takes more than three seconds.

    Returns
    -------
    FBISG
        Probabilities, and how well the chains agree.

    Raises
    ------
    ValueError
        As `predict`; also for draws, chains or a method out of range.
    TypeError
        As `predict`.

    See Also
    --------
    predict : Takes the counts for the truth.

    Notes
    -----
    .. math:: P(r_i = r \mid \text{rest}) \propto (n_{gr}^{-i} + N_{gr} + 1) \,
        P(\text{names}_i \mid r)

    with the Census counts N and the other people of the data in the place, n. Imai, Olivella and
    Rosenman 2022, doi:10.1126/sciadv.adc9824; the chapter, section "Small places".

    Examples
    --------
    >>> import pandas as pd
    >>> from workedpapers import bisg
    >>> block = pd.DataFrame({"area": ["1", "2"], "white": [3, 400], "black": [0, 90],
    ...                       "hispanic": [0, 60], "asian": [0, 30], "other": [0, 20]})
    >>> people = pd.DataFrame({"last": ["Washington", "Booker"], "block": "1"})
    >>> fit = bisg.fit_fbisg(people, surname="last", geo="block", draws=400, seed=0,
    ...                      geography=bisg.Geography.from_frame(block))
    >>> bool((fit.posterior["black"] > 0.2).all())  # the Census counted nobody
    True
    """
    draws, warmup = positive_int(draws, "draws", least=4), positive_int(warmup, "warmup", least=0)
    chains = positive_int(chains, "chains")
    one_of(method, "method", ("auto", "collapsed", "blocked"))
    columns = {**columns_asked(surname, first, middle, None), "geo": geo}
    series, index = columns_in(frame, columns)
    settings = PredictionSettings.checked(
        tuple(columns), True, names=names, geography=geography, categories=categories,
        smoothing=smoothing, placeholders=placeholders, unlisted=unlisted,
    )  # fmt: skip
    evidence = Evidence.of(series, settings)
    world = _World.of(evidence, settings)
    if method == "auto":
        method = "collapsed" if world.fullest <= _COLLAPSED_UP_TO else "blocked"
    k = len(settings.groups)
    sums = np.zeros((chains, evidence.n, k))
    totals = np.zeros((chains, draws, k))
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
    posterior[evidence.bits == 0] = np.nan
    error = float("nan")
    if chains > 1 and evidence.n:
        error = float(means.std(axis=0, ddof=1).max() / np.sqrt(chains))
    groups = list(settings.groups)
    return FBISG(
        posterior=pd.DataFrame(posterior, index=index, columns=groups),
        rhat=pd.Series([split_rhat(totals[:, :, j]) for j in range(k)], groups),
        ess=pd.Series([effective_size(totals[:, :, j]) for j in range(k)], groups),
        standard_error=error,
        method=method,
        draws=draws,
        chains=chains,
        reference_population=settings.reference,
    )


def _geography(settings: PredictionSettings) -> Geography:
    if settings.geography is None:
        raise ValueError("geo: expected a column of places, got none")
    return settings.geography


@dataclass(frozen=True)
class _World:
    """People sorted into the places that occur.

    Parameters
    ----------
    likelihood : array of shape (n, k)
        P(names | race) of each person, up to a factor.
    place : array of shape (n,)
        Which of the places that occur; -1 for those without a known place, for whom the shares of
        the whole population are the prior and teach nothing.
    counts : array of shape (places, k)
        Census counts plus one.
    prior : array of shape (k,)
        Shares of the groups in the reference population.
    """

    likelihood: Floats
    place: Ints
    counts: Floats
    prior: Floats

    @classmethod
    def of(cls, evidence: Evidence, settings: PredictionSettings) -> _World:
        geography = _geography(settings)
        *names, area = evidence.rows
        likelihood = np.ones((evidence.n, len(settings.groups)))
        for factor, rows in zip(settings.factors, names, strict=False):
            likelihood *= factor[rows]
        known = evidence.seen[-1]
        used, position = np.unique(area[known], return_inverse=True)
        place = np.full(evidence.n, -1, dtype=np.intp)
        place[known] = position
        shares = geography.probabilities(settings.groups)[used]
        # N_gr + 1
        counts = shares * geography.residents[used, None] + 1
        return cls(likelihood, place, counts, settings.prior)

    @property
    def fullest(self) -> int:
        known = self.place[self.place >= 0]
        return int(np.bincount(known).max()) if len(known) else 0


def _choose(weight: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Normalise the rows and draw a group from each."""
    total = weight.sum(axis=1, keepdims=True)
    if not (total > 0).all():
        raise ValueError(
            "smoothing: expected a number above 0 where names contradict one another, got 0"
        )
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
        # r_i | pi, names ~ pi_g(r) P(names_i | r)
        p, z = _choose(weight, rng)
        yield p, np.bincount(z, minlength=k).astype(float)
        # pi_g | r ~ Dirichlet(N_g + 1 + n_g)
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
            # (n_gr without i + N_gr + 1) P(names_i | r)
            n[where, z[who]] -= 1
            p[who], z[who] = _choose(n[where] * world.likelihood[who], rng)
            n[where, z[who]] += 1
        if alone.any():
            p[alone], z[alone] = _choose(start[alone], rng)
        yield p, np.bincount(z, minlength=k).astype(float)
