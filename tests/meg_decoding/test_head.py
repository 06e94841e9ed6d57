"""The closed form of the head against MNE's forward solution and against physics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from workedpapers.meg_decoding.simulation.head import CENTRE, lead_field, sarvas, sensors

MU0_OVER_4PI = 1e-7


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def some_dipoles(n, seed=0):
    rng = np.random.default_rng(seed)
    return CENTRE + unit(rng.normal(size=(n, 3))) * rng.uniform(0.02, 0.08, size=(n, 1))


vectors = st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(np.array)


def test_the_helmet_has_102_magnetometers_and_204_gradiometers():
    helmet = sensors()
    assert len(set(helmet.names)) == 306
    assert (helmet.kinds == "mag").sum() == 102
    assert (helmet.kinds == "grad").sum() == 204
    # The axes of the layout are written with few digits.
    assert_allclose(np.linalg.norm(helmet.normals, axis=1), 1, rtol=2e-4)
    sums = np.add.reduceat(helmet.weights, helmet.starts)
    assert_allclose(sums, np.where(helmet.kinds == "mag", 1, 0), atol=1e-12)


def test_lead_field_is_that_of_mne():
    import mne

    dipoles = some_dipoles(12)
    info = mne.channels.read_meg_canonical_info("neuromag", verbose="ERROR")
    forward = mne.make_forward_solution(
        info,
        trans=None,
        src=mne.setup_volume_source_space(
            pos={"rr": dipoles, "nn": unit(dipoles - CENTRE)}, verbose="ERROR"
        ),
        bem=mne.make_sphere_model(r0=CENTRE, head_radius=None, verbose="ERROR"),
        meg=True,
        eeg=False,
        mindist=0.0,
        verbose="ERROR",
    )
    theirs = forward["sol"]["data"].reshape(306, -1, 3)
    ours = lead_field(dipoles)
    for kind in ("mag", "grad"):
        of_kind = sensors().kinds == kind
        scale = np.abs(theirs[of_kind]).max()
        assert_allclose(ours[of_kind] / scale, theirs[of_kind] / scale, atol=1e-12)


def test_a_radial_dipole_is_silent_and_so_is_one_at_the_centre():
    dipoles = some_dipoles(20, seed=1)
    field = lead_field(dipoles)
    silent = np.einsum("sdc,dc->sd", field, unit(dipoles - CENTRE))
    loud = np.linalg.norm(field, axis=-1)
    assert np.abs(silent).max() < 1e-13 * loud.max()
    assert_allclose(lead_field(CENTRE[None]), 0, atol=1e-13 * loud.max())


@settings(max_examples=30, deadline=None)
@given(vectors, vectors, vectors)
def test_outside_the_radial_field_is_that_of_the_dipole_alone(where, dipole, moment):
    """Volume currents make no radial field (Sarvas 1987, section 4): Biot and Savart suffice."""
    if np.linalg.norm(where) < 0.1:
        return
    r = 0.11 * unit(where)
    r0 = 0.05 * dipole
    field = sarvas([r], [unit(r)], [r0], centre=np.zeros(3))[0, 0] @ moment
    d = r - r0
    alone = MU0_OVER_4PI * np.cross(moment, d) @ unit(r) / np.linalg.norm(d) ** 3
    assert_allclose(field, alone, rtol=1e-9, atol=1e-20)


def test_the_field_outside_has_no_curl_and_no_divergence():
    """All nine derivatives by central differences at one place."""
    r, r0, h = np.array([0.03, -0.05, 0.1]), [[0.02, 0.01, 0.05]], 1e-4
    moment = np.array([0.3, -1.0, 0.4])

    def field(point):
        return sarvas(np.tile(point, (3, 1)), np.eye(3), r0, centre=np.zeros(3))[:, 0] @ moment

    J = np.array([(field(r + h * e) - field(r - h * e)) / (2 * h) for e in np.eye(3)])
    scale = np.abs(J).max()
    assert abs(np.trace(J)) < 1e-5 * scale
    assert_allclose(J, J.T, atol=1e-5 * scale)


def test_a_rotation_of_everything_changes_nothing():
    rng = np.random.default_rng(3)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    points, normals = 0.12 * unit(rng.normal(size=(5, 3))), unit(rng.normal(size=(5, 3)))
    dipoles = 0.04 * rng.normal(size=(4, 3)).clip(-1, 1)
    before = sarvas(points, normals, dipoles, centre=np.zeros(3))
    after = sarvas(points @ turn.T, normals @ turn.T, dipoles @ turn.T, centre=np.zeros(3))
    assert_allclose(after @ turn, before, rtol=1e-9, atol=1e-12 * np.abs(before).max())


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"dipoles: expected shape \(n, 3\), got \(2, 2\)"):
        lead_field([[0, 0], [0, 0.01]])
    with pytest.raises(ValueError, match="dipoles: expected finite numbers"):
        lead_field([[0, 0, np.nan]])
    with pytest.raises(ValueError, match="dipoles: expected each to be nearer"):
        lead_field([[0, 0, 0.2]])
    with pytest.raises(ValueError, match="normals: expected the shape of points"):
        sarvas([[0, 0, 1]], [[0, 0, 1], [0, 1, 0]], [[0, 0, 0.1]])
    with pytest.raises(ValueError, match="centre: expected 3 coordinates, got 2"):
        sarvas([[0, 0, 1]], [[0, 0, 1]], [[0, 0, 0.1]], centre=[0, 0])
    with pytest.raises(TypeError, match="points: expected real numbers"):
        sarvas([["a", "b", "c"]], [[0, 0, 1]], [[0, 0, 0.1]])
