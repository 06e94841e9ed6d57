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
The chapter derives all of this in the section "The idea in ten lines".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workedpapers.checks import Floats


def posterior(prior: ArrayLike, likelihoods: Sequence[ArrayLike]) -> Floats:
    r"""Bayes' rule under independence within race.

    Parameters
    ----------
    prior : array of shape (..., k)
        Shares of the groups, or any positive multiple.
    likelihoods : sequence of arrays of shape (..., k)
        Each up to a factor per row.

    Returns
    -------
    array of shape (..., k)
        Rows that sum to 1; NaN where every product is zero.

    Notes
    -----
    .. math:: P(r \mid e_1, \dots) \propto \pi(r) \prod_k L_k(r)

    Elliott et al. 2009; the chapter, section "The idea in ten lines".

    Examples
    --------
    >>> from workedpapers.bisg import model
    >>> model.posterior([0.5, 0.5], [[3, 1]]).tolist()
    [0.75, 0.25]
    """
    # pi(r) L_1(r) L_2(r) ...
    product = np.array(prior, dtype=float)
    for likelihood in likelihoods:
        product = product * np.asarray(likelihood, dtype=float)
    # ... / sum_r pi(r) L_1(r) L_2(r) ...
    total = product.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, product / total, np.nan)


def likelihood_ratio(p_race: ArrayLike, marginal: ArrayLike) -> Floats:
    r"""What an observation says about race, freed of the population it was measured in.

    Parameters
    ----------
    p_race : array of shape (..., k)
        P(race | evidence).
    marginal : array of shape (k,)
        P(race) in the same population, positive.

    Returns
    -------
    array of shape (..., k)
        P(evidence | race), up to a factor for each piece of evidence.

    Notes
    -----
    .. math:: \frac{P(r \mid e)}{\pi(r)} = \frac{P(e \mid r)}{P(e)}

    Bayes' rule; the chapter, section "The idea in ten lines".

    Examples
    --------
    >>> from workedpapers.bisg import model
    >>> model.likelihood_ratio([0.9, 0.1], [0.6, 0.4]).round(3).tolist()
    [1.5, 0.25]
    """
    # P(r|e) / pi(r)
    ratio: Floats = np.asarray(p_race, dtype=float) / np.asarray(marginal, dtype=float)
    return ratio


def shrink(p_race: ArrayLike, bearers: ArrayLike, marginal: ArrayLike, pseudo: float) -> Floats:
    r"""Add people with the average shares to each row, so that no cell is zero.

    Parameters
    ----------
    p_race : array of shape (n, k)
        P(race | evidence).
    bearers : array of shape (n,)
        How many people each row was measured on.
    marginal : array of shape (k,)
        Shares of the groups.
    pseudo : float
        How many people to add, k in the equation; 0 returns the rows unchanged.

    Returns
    -------
    array of shape (n, k)
        Rows that sum to 1.

    Notes
    -----
    .. math:: \tilde P(r \mid e) = \frac{n_e P(r \mid e) + k \pi(r)}{n_e + k}

    This is the posterior mean under a Dirichlet prior of weight k centred on the marginal; derived
    in the chapter, section "Certainties that contradict each other".

    Examples
    --------
    >>> from workedpapers.bisg import model
    >>> model.shrink([[1.0, 0.0]], [4], [0.5, 0.5], 1).tolist()
    [[0.9, 0.1]]
    """
    p = np.asarray(p_race, dtype=float)
    if pseudo == 0:
        return p
    n = np.asarray(bearers, dtype=float)[:, None]
    pi = np.asarray(marginal, dtype=float)
    # (n P(r|e) + k pi(r)) / (n + k)
    smoothed: Floats = (n * p + pseudo * pi) / (n + pseudo)
    return smoothed


def race_given_name(name_given_race: ArrayLike, prior: ArrayLike) -> Floats:
    r"""Row normalisation, from P(name | race) to P(race | name).

    Parameters
    ----------
    name_given_race : array of shape (n, k)
        P(name | race), up to a factor for each row.
    prior : array of shape (k,)
        Shares of the groups.

    Returns
    -------
    array of shape (n, k)
        Rows that sum to 1.

    Notes
    -----
    .. math:: P(r \mid n) = \frac{P(n \mid r) \pi(r)}{\sum_{r'} P(n \mid r') \pi(r')}

    Rosenman, Olivella and Imai 2022, abstract; the chapter, section "Two ways to normalise".

    Examples
    --------
    >>> from workedpapers.bisg import model
    >>> model.race_given_name([[0.02, 0.01]], [0.2, 0.8]).round(3).tolist()
    [[0.333, 0.667]]
    """
    return posterior(np.asarray(prior, dtype=float), [name_given_race])


