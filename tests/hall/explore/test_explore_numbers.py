"""Rounding, storing and interpolating: bounds that must hold, and independent ways to check."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy.interpolate import RegularGridInterpolator

from workedpapers.explore import ExplorerError
from workedpapers.explore.formats import format_value
from workedpapers.explore.storage.interpolation import axis_weights, interpolate
from workedpapers.explore.storage.quantise import Store, unpack

numbers = st.floats(-1e6, 1e6, allow_nan=False, width=64)
tables = arrays(float, array_shapes(max_dims=4, max_side=7), elements=numbers)


@given(tables, st.sampled_from([8, 16, 32]))
def test_stored_numbers_stay_within_the_bound(table, bits):
    store = Store()
    section = store.add_floats("x", table, bits)
    back = unpack(store.sections, store.blob())["x"]
    assert np.abs(back - table).max() <= section.bound
    assert section.bound <= np.ptp(table) / (2**bits - 1) / 2 * 1.000001 + 1e-9


@given(arrays(float, (5, 6), elements=st.floats(1e-8, 1e8)), st.sampled_from([8, 16]))
def test_logarithms_keep_a_share_of_the_value(table, bits):
    store = Store()
    section = store.add_floats("x", table, bits, log=True)
    back = unpack(store.sections, store.blob())["x"]
    assert np.max(np.abs(back - table) / table) <= section.bound


@given(tables, arrays(bool, 200))
def test_gaps_come_back_where_they_were(table, holes):
    holed = np.where(holes[np.arange(table.size) % 200].reshape(table.shape), np.nan, table)
    store = Store()
    section = store.add_floats("x", holed)
    back = unpack(store.sections, store.blob())["x"]
    assert_array_equal(np.isnan(back), np.isnan(holed))
    if not np.isnan(holed).all():
        assert np.nanmax(np.abs(back - holed)) <= section.bound


@given(arrays(np.int64, array_shapes(max_dims=3), elements=st.integers(-(2**30), 2**30)))
def test_whole_numbers_are_exact(table):
    store = Store()
    store.add_whole("x", table)
    assert_array_equal(unpack(store.sections, store.blob())["x"], table)


@given(tables, st.lists(st.text(max_size=9), max_size=9))
def test_floats_and_words_are_exact(table, words):
    store = Store()
    store.add_exact("x", table)
    store.add_text("words", words)
    back = unpack(store.sections, store.blob())
    assert_array_equal(back["x"], table)
    assert back["words"] == words


def test_sorted_numbers_are_kept_as_differences():
    keys = np.sort(np.random.default_rng(0).integers(0, 2**31, 5000))
    store = Store()
    section = store.add_whole("keys", keys)
    assert section.delta == [0]
    assert len(store.blob()) < 0.72 * 4 * len(keys)


def test_two_sections_of_one_name_are_refused():
    store = Store()
    store.add_text("a", ["b"])
    with pytest.raises(ExplorerError, match="'a'"):
        store.add_text("a", ["c"])


@pytest.mark.parametrize("bits", [1, 12, 64])
def test_odd_widths_are_refused(bits):
    from workedpapers.explore.storage.quantise import encode_floats

    with pytest.raises(ExplorerError, match="8, 16 or 32"):
        encode_floats("x", np.zeros(3), bits)


@given(st.integers(1, 4), st.data())
def test_linear_is_scipys_and_exact_for_multilinear_functions(axes, data):
    shape = data.draw(st.lists(st.integers(2, 5), min_size=axes, max_size=axes))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    grid = rng.normal(size=shape)
    at = rng.uniform(0, np.array(shape) - 1)
    peer = RegularGridInterpolator([np.arange(n) for n in shape], grid)(at)[0]
    assert_allclose(interpolate(grid, at, ["linear"] * axes), peer, atol=1e-12)
    plane = np.prod(np.meshgrid(*[2 + np.arange(n) for n in shape], indexing="ij"), axis=0)
    assert_allclose(interpolate(plane, at, ["linear"] * axes), np.prod(at + 2), rtol=1e-12)


@given(st.integers(3, 9), st.floats(0, 1), st.lists(numbers, min_size=3, max_size=3))
def test_cubic_is_exact_for_quadratics_up_to_the_rim(n, share, coefficients):
    nodes = np.arange(n, dtype=float)
    value = interpolate(np.polyval(coefficients, nodes), [share * (n - 1)], ["cubic"])
    scale = 1 + np.abs(coefficients).max() * n**2
    assert_allclose(value / scale, np.polyval(coefficients, share * (n - 1)) / scale, atol=1e-12)


def test_cubic_has_third_order_for_smooth_functions():
    errors = []
    for n in (17, 33, 65):
        nodes = np.linspace(0, 3, n)
        at = np.linspace(0, 3, 501)
        got = [interpolate(np.sin(nodes), [x / 3 * (n - 1)], ["cubic"]) for x in at]
        errors.append(np.abs(got - np.sin(at)).max())
    assert np.all(np.array(errors[:-1]) / errors[1:] > 7)


@given(st.integers(1, 8), st.floats(-1, 9), st.sampled_from(["nearest", "linear", "cubic"]))
def test_weights_sum_to_one_and_stay_inside(n, position, method):
    first, weights = axis_weights(position, n, method)
    assert first >= 0
    assert first + len(weights) <= n
    assert_allclose(weights.sum(), 1)


def test_a_gap_begins_half_way():
    grid = np.array([1.0, 2.0, 3.0, np.nan, np.nan, 7.0, 8.0, 9.0])
    for method in ("linear", "cubic"):
        assert interpolate(grid, [2.45], [method]) == 3
        assert np.isnan(interpolate(grid, [2.55], [method]))
        assert interpolate(grid, [4.6], [method]) == 7
    assert_allclose(interpolate(grid, [0.5], ["linear"]), 1.5)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1.005, ".2f", "1.00"),  # the double lies below 1.005
        (0.5, ".0f", "1"),
        (2.5, ".0f", "3"),
        (-2.5, ".0f", "−3"),
        (-0.001, ".2f", "0.00"),
        (1234567.891, ",.1f", "1,234,567.9"),
        (0.1234, "+.1%", "+12.3%"),
        (-0.5, "+.0f", "−1"),
        (0.00001234, ".3g", "1.23×10⁻⁵"),
        (1e21, ".1f", "1.00×10²¹"),
        (999999.5, ".3g", "1×10⁶"),
        (123456.0, ".3g", "123456"),
        (1500.0, "", "1500"),
        (2.0, ".4g", "2"),
        (9.9996, ".2e", "1.00×10¹"),
        (float("nan"), ".2f", "undefined"),
        (float("-inf"), ".2f", "−∞"),
        (True, ".2f", "yes"),
        ("oak", "", "oak"),
        (0, "d", "0"),
    ],
)
def test_format(value, spec, text):
    assert format_value(value, spec) == text


@pytest.mark.parametrize("spec", ["x", ".f", ".2", "2f", ".99f", "<5"])
def test_other_formats_are_refused(spec):
    if spec == ".2":
        assert format_value(3.14159, spec) == "3.1"
        return
    with pytest.raises(ExplorerError, match="not understood"):
        format_value(1.0, spec)
