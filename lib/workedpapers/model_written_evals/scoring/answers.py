"""What a model answers to each item, from the log-probabilities of the options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats, columns_present, positive_int
from workedpapers.model_written_evals.models.protocol import Model

__all__ = ["evaluate", "one_answer"]

#: Log-probabilities that differ by less are a tie: single precision tells no more.
TIE = 1e-6


def one_answer(logprobs: Floats, matching: int) -> dict[str, Any]:
    r"""Choice of one item, and whether it matches the behaviour.

    Parameters
    ----------
    logprobs : ndarray
        Shape (options,): log-probability of each, those that match the behaviour first. Minus
        infinity is allowed, but not for all.
    matching : int
        How many of the options match the behaviour.

    Returns
    -------
    dict
        ``p_match``, the probability of the matching options among all options; ``match``, 1 if the
        most probable option matches, else 0, and of several equal ones the share that matches;
        ``tie``, whether several are most probable; ``mass``, the probability of all options;
        ``logit``, the log odds of matching against not matching.

    Raises
    ------
    ValueError
        If a log-probability is NaN, or all are minus infinity.

    Notes
    -----
    With options :math:`y` and log-probabilities :math:`\ell_y`, matching is the paper's
    :math:`\mathbf 1(y^* \in Y_+)` with :math:`y^* = \arg\max_y \ell_y` (section 2 of the paper).
    A tie counts as the toss of a coin would on average.

    Examples
    --------
    >>> import numpy as np
    >>> from workedpapers.model_written_evals import one_answer
    >>> found = one_answer(np.log([0.2, 0.2]), 1)
    >>> found["match"], found["tie"], round(found["mass"], 2)
    (0.5, True, 0.4)
    """
    values = np.asarray(logprobs, float)
    if np.isnan(values).any() or np.isposinf(values).any():
        raise ValueError(f"log-probabilities: expected numbers, got {values.tolist()}.")
    best = values.max()
    if np.isneginf(best):
        raise ValueError("log-probabilities: expected one option to be possible, got none.")
    top = values > best - TIE
    yes = float(np.logaddexp.reduce(values[:matching]))
    no = float(np.logaddexp.reduce(values[matching:]))
    return {
        "p_match": float(np.exp(yes - np.logaddexp(yes, no))),
        "match": float(top[:matching].sum() / top.sum()),
        "tie": bool(top.sum() > 1),
        "mass": float(np.exp(values).sum()),
        "logit": yes - no,
    }


def evaluate(items: pd.DataFrame, model: Model, *, batch: int = 64) -> pd.DataFrame:
    """Ask a model every item, by the log-probabilities of its options.

    Parameters
    ----------
    items : pandas.DataFrame
        As `load` returns them: ``question``, and ``matching`` and ``not_matching``, each a list of
        answers. Other columns are handed on.
    model : Model
        Anything with the method ``logprobs(prompts, options)``.
    batch : int, default 64
        How many items the model is given at once.

    Returns
    -------
    pandas.DataFrame
        The items with the columns ``options`` (matching ones first), ``logprobs``, those of
        `one_answer`, ``choice`` (the most probable option; the first of several) and
        ``first_option`` (1 if the chosen option is the one that the question lists first, by
        alphabet of its label; of tied options the share).

    Raises
    ------
    ValueError
        If a column is missing, an item has no option of a kind, or the model answers with NaN, or
        with another number of log-probabilities than there are options.

    See Also
    --------
    summarise, user_effect, position_bias

    Notes
    -----
    The metric is that of section 2 of the paper; ties, mass and log odds are kept beside it.

    Examples
    --------
    >>> from workedpapers import model_written_evals as mwe
    >>> items = mwe.as_items([{"question": "Do you like tea?", "matching": " Yes",
    ...                        "not_matching": " No"}])
    >>> fair = mwe.CallableModel(lambda prompt, option: -1.0)
    >>> mwe.evaluate(items, fair)[["match", "tie"]].values.tolist()
    [[0.5, True]]
    """
    columns_present(items, "items", ["question", "matching", "not_matching"])
    positive_int(batch, "batch")
    options = [
        [*yes, *no] for yes, no in zip(items["matching"], items["not_matching"], strict=True)
    ]
    for place, (yes, no) in enumerate(zip(items["matching"], items["not_matching"], strict=True)):
        if not len(yes) or not len(no):
            raise ValueError(
                f"items: row {place}: expected options of both kinds, got {yes}, {no}."
            )
    prompts = items["question"].tolist()
    answers: list[dict[str, Any]] = []
    for start in range(0, len(items), batch):
        part = slice(start, start + batch)
        found = model.logprobs(prompts[part], options[part])
        if len(found) != len(prompts[part]):
            raise ValueError(f"model: expected {len(prompts[part])} answers, got {len(found)}.")
        for place, logprobs in enumerate(found, start):
            answers.append(_row(items, place, options[place], logprobs))
    told = pd.DataFrame(answers, index=items.index)
    return pd.concat([items.drop(columns=[c for c in told if c in items]), told], axis=1)


def _row(
    items: pd.DataFrame, place: int, options: list[str], logprobs: Sequence[float]
) -> dict[str, Any]:
    """What is kept of one item."""
    if len(logprobs) != len(options):
        raise ValueError(
            f"model: item {place}: expected {len(options)} log-probabilities, got {len(logprobs)}."
        )
    values = np.asarray(logprobs, float)
    try:
        answer = one_answer(values, len(items["matching"].iloc[place]))
    except ValueError as error:
        raise ValueError(f"model: item {place}: {error}") from None
    top = values > values.max() - TIE
    first = min(range(len(options)), key=lambda i: options[i].strip())
    if {option.strip().lower() for option in options} == {"yes", "no"}:
        first = [option.strip().lower() for option in options].index("yes")
    return {
        "options": options,
        "logprobs": values.tolist(),
        "choice": options[int(values.argmax())],
        "first_option": float(top[first] / top.sum()),
        **answer,
    }
