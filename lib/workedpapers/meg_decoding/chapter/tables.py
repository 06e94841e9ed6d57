"""The stored study as tables: one row for each setting, shares with 95% Wilson intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.stats import wilson

from ..onsets.methods import METHODS
from ..planning.experiment import ANALYSES
from .explorers import NAMES
from .study import CONFOUNDS, EFFECTS, ONSET, TRUTHS, load_study
from .study_grids import POWER_SUBJECTS, POWER_TRIALS

__all__ = [
    "ANALYSIS_NAMES",
    "control_table",
    "detection_table",
    "false_alarm_table",
    "method_table",
    "power_table",
    "with_names",
]

#: What the page calls the analyses of `ANALYSES`, in their order.
ANALYSIS_NAMES = ("nothing done", "brightness regressed out", "matched pictures")

_SLACK = 1e-6  # s; results are stored in single precision


def with_names(table: pd.DataFrame) -> pd.DataFrame:
    """A table with methods, analyses and brightness under the names that the figures use."""
    names: dict[str, dict[Any, str]] = {
        "method": dict(zip(METHODS, NAMES, strict=True)),
        "analysis": dict(zip(ANALYSES, ANALYSIS_NAMES, strict=True)),
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
        One row for each of `EFFECTS` and `METHODS`: ``effect``, ``peak`` (largest AUC of the mean
        over all subjects), ``method``, ``groups``, ``found``, ``bias``, ``sd``, ``coverage``
        (share of intervals that hold the truth), ``width`` (median) and ``early`` (share more than
        10 ms before the truth), with ends of intervals.
    """
    study = load_study()
    rows = []
    for k, name in enumerate(EFFECTS):
        peak = float(study["replicates_auc"][k].mean(axis=(0, 1)).max())
        for m, method in enumerate(METHODS):
            answers = study["replicates_onset"][k, :, m]
            rows.append(
                {"effect": name, "peak": peak, "method": method, **error_columns(answers, ONSET)}
            )
    return pd.DataFrame(rows)


def false_alarm_table() -> pd.DataFrame:
    """Share of groups without an effect in which each method finds an onset."""
    answers = load_study()["null_onset"]
    found = np.isfinite(answers[:, :, 0])
    return pd.DataFrame(
        {"method": method, "groups": len(found), **share_columns(found[:, k], "found")}
        for k, method in enumerate(METHODS)
    )


def control_table() -> pd.DataFrame:
    """What each analysis finds in each of the four worlds of `confound`; times in ms.

    Groups in which too few pictures could be matched are not counted.
    """
    answers = load_study()["confound_onset"]
    rows = []
    for e, effect in enumerate(TRUTHS):
        for c, brighter in enumerate(CONFOUNDS):
            for a, analysis in enumerate(ANALYSES):
                some = answers[:, e, c, a]
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
    return pd.DataFrame(
        [
            {"trials": n, "subjects": s, "within": w, "within_low": low, "within_high": high}
            for n, row in zip(POWER_TRIALS, within, strict=True)
            for s, (w, low, high) in zip(POWER_SUBJECTS, row, strict=True)
        ]
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
    last = METHODS.index("max")
    cases: list[tuple[str, str, Floats, Floats]] = []
    for k, name in enumerate(EFFECTS):
        decoded = study["replicates_onset"][k, :, last, 0]
        cases.append(("groups of 16", name, decoded, study["replicates_sensors"][k, :, 0]))
    decoded = study["diverse_onset"][0, :, last, 0]
    cases.append(("diverse groups of 16", "weak", decoded, study["diverse_sensors"][0, :, 0]))
    for k, name in enumerate(EFFECTS):
        first = study["single_first"][k]
        cases.append(("single subjects", name, first[:, 0], first[:, 1]))
    rows = []
    for who, name, *both in cases:
        for view, first in zip(("decoding", "single sensors"), both, strict=True):
            in_time = (first >= ONSET - _SLACK) & (first <= ONSET + soon + _SLACK)
            row = {"who": who, "effect": name, "view": view, "cases": len(first)}
            row |= share_columns(in_time, "detected") | share_columns(np.isfinite(first), "ever")
            rows.append(row)
    return pd.DataFrame(rows)
