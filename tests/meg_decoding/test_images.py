"""Features of pictures whose features are known: plain ones, gratings, noise."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from PIL import Image

from workedpapers.meg_decoding.stimuli.images import image_features, luminance, spectrum_energy


def grating(cycles, size=64, angle=0.0, contrast=0.4):
    y, x = np.mgrid[:size, :size] / size
    phase = 2 * np.pi * cycles * (x * np.cos(angle) + y * np.sin(angle))
    return 0.5 + contrast * np.cos(phase)


def energies(frame):
    return frame.filter(like="energy_")


@given(st.integers(0, 255))
def test_a_plain_picture_has_luminance_and_nothing_else(value):
    row = image_features([np.full((8, 6), value, np.uint8)], linear=False).iloc[0]
    assert_allclose(row["luminance"], value / 255)
    assert_allclose(row["contrast"], 0, atol=1e-12)
    assert_allclose(energies(row.to_frame().T).to_numpy(float), 0, atol=1e-12)
    assert row[["red_0", "red_1", "red_2", "red_3"]].sum() == 1
    assert row[f"red_{min(int(value / 255 * 4), 3)}"] == 1


def test_luminance_of_the_primaries_is_that_of_rec_709():
    primaries = np.eye(3)[:, None, None, :] * np.ones((1, 4, 4, 1))
    for linear in (True, False):
        frame = image_features(primaries, linear=linear)
        assert_allclose(frame["luminance"], [0.2126, 0.7152, 0.0722])
    # Mid grey of a file is about a fifth of white's light: a known value of the sRGB curve.
    assert_allclose(luminance(np.full(3, 128 / 255)), 0.21586, atol=1e-5)
    assert_allclose(luminance(np.full(3, 0.04)), 0.04 / 12.92)


@pytest.mark.parametrize(
    ("cycles", "angle", "band"),
    [
        (1, 0, "energy_1_2"),
        (3, 0, "energy_2_4"),
        (3, np.pi / 2, "energy_2_4"),
        (8, 0, "energy_8_16"),
        (20, 0, "energy_16_32"),
    ],
)
def test_the_energy_of_a_grating_is_in_its_band(cycles, angle, band):
    frame = image_features([grating(cycles, angle=angle)], linear=False)
    assert_allclose(frame[band], 0.4**2 / 2)
    assert_allclose(energies(frame).drop(columns=band), 0, atol=1e-12)
    assert_allclose(frame["contrast"], 0.4 / np.sqrt(2))


def test_frequencies_are_per_height_whatever_the_width():
    wide = np.hstack([grating(3), grating(3)])
    assert_allclose(image_features([wide], linear=False)["energy_2_4"], 0.4**2 / 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 20), st.integers(2, 20), st.integers(0, 99))
def test_all_bands_together_hold_the_variance(height, width, seed):
    picture = np.random.default_rng(seed).random((height, width))
    energy = spectrum_energy(picture, np.array([0, 1, 3, 1e9]))
    assert_allclose(energy.sum(), picture.var())
    turned = spectrum_energy(picture[::-1, ::-1], np.array([0, 1, 3, 1e9]))
    assert_allclose(turned, energy, atol=1e-15)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9), st.integers(0, 99))
def test_histograms_count_pixels_as_by_hand(bins, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (7, 5, 3)).astype(np.uint8)
    row = image_features([picture], bins=bins).iloc[0]
    for channel, colour in enumerate(("red", "green", "blue")):
        # Compared in whole numbers: value / 255 * bins, the top of the scale in the last bin.
        where = np.minimum(picture[..., channel].astype(int) * bins // 255, bins - 1)
        expected = np.bincount(where.ravel(), minlength=bins) / where.size
        assert_allclose([row[f"{colour}_{b}"] for b in range(bins)], expected)


def test_depth_and_kind_of_numbers_do_not_matter():
    values = np.random.default_rng(0).integers(0, 256, (6, 6, 3))
    byte, word, real = (
        image_features([picture])
        for picture in (
            values.astype(np.uint8), (values * 257).astype(np.uint16), values / 255.0
        )
    )  # fmt: skip
    assert_allclose(byte, word, atol=1e-12)
    assert_allclose(byte, real, atol=1e-12)
    grey = values[..., 0].astype(np.uint8)
    assert_allclose(image_features([grey]), image_features([np.dstack([grey] * 3)]))


@pytest.mark.parametrize("ending", ["bmp", "png"])
def test_files_give_what_their_arrays_give(tmp_path, ending):
    rng = np.random.default_rng(1)
    grey, colour = rng.integers(0, 256, (8, 9)), rng.integers(0, 256, (8, 9, 3))
    arrays = [grey.astype(np.uint8), colour.astype(np.uint8)]
    paths = [tmp_path / f"{name}.{ending}" for name in ("f001", "u002")]
    for array, path in zip(arrays, paths, strict=True):
        Image.fromarray(array).save(path)
    frame = image_features(paths)
    assert list(frame.index) == ["f001", "u002"]
    assert_allclose(frame, image_features(arrays))
    pd.testing.assert_frame_equal(frame, image_features([str(path) for path in paths]))


def test_a_palette_and_black_and_white_are_read_as_colours(tmp_path):
    half = np.zeros((4, 4), bool)
    half[:2] = True
    picture = Image.fromarray(half)
    picture.save(tmp_path / "bw.png")
    picture.convert("RGB").convert("P").save(tmp_path / "p.png")
    frame = image_features([tmp_path / "bw.png", tmp_path / "p.png"])
    assert_allclose(frame["luminance"], 0.5)
    assert_allclose(frame["contrast"], 0.5)


def test_bad_input_is_named(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    Image.fromarray(np.full((2, 2, 4), 100, np.uint8), "RGBA").save(tmp_path / "glass.png")
    Image.new("CMYK", (2, 2)).save(tmp_path / "print.jpg")
    good = np.zeros((4, 4))
    for images, error, message in [
        ([], ValueError, "images: expected at least one picture"),
        (str(tmp_path / "text.png"), TypeError, r"images: .*use \[path\]"),
        (good, ValueError, "images: expected an array of n pictures"),
        ([good, np.zeros((4, 4, 4))], ValueError, r"images\[1\]: expected shape"),
        ([np.zeros((0, 4))], ValueError, r"images\[0\]: expected at least one pixel"),
        ([good + np.nan], ValueError, r"images\[0\]: expected real numbers from 0 to 1"),
        ([good + 2], ValueError, "got 2.0 to 2.0"),
        ([good.astype(int)], TypeError, r"images\[0\]: expected uint8, uint16 or real"),
        ([tmp_path / "none.png"], FileNotFoundError, r"images\[0\]: no file"),
        ([tmp_path / "text.png"], ValueError, "text.png is no picture"),
        ([tmp_path / "glass.png"], ValueError, "glass.png is transparent"),
        ([tmp_path / "print.jpg"], ValueError, "print.jpg has colours of mode CMYK"),
    ]:
        with pytest.raises(error, match=message):
            image_features(images)
    with pytest.raises(ValueError, match="bins: expected at least 1"):
        image_features([good], bins=0)
    with pytest.raises(ValueError, match="bands: expected two or more rising edges"):
        image_features([good], bands=(4, 2))
