"""The tables are the ones that are spoken of."""

import numpy as np
import pytest

from workedpapers import data_slicing as ds
from workedpapers.data_slicing.chapter.predictions import RESULTS, load_losses, out_of_fold


def test_adult_has_its_missing_values() -> None:
    X, y = ds.load_adult()
    assert X.isna().sum().to_dict() | {"workclass": 1836, "native_country": 583} == (
        X.isna().sum().to_dict()
    )
    assert y.sum() == 7841


def test_compas_is_propublicas_table() -> None:
    table = ds.load_compas()
    assert len(table) == 6172
    assert set(table["charge_degree"]) == {"felony", "misdemeanour"}
    # ProPublica's table of errors, for all defendants
    high = table["score"] >= 5
    assert int((high & (table["recidivated"] == 0)).sum()) == 1018
    assert int((~high & (table["recidivated"] == 1)).sum()) == 1076


def test_the_other_tables() -> None:
    X, y = ds.load_german()
    assert len(X) == 1000
    assert y.sum() == 300
    X, y = ds.load_credit_cards()
    assert len(X) == 6000
    assert set(np.unique(y)) == {0.0, 1.0}


def test_planted_slices_are_where_they_are_said_to_be() -> None:
    world = ds.planted_slices(50_000, 6, 4, slices=(1, 2), base=0.1, error=0.5, seed=0)
    for j, one in enumerate(world.slices):
        inside = np.logical_and.reduce([world.X[name] == value for name, value in one.items()])
        assert (inside == world.inside[:, j]).all()
        assert abs(world.loss[inside].mean() - 0.5) < 0.03
    assert abs(world.loss[~world.inside.any(axis=1)].mean() - 0.1) < 0.01
    assert len({name for one in world.slices for name in one}) == 3
    with pytest.raises(ValueError, match="slices: expected at most 6"):
        ds.planted_slices(100, 6, slices=(7,))


@pytest.mark.parametrize("table", ["German credit", "credit cards"])
def test_stored_predictions_can_be_made_again(table) -> None:
    X, log_loss, error = load_losses(table)
    y = ds.load_german()[1] if table == "German credit" else ds.load_credit_cards()[1]
    again = out_of_fold(X, y, only=1)
    there = ~np.isnan(again)
    assert 0.15 < there.mean() < 0.25
    p = np.where(y == 1, np.exp(-log_loss), 1 - np.exp(-log_loss))
    # another version of the library that trained them may split a few nodes in another place
    assert np.abs(p - again)[there].mean() < 0.02
    assert RESULTS.stat().st_size < 400_000
    assert ((p > 0.5) != (y == 1)).mean() == error.mean()