def name_given_race(race_given_name: ArrayLike, prior: ArrayLike, name: ArrayLike) -> Floats:
    r"""Column normalisation, from P(race | name) to P(name | race).

    Parameters
    ----------
    race_given_name : array of shape (n, k)
        P(race | name).
    prior : array of shape (k,)
        Shares of the groups in the same population.
    name : array of shape (n,)
        P(name), shares of the names in the same population.

    Returns
    -------
    array of shape (n, k)
        Columns that sum to the share of each group whose name is listed.

    Notes
    -----
    .. math:: P(n \mid r) = \frac{P(r \mid n) P(n)}{\pi(r)}

    Rosenman, Olivella and Imai 2022, abstract; the chapter, section "Two ways to normalise".

    Examples
    --------
    >>> from workedpapers.bisg import model
    >>> model.name_given_race([[0.8, 0.2], [0.2, 0.8]], [0.5, 0.5], [0.5, 0.5]).tolist()
    [[0.8, 0.2], [0.2, 0.8]]
    """
    p, pi = np.asarray(race_given_name, dtype=float), np.asarray(prior, dtype=float)
    # P(r|n) P(n) / pi(r)
    by_column: Floats = p * np.asarray(name, dtype=float)[:, None] / pi
    return by_column


def marginal_from_both(race_given_e: ArrayLike, e_given_race: ArrayLike) -> tuple[Floats, Floats]:
    r"""Shares of races and of places (or names) from the two conditional tables.

    Parameters
    ----------
    race_given_e, e_given_race : array of shape (n, k)
        P(race | e) and P(e | race). Rows of zeros are allowed.

    Returns
    -------
    tuple of array of shape (k,), array of shape (n,)
        P(r), and P(e) with zero where the row is empty.

    Raises
    ------
    ValueError
        If a race has no row in common with the commonest race.

    Notes
    -----
    Where both cells are positive,

    .. math:: \frac{P(e \mid r)}{P(r \mid e)} = \frac{P(e)}{P(r)} .

    One reference race turns the ratios into P(r) up to a factor, which summing to 1 fixes; the
    row then gives P(e). Medians over the rows guard against rounding. Derived from Bayes' rule;
    the chapter, section "Two ways to normalise".

    Examples
    --------
    >>> from workedpapers.bisg import model
    >>> race, place = model.marginal_from_both([[0.8, 0.2], [0.5, 0.5]], [[0.8, 0.5], [0.2, 0.5]])
    >>> race.round(3).tolist(), place.round(3).tolist()
    ([0.714, 0.286], [0.714, 0.286])
    """
    p, q = np.asarray(race_given_e, dtype=float), np.asarray(e_given_race, dtype=float)
    # P(e|r) / P(r|e) = P(e) / P(r)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((p > 0) & (q > 0), q / p, np.nan)
    # P(r) / P(r0) = (P(e) / P(r0)) / (P(e) / P(r)), in every row
    reference = int(np.argmax(np.isfinite(ratio).sum(axis=0)))
    relative = ratio[:, [reference]] / ratio
    if np.isnan(relative).all(axis=0).any():
        raise ValueError(
            "race_given_e, e_given_race: expected a row that links every group, got none"
        )
    race: Floats = np.nanmedian(relative, axis=0)
    race /= race.sum()
    # P(e) = (P(e) / P(r)) P(r)
    empty = np.isnan(ratio).all(axis=1)
    place = np.zeros(len(p))
    place[~empty] = np.nanmedian(ratio[~empty] * race, axis=1)
    return race, place


def recover_counts(p_race: ArrayLike, tolerance: float = 2e-15) -> NDArray[np.int64]:
    r"""Smallest number of people that gives each row of shares exactly.

    Parameters
    ----------
    p_race : array of shape (n, k)
        Shares computed from whole counts in double precision.
    tolerance : float
        Largest difference between a share and its fraction.

    Returns
    -------
    array of shape (n,)
        A lower bound of the counts; -1 where no fraction with a denominator below ten million
        fits.

    Notes
    -----
    A share is c/n with whole c and n. Its lowest terms come from the continued fraction

    .. math:: p = \cfrac{1}{a_1 + \cfrac{1}{a_2 + \dots}} ,

    whose convergents are the best fractions for their size; the least common multiple of a row's
    denominators divides n. It equals n unless all of the row's counts share a factor, as when
    everybody belongs to one group. Derived in the chapter, section "The dictionaries".

    Examples
    --------
    >>> from workedpapers import bisg
    >>> bisg.recover_counts([[34 / 35, 1 / 35], [0.5, 0.5]]).tolist()
    [35, 2]
    """
    p = np.asarray(p_race, dtype=float)
    denominator = np.ones(p.size, dtype=np.int64)
    whole = np.floor(p.ravel())
    todo = np.flatnonzero(np.abs(p.ravel() - whole) > tolerance)
    target, top, top_before = p.ravel()[todo], whole[todo], np.ones(todo.size)
    rest, bottom, bottom_before = target - top, np.ones(todo.size), np.zeros(todo.size)
    while todo.size:
        # p = 1 / (a + rest): the next digit a, and the next convergent top / bottom
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
