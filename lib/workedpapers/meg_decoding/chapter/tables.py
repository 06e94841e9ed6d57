"""The stored study as tables: one row for each setting, shares with 95% Wilson intervals."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.stats import wilson

from ..onsets.settings import Method
from ..planning.experiment import Analysis
from .explorers import NAMES
from .results import load_study
from .study_groups import CONFOUNDS, EFFECTS, ONSET, TRUTHS, VIEWS

__all__ = [
    "ANALYSIS_NAMES",
    "control_table",
    "detection_table",
    "false_alarm_table",
    "method_table",
    "power_table",
    "with_names",
]

#: What the page calls the analyses of `Analysis`, in their order.
ANALYSIS_NAMES = ("nothing done", "brightness regressed out", "matched pictures")

_SLACK = 1e-6  # s; results are stored in single precision


def with_names(table: pd.DataFrame) -> pd.DataFrame:
    """A table with methods, analyses and brightness under the names that the figures use."""
    names: dict[str, dict[Any, str]] = {
        "method": dict(zip(Method, NAMES, strict=True)),
        "analysis": dict(zip(Analysis, ANALYSIS_NAMES, strict=True)),
        "brighter": {c: f"by {c:g} SD" if c else "no" for c in CONFOUNDS},
    }
    known = {column: codes for column, codes in names.items() if column in table}
    return table.assign(**{column: table[column].map(codes) for column, codes in known.items()})


def share_columns(hits: Any, name: str) -> dict[str, float]:
    """Share and its interval as columns ``name``, ``name_low``, ``name_high``."""
    hits = np.asarray(hits)
    if not len(hits):
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"), float("nan"))
    value, low, high = wilson(int(hits.sum()), len(hits))
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def error_columns(answers: Floats, truth: float) -> dict[str, float]:
    """Errors in ms and coverage; ``answers``: value, low, high, p in s, shape (groups, 4)."""
    value, low, high, _ = answers.T
    found = np.isfinite(value)
    row: dict[str, float] = {"groups": len(value), **share_columns(found, "found")}
    error = 1e3 * (value[found] - truth)
    few = len(error) < 2
    sd = float("nan") if few else float(error.std(ddof=1))
    row["bias"] = float(error.mean()) if len(error) else float("nan")
    half = 1.96 * sd / np.sqrt(max(len(error), 1))
    row |= {"bias_low": row["bias"] - half, "bias_high": row["bias"] + half, "sd": sd}
    inside = (low[found] <= truth + _SLACK) & (high[found] >= truth - _SLACK)
    row |= share_columns(inside, "coverage")
    row["width"] = 1e3 * float(np.median((high - low)[found])) if len(error) else float("nan")
    row |= share_columns(value[found] < truth - 0.010, "early")
    return row


def method_table() -> pd.DataFrame:
    """How each method of `onset` does at each size of the effect; times in ms.

    Returns
    -------
    DataFrame
        One row for each of `EFFECTS` and `Method`: ``effect``, ``peak`` (largest AUC of the mean
        over all subjects), ``method``, ``groups``, ``found``, ``bias``, ``sd``, ``coverage``
        (share of intervals that hold the truth), ``width`` (median) and ``early`` (share more than
        10 ms before the truth), with ends of intervals.
    """
    study = load_study()
    rows = []
    for name, effect in EFFECTS.items():
        course = study["replicates_auc"].sel(effect=effect).to_numpy().mean(axis=(0, 1))
        for method in map(str, Method):
            answers = study["replicates_onset"].sel(effect=effect, estimator=method).to_numpy()
            row = {"effect": name, "peak": float(course.max()), "method": method}
            rows.append(row | error_columns(answers, ONSET))
    return pd.DataFrame(rows)


def false_alarm_table() -> pd.DataFrame:
    """Share of groups without an effect in which each method finds an onset."""
    value = load_study()["null_onset"].sel(quantity="value")
    return pd.DataFrame(
        {
            "method": method,
            "groups": value.sizes["group"],
            **share_columns(np.isfinite(value.sel(estimator=method).to_numpy()), "found"),
        }
        for method in map(str, Method)
    )


def control_table() -> pd.DataFrame:
    """What each analysis finds in each of the four worlds of `confound`; times in ms.

    Groups in which too few pictures could be matched are not counted.
    """
    answers = load_study()["confound_onset"]
    rows = []
    for effect, brighter, analysis in product(TRUTHS, CONFOUNDS, map(str, Analysis)):
        some = answers.sel(effect=effect, brighter=brighter, analysis=analysis).to_numpy()
        some = some[np.isfinite(some[:, 3])]
        row: dict[str, Any] = {"effect": effect, "brighter": brighter, "analysis": analysis}
        row |= error_columns(some, ONSET)
        found = some[np.isfinite(some[:, 0]), 0]
        row["onset"] = 1e3 * float(np.median(found)) if len(found) else float("nan")
        rows.append(row)
    return pd.DataFrame(rows)


def power_table() -> pd.DataFrame:
    """Share of groups whose hinge is within 10 ms of the truth, at the medium effect."""
    within = load_study()["power_within"]
    sizes = product(within["trials"].to_numpy().tolist(), within["subjects"].to_numpy().tolist())
    names = ("within", "within_low", "within_high")
    return pd.DataFrame(
        {"trials": n, "subjects": s}
        | dict(zip(names, within.sel(trials=n, subjects=s).to_numpy().tolist(), strict=True))
        for n, s in sizes
    )


def detection_table(soon: float = 0.035) -> pd.DataFrame:
    """Share of groups, and of single subjects, in which decoding or any single sensor is in time.

    Parameters
    ----------
    soon : float
        How long after the onset, in seconds, the first significant time may be. None before the
        onset counts.

    Returns
    -------
    DataFrame
        One row for each case and ``view`` ("decoding" or "single sensors"): ``who``, ``effect``,
        ``detected`` with its interval, and ``ever``, the share with any significant time.
    """
    study = load_study()

    def firsts(part: str, effect: float) -> list[Floats]:
        """First significant times of groups, by decoding and by single sensors."""
        onset = study[f"{part}_onset"].sel(effect=effect, estimator="max", quantity="value")
        sensors = study[f"{part}_sensors"].sel(effect=effect, quantity="first")
        return [onset.to_numpy(), sensors.to_numpy()]

    cases = [
        *(("groups of 16", name, firsts("replicates", e)) for name, e in EFFECTS.items()),
        ("diverse groups of 16", "weak", firsts("diverse", EFFECTS["weak"])),
        *(
            ("single subjects", name, list(study["single_first"].sel(effect=e).to_numpy().T))
            for name, e in EFFECTS.items()
        ),
    ]
    rows = []
    for who, name, both in cases:
        for view, first in zip(VIEWS, both, strict=True):
            in_time = (first >= ONSET - _SLACK) & (first <= ONSET + soon + _SLACK)
            row = {"who": who, "effect": name, "view": view, "cases": len(first)}
            row |= share_columns(in_time, "detected") | share_columns(np.isfinite(first), "ever")
            rows.append(row)
    return pd.DataFrame(rows)
