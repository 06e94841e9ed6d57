"""What is kept of the neural GANs."""

import numpy as np
import pandas as pd
import pytest

from workedpapers.isolated_points.chapter.networks import (
    SETTINGS,
    coverage_by_setting,
    load_networks,
    train_networks,
)


def test_kept_runs_are_every_setting_with_every_seed() -> None:
    runs = load_networks()
    assert runs.groupby("setting").size().to_dict() == dict.fromkeys(SETTINGS, 20)
    assert runs["coverage"].between(0, 1).all()
    lost = runs["diverged"] == 1
    assert (runs.loc[lost, "coverage"] == 0).all()


def test_training_again_gives_runs_like_those_kept() -> None:
    pytest.importorskip("torch")
    name = "decay = 1, alternating"
    (again,) = train_networks((name,), seeds=1, workers=1).to_dict("records")
    kept = load_networks().query("setting == @name")
    assert again["setting"] == name
    assert again["diverged"] == 0
    # Processors round differently, and 1,500 steps enlarge it: within the spread over seeds.
    assert abs(again["coverage"] - kept["coverage"].mean()) < 5 * kept["coverage"].std()


def test_the_mean_over_seeds_lies_inside_its_interval() -> None:
    runs = pd.DataFrame(
        {"setting": ["a"] * 4 + ["b"] * 4, "coverage": [0.2, 0.4, 0.6, 0.8] + [0.5] * 4,
         "movement": [1, 2, 3, np.inf] * 2, "diverged": [0, 0, 0, 1] * 2}
    )  # fmt: skip
    table = coverage_by_setting(runs).set_index("setting")
    assert table.loc["a", "coverage"] == pytest.approx(0.5)
    assert table.loc["a", "low"] < 0.5 < table.loc["a", "high"]
    assert table.loc["b", "low"] == table.loc["b", "high"] == 0.5
    assert table.loc["a", "movement"] == 2.5
    assert table.loc["a", "diverged"] == 0.25
