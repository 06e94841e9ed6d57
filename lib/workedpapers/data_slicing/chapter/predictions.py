"""Losses of a model on tables that have no deployed score: predictions of rows it never saw.

Five folds of gradient boosting take some seconds for each table, and the chapter is about what
comes after, so predictions are kept in ``predictions.parquet``; this file, run as a module, makes
them again, and a test makes a part again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workedpapers.checks import Floats
from workedpapers.data_slicing.data.tables import load_adult, load_credit_cards, load_german

__all__ = ["TABLES", "load_losses", "out_of_fold"]

RESULTS = Path(__file__).with_name("predictions.parquet")
TABLES: dict[str, Callable[[], tuple[pd.DataFrame, Floats]]] = {
    "Adult": load_adult,
    "German credit": load_german,
    "credit cards": load_credit_cards,
}


def out_of_fold(X: pd.DataFrame, y: Floats, folds: int = 5, only: int | None = None) -> Floats:
    """Probability of a 1 for each row, from a model that was trained without its fold."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    numbers = X.copy()
    for name in X.columns:
        if not pd.api.types.is_numeric_dtype(X[name]):
            numbers[name] = pd.factorize(X[name], sort=True)[0]
    table = numbers.to_numpy(float)
    fold = np.random.default_rng(0).permutation(np.arange(len(y)) % folds)
    p = np.full(len(y), np.nan)
    for k in range(folds) if only is None else [only]:
        model = HistGradientBoostingClassifier(max_iter=100, random_state=0)
        model.fit(table[fold != k], y[fold != k])
        p[fold == k] = model.predict_proba(table[fold == k])[:, 1]
    return p


@cache
def load_losses(table: str) -> tuple[pd.DataFrame, Floats, Floats]:
    """A table with the log-loss and the error of each row."""
    X, y = TABLES[table]()
    stored = pd.read_parquet(RESULTS)
    p = stored.loc[stored["table"] == table, "p"].to_numpy(float).clip(1e-6, 1 - 1e-6)
    log_loss = -np.where(y == 1, np.log(p), np.log1p(-p))
    return X, log_loss, ((p > 0.5) != (y == 1)).astype(float)


def run_study() -> None:
    """Predict every row of every table, and keep it."""
    parts = []
    for name, load in TABLES.items():
        p = out_of_fold(*load())
        parts.append(pd.DataFrame({"table": name, "p": p.astype(np.float32)}))
        print(name, len(p), flush=True)
    found = pd.concat(parts, ignore_index=True).astype({"table": "category"})
    found.to_parquet(RESULTS, index=False, compression="zstd")


if __name__ == "__main__":
    run_study()
