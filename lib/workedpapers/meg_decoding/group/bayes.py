"""How much more do the data favour an effect than none? A Bayes factor at each time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student_t

from workedpapers.checks import Floats, as_float_array, one_of, positive_int

from .statistics import Tail, t_values

__all__ = ["bayes_factor", "bayes_factor_t"]


def bayes_factor_t(
    t: npt.ArrayLike, subjects: int, *, scale: float = np.sqrt(0.5), tail: str = "two-sided"
) -> Floats:
    r"""Bayes factor of an effect over no effect, from Student's t of one sample (JZS).

    The effect size :math:`\delta` (mean over standard deviation) has a Cauchy prior of the given
    scale, that is a normal prior whose variance g has an inverse gamma prior. With n subjects
    and :math:`\nu = n - 1`,

    .. math:: B_{10} = \int_0^\infty \frac{(1 + ng)^{-1/2}
        \left(1 + \frac{t^2}{(1 + ng)\nu}\right)^{-(\nu+1)/2}}
        {\left(1 + \frac{t^2}{\nu}\right)^{-(\nu+1)/2}}
        \frac{s}{\sqrt{2\pi}} g^{-3/2} e^{-s^2/(2g)}\, dg .

    For a directed prior, half a Cauchy, the integrand is multiplied by twice the posterior
    probability of the direction given g, which is Student's distribution function

    .. math:: F_{\nu+1}\!\left(t\sqrt{\tfrac{ng}{1+ng}}
        \sqrt{\tfrac{\nu+1}{\nu + t^2/(1+ng)}}\right).

    The trapezoidal rule over log g, whose integrand is smooth and vanishes at both ends, is exact
    to about ten digits.

    Parameters
    ----------
    t : array_like
        Finite t values, any shape.
    subjects : int
        n, at least 2.
    scale : float
        s, of the prior; 0.707 by default, 1 in Rouder et al. (2009).
    tail : str
        ``"two-sided"``, ``"greater"`` or ``"less"``.

    Returns
    -------
    array of float
        Array of the shape of t. Above 1 for an effect, below 1 for none.

    Raises
    ------
    TypeError, ValueError
        T that is not finite, subjects below 2, a scale that is not positive.

    Notes
    -----
    Source: Rouder, Speckman, Sun, Morey and Iverson, Psychon. Bull. Rev. 16 (2009) 225, equation
    1. The directed form is ours, from the same integral before the noise is integrated out; the
    tests compare it with quadrature of the noncentral t distribution.
    """
    values = as_float_array(t, "t", empty=True)
    n = positive_int(subjects, "subjects", least=2)
    one_of(tail, "tail", Tail)
    s = as_float_array(scale, "scale", ndim=0).item()
    if s <= 0:
        raise ValueError(f"scale: expected a positive number, got {scale}.")
    nu = n - 1
    # v = log(g / s^2). The prior falls as exp(-exp(-v) / 2) on the left and as exp(-v / 2) on
    # the right, where the likelihood adds its own exp(-v / 2).
    v, step = np.linspace(-6.0, 60.0, 1321, retstep=True)
    g = s**2 * np.exp(v)
    prior = np.exp(-0.5 * v - 0.5 * np.exp(-v)) / np.sqrt(2 * np.pi)
    stretch = 1 + n * g
    square = values.reshape(-1, 1) ** 2
    log_ratio = 0.5 * (nu + 1) * (np.log1p(square / nu) - np.log1p(square / (nu * stretch)))
    integrand = log_ratio - 0.5 * np.log(stretch) + np.log(prior)
    if tail != Tail.TWO_SIDED:
        sign = Tail(tail).side
        at = sign * values.reshape(-1, 1) * np.sqrt(n * g / stretch * (nu + 1))
        integrand = (
            integrand + np.log(2) + student_t.logcdf(at / np.sqrt(nu + square / stretch), nu + 1)
        )
    top = integrand.max(axis=1, keepdims=True)
    total = np.exp(integrand - top).sum(axis=1) * step
    with np.errstate(over="ignore"):
        factor: Floats = np.exp(top[:, 0] + np.log(total)).reshape(values.shape)
        return factor


def bayes_factor(
    scores: npt.ArrayLike,
    *,
    chance: float = 0.5,
    scale: float = np.sqrt(0.5),
    tail: str = "greater",
) -> Floats:
    """Bayes factor over subjects at each time; see `bayes_factor_t`.

    Parameters
    ----------
    scores : array_like
        Shape (subjects, ...), as a rule (subjects, times); at least two subjects.
    chance : float
        Level without an effect.
    scale : float
        Of the Cauchy prior on the effect size.
    tail : str
        ``"greater"`` (default: decoders score above chance), ``"less"`` or ``"two-sided"``.

    Returns
    -------
    array of float
        Array of the shape of one subject's scores. A value of 10 says that the data are ten times
        as probable with an effect as without; 0.1 the reverse, which no p-value can say. Nothing
        allows for the number of times: read neighbouring times together.

    Raises
    ------
    TypeError, ValueError
        Missing values, fewer than two subjects, scores that do not differ between subjects, a bad
        scale or tail.

    See Also
    --------
    group_test : Corrected p-values.

    Notes
    -----
    The effect size has a Cauchy prior, see ``group.bayes.bayes_factor_t``
    for the integral. Source: Rouder et al., Psychon. Bull. Rev. 16 (2009) 225.

    Chapter: :ref:`meg-onset`.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers import meg_decoding as meg
    >>> noise = 0.03 * np.random.default_rng(0).standard_normal((16, 2))
    >>> meg.bayes_factor(0.5 + noise + [0.0, 0.03]).round(1).tolist()  # none, and an effect
    [0.1, 1939.2]
    """
    values = as_float_array(scores, "scores")
    if values.ndim < 1 or len(values) < 2:
        raise ValueError(f"scores: expected at least 2 subjects, got shape {values.shape}.")
    effects = values - as_float_array(chance, "chance", ndim=0).item()
    flat = effects.reshape(len(values), -1)
    t = t_values(flat)
    if np.isinf(t).any():
        at = int(np.isinf(t).argmax())
        raise ValueError(
            f"scores: the subjects do not differ at sample {at}, so that t is infinite there."
        )
    return bayes_factor_t(t, len(values), scale=scale, tail=tail).reshape(values.shape[1:])
