r"""The equations. No files, no data frames, no plots.

Notation: race :math:`r`, surname :math:`s`, first name :math:`f`, place :math:`g`. A name table
gives :math:`P(r \mid s)` in a population with shares :math:`\pi_S(r)`. The model assumes that
within a race, surname, first name and place are independent. Bayes' rule then gives

.. math:: P(r \mid s, f, g) \propto \pi(r) \cdot \frac{P(r \mid s)}{\pi_S(r)}
    \cdot \frac{P(r \mid f)}{\pi_F(r)} \cdot \frac{P(r \mid g)}{\pi_G(r)},

where :math:`\pi` are the shares in the population that the answer is about. Each fraction is a
likelihood up to a constant, since :math:`P(r \mid s) / \pi_S(r) = P(s \mid r) / P(s)`. It is
this form that lets tables from different populations meet: what is carried from one to another
is :math:`P(s \mid r)`, not :math:`P(r \mid s)`.

With :math:`\pi = \pi_G`, the default when there is a place, the last factor and the prior make
:math:`P(r \mid g)`. If names and places describe the same people, :math:`\pi_S = \pi_G`, and

.. math:: P(r \mid s, g) \propto P(r \mid s) P(g \mid r)

remains, which is the form of Elliott et al. (2009) and of surgeo. Multiplying
:math:`P(r \mid s) P(r \mid g)` instead counts the prior twice.

Sources: Elliott et al. 2009, doi:10.1007/s10742-009-0047-1 (BISG); Voicu 2018,
doi:10.1080/2330443X.2018.1427012 (first names); Imai and Khanna 2016, doi:10.1093/pan/mpw001.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def posterior(prior: ArrayLike, likelihoods: Sequence[ArrayLike]) -> Floats:
    r"""Bayes' rule under independence within race.

    .. math:: P(r \mid e_1, \dots) \propto \pi(r) \prod_k L_k(r)

    Parameters
    ----------
    prior : array, shape (..., k), shares of the groups, or any positive multiple.
    likelihoods : arrays, shape (..., k), each up to a factor per row.

    Returns
    -------
    Array, shape (..., k), rows that sum to 1; NaN where every product is zero.
    """
    product = np.array(prior, dtype=float)
    for likelihood in likelihoods:
        product = product * np.asarray(likelihood, dtype=float)
    total = product.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, product / total, np.nan)


def likelihood_ratio(p_race: ArrayLike, marginal: ArrayLike) -> Floats:
    r"""What an observation says about race, freed of the population it was measured in.

    .. math:: L(r) = P(r \mid e) / \pi(r) = P(e \mid r) / P(e)

    Parameters
    ----------
    p_race : array, shape (n, k), P(race | evidence).
    marginal : array, shape (k,), shares in the population where it was measured, all positive.
    """
    return np.asarray(p_race, dtype=float) / np.asarray(marginal, dtype=float)


def shrink(p_race: ArrayLike, bearers: ArrayLike, marginal: ArrayLike, pseudo: float) -> Floats:
    r"""Add `pseudo` people with the average shares to each row, so that no cell is zero.

    .. math:: \tilde P(r \mid e) = \frac{n_e P(r \mid e) + k \pi(r)}{n_e + k}

    This is the posterior mean under a Dirichlet prior of weight k centred on the marginal.

    Parameters
    ----------
    p_race : array, shape (n, k), P(race | evidence).
    bearers : array, shape (n,), how many people each row was measured on.
    marginal : array, shape (k,), shares of the groups.
    pseudo : k, how many people to add; 0 returns the rows unchanged.
    """
    p = np.asarray(p_race, dtype=float)
    if pseudo == 0:
        return p
    n = np.asarray(bearers, dtype=float)[:, None]
    return (n * p + pseudo * np.asarray(marginal, dtype=float)) / (n + pseudo)


def race_given_name(name_given_race: ArrayLike, prior: ArrayLike) -> Floats:
    r"""Row normalisation: :math:`P(r|n) = P(n|r) \pi(r) / \sum_{r'} P(n|r') \pi(r')`.

    `name_given_race` has shape (n, k) and may be scaled by any factor per row.
    """
    return posterior(np.asarray(prior, dtype=float), [name_given_race])


def name_given_race(race_given_name: ArrayLike, prior: ArrayLike, name: ArrayLike) -> Floats:
    r"""Column normalisation: :math:`P(n|r) = P(r|n) P(n) / \pi(r)`.

    Parameters
    ----------
    race_given_name : array, shape (n, k), P(race | name).
    prior : array, shape (k,), shares of the groups in the same population.
    name : array, shape (n,), P(name), shares of the names in the same population.
    """
    p = np.asarray(race_given_name, dtype=float)
    return p * np.asarray(name, dtype=float)[:, None] / np.asarray(prior, dtype=float)


def marginal_from_both(race_given_e: ArrayLike, e_given_race: ArrayLike) -> tuple[Floats, Floats]:
    r"""Shares of races and of places (or names) from the two conditional tables.

    Where both cells are positive, :math:`P(e|r) / P(r|e) = P(e) / P(r)`. One reference race
    turns the ratios into :math:`P(r)` up to a factor, which summing to 1 fixes; the row then
    gives :math:`P(e)`. Medians over the rows guard against rounding.

    Parameters
    ----------
    race_given_e, e_given_race : arrays, shape (n, k). Rows of zeros are allowed.

    Returns
    -------
    P(r), shape (k,), and P(e), shape (n,), with zero where the row is empty.

    Raises
    ------
    ValueError : if a race has no row in common with the commonest race.
    """
    p, q = np.asarray(race_given_e, dtype=float), np.asarray(e_given_race, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((p > 0) & (q > 0), q / p, np.nan)
    reference = int(np.argmax(np.isfinite(ratio).sum(axis=0)))
    relative = ratio[:, [reference]] / ratio
    if np.isnan(relative).all(axis=0).any():
        raise ValueError("the tables share no row that links every group")
    race = np.nanmedian(relative, axis=0)
    race /= race.sum()
    empty = np.isnan(ratio).all(axis=1)
    place = np.zeros(len(p))
    place[~empty] = np.nanmedian(ratio[~empty] * race, axis=1)
    return race, place


def recover_counts(p_race: ArrayLike, tolerance: float = 2e-15) -> NDArray[np.int64]:
    r"""Smallest number of people that gives each row of shares exactly.

    A share is c/n with whole c and n. Its lowest terms come from the continued fraction
    :math:`p = 1 / (a_1 + 1 / (a_2 + \dots))`, whose convergents are the best fractions for
    their size; the least common multiple of a row's denominators divides n. It equals n unless
    all of the row's counts share a factor, as when everybody belongs to one group.

    Parameters
    ----------
    p_race : array, shape (n, k), shares computed from whole counts in double precision.
    tolerance : largest difference between a share and its fraction.

    Returns
    -------
    Array, shape (n,): a lower bound of the counts; -1 where no fraction with a denominator
    below ten million fits.
    """
    p = np.asarray(p_race, dtype=float)
    denominator = np.ones(p.size, dtype=np.int64)
    whole = np.floor(p.ravel())
    todo = np.flatnonzero(np.abs(p.ravel() - whole) > tolerance)
    target, top, top_before = p.ravel()[todo], whole[todo], np.ones(todo.size)
    rest, bottom, bottom_before = target - top, np.ones(todo.size), np.zeros(todo.size)
    while todo.size:
        rest = 1 / rest
        digit = np.floor(rest)
        rest -= digit
        top, top_before = digit * top + top_before, top
        bottom, bottom_before = digit * bottom + bottom_before, bottom
        fits = np.abs(target - top / bottom) <= tolerance
        hopeless = ~fits & ((bottom > 1e7) | (rest == 0))
        denominator[todo[fits]] = bottom[fits].astype(np.int64)
        denominator[todo[hopeless]] = -1
        on = ~(fits | hopeless)
        todo, target, rest = todo[on], target[on], rest[on]
        top, top_before, bottom, bottom_before = (
            a[on] for a in (top, top_before, bottom, bottom_before)
        )
    rows = denominator.reshape(p.shape)
    common = np.lcm.reduce(np.abs(rows), axis=1)
    return np.where((rows < 0).any(axis=1) | (common > 10**7) | (common < 1), -1, common)
