import numpy as np
import pandas as pd
import pytest

from workedpapers import checks


def test_a_good_array_comes_back_as_floats() -> None:
    array = checks.as_float_array([1, 2, 3], "x", ndim=1)
    assert array.dtype == np.float64
    assert array.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("value", "error", "says"),
    [
        (["a"], TypeError, "x: expected real numbers"),
        ([1j], TypeError, "x: expected real numbers"),
        ([], ValueError, "x: expected at least one value"),
        ([[1.0]], ValueError, r"x: expected 1 dimension\(s\), got 2 with shape \(1, 1\)"),
        ([1.0, np.nan, np.inf], ValueError, r"got nan at index \(1,\) \(2 such"),
    ],
)
def test_a_bad_array_is_named(value: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        checks.as_float_array(value, "x", ndim=1)  # type: ignore[arg-type]


def test_positive_numbers() -> None:
    assert checks.positive(2, "x") == 2.0
    assert checks.positive(0, "x", zero=True) == 0.0
    assert checks.positive_array([0, 1], "x", zero=True).tolist() == [0.0, 1.0]
    for value in (0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="x: expected a finite number above 0, got"):
            checks.positive(value, "x")
    for value in ("1", None, True, 1j):
        with pytest.raises(TypeError, match="x: expected a number, got"):
            checks.positive(value, "x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"x: expected numbers at least 0, got -1\.0"):
        checks.positive_array([0.0, -1.0], "x", zero=True)
    with pytest.raises(ValueError, match=r"x: expected numbers above 0, got 0\.0"):
        checks.positive_array([0.0, 1.0], "x")


def test_counts() -> None:
    assert checks.positive_int(np.int64(3), "n") == 3
    for value, error in ((0, ValueError), (2.0, TypeError), (True, TypeError)):
        with pytest.raises(error, match="n: expected"):
            checks.positive_int(value, "n")  # type: ignore[arg-type]


def test_probabilities() -> None:
    assert checks.probability(1, "p") == 1.0
    with pytest.raises(ValueError, match="strictly between 0 and 1, got 1"):
        checks.probability(1, "p", open_interval=True)
    for value, error in ((1.1, ValueError), (np.nan, ValueError), ("0.5", TypeError)):
        with pytest.raises(error, match="p: expected a number"):
            checks.probability(value, "p")  # type: ignore[arg-type]


def test_options_and_columns_are_listed() -> None:
    assert checks.one_of("a", "kind", ["a", "b"]) == "a"
    with pytest.raises(ValueError, match="kind: expected one of a, b; got 'c'"):
        checks.one_of("c", "kind", ["a", "b"])
    frame = pd.DataFrame({"last": []})
    checks.columns_present(frame, "frame", ["last"])
    with pytest.raises(ValueError, match=r"frame: expected column\(s\) 'zip'; it has 'last'"):
        checks.columns_present(frame, "frame", ["last", "zip"])


def test_generators_seed() -> None:
    first, second = (checks.as_seed(np.random.default_rng(0)) for _ in range(2))
    assert first == second
    assert checks.as_seed(np.int64(3)) == 3
    with pytest.raises(ValueError, match="seed: expected at least 0"):
        checks.as_seed(-1)
    with pytest.raises(TypeError, match="luck: expected a whole number"):
        checks.as_seed(None, "luck")  # type: ignore[arg-type]


def test_masked_values_are_no_values() -> None:
    with pytest.raises(ValueError, match="x: expected no masked values, got 2"):
        checks.as_float_array(np.ma.masked_greater([1.0, 2.0, 3.0], 1.5), "x")
    assert checks.as_float_array(np.ma.masked_greater([1.0, 2.0], 5.0), "x").tolist() == [1, 2]
