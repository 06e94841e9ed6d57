"""Times of the trigger channel, and tables that disagree with it."""

from functools import partial

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tests.meg_decoding.bids_recordings import (
    CODES,
    FACE_CODES,
    FIRST,
    SFREQ,
    kind_of,
    recording,
    starts,
)
from workedpapers.meg_decoding.recordings.events import trigger_onsets

TRIGGERS = partial(trigger_onsets, channel="STI101", other_bits=4096 + 256)


def test_triggers_give_their_times_whatever_the_recording_started_with():
    events = pd.DataFrame({"event": [str(c) for c in FACE_CODES]})
    raw = recording()
    faces = [bool(kind_of(c)) for c in CODES]
    assert raw.first_samp == FIRST
    assert_allclose(TRIGGERS(raw, events), starts()[faces] / SFREQ, atol=1e-12)
    assert_allclose(TRIGGERS(raw.crop(1.0), events), starts()[faces] / SFREQ - 1, atol=1e-12)


def test_a_button_pressed_during_a_picture_is_no_event_of_its_own():
    raw, start = recording(), starts()[2]
    raw._data[-1, start - 5 : start + 40] += 4096  # pressed before, released after
    raw._data[-1, starts()[4] + 5 : starts()[4] + 9] += 256
    events = pd.DataFrame({"event": [str(c) for c in FACE_CODES]})
    faces = [bool(kind_of(c)) for c in CODES]
    assert_allclose(TRIGGERS(raw, events), starts()[faces] / SFREQ, atol=1e-12)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (FACE_CODES[:-1], "has 7 events .* has 8.* has no row 8, the channel 13 at 19.500 s"),
        (FACE_CODES[1:], "has 7 events .* has 8.* has 13 in row 1, the channel 5 at 1.500 s"),
        ([*FACE_CODES, 5], "has 9 events .* has 8.* has 5 in row 9, the channel nothing more"),
        ([13, *FACE_CODES[1:]], "has 8 events .* has 8.* 13 in row 1, the channel 5 at 1.500 s"),
        (["Famous", 5], "expected a trigger code as each event, got 'Famous'"),
        ([5.5], "expected a trigger code as each event, got '5.5'"),
    ],
)
def test_tables_that_disagree_with_the_triggers_are_told_where(codes, message):
    events = pd.DataFrame({"event": [str(c) for c in codes]})
    with pytest.raises(ValueError, match=message):
        TRIGGERS(recording(), events)


def test_a_recording_without_its_trigger_channel_is_named():
    raw = recording().drop_channels("STI101")
    with pytest.raises(ValueError, match=r"expected a trigger channel STI101.*\n?.*events.tsv"):
        TRIGGERS(raw, pd.DataFrame({"event": ["5"]}))
