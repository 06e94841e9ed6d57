import re
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workedpapers.bisg import clean_name, cleaning
from workedpapers.bisg.cleaning import FOLD, PARTICLES, SUFFIXES, find

EXPECTED = {
    "Garcia": "GARCIA",
    "AVIV": "AVIV",
    "Nasr": "NASR",
    "ziv": "ZIV",
    "IV": "IV",
    "JR": "JR",
    "O'Neil, Jr.": "ONEIL",
    "O’Brien": "OBRIEN",
    "SMITH, II": "SMITH",
    "SMITH IV": "SMITH",
    "Smith,III": "SMITH",
    "Smith 3rd": "SMITH",
    "Garcia-Lopez": "GARCIALOPEZ",
    "De la Cruz": "DELACRUZ",
    "de la O": "DELAO",
    "Núñez": "NUNEZ",
    "Nun\u0303ez": "NUNEZ",
    "Großmann": "GROSSMANN",
    "Ærø": "AERO",
    "NAN": "NAN",
    "nan": "NAN",
    "NULL": "NULL",
    "St. John": "STJOHN",
    "Mary J": "MARY",
    "J R": "JR",
    "Dav 3idson": "DAVIDSON",
    "  Smith  ": "SMITH",
    "": "",
    "---": "",
    "李": "",
}


@pytest.mark.parametrize(("typed", "key"), EXPECTED.items())
def test_name_list(typed, key):
    assert clean_name(typed) == key


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_missing_is_no_name(missing):
    assert clean_name(missing) == ""


@pytest.mark.parametrize("value", [7, 7.5, b"SMITH", ["SMITH"]])
def test_other_types_are_refused_by_name(value):
    with pytest.raises(TypeError, match=r"name: expected text"):
        clean_name(value)


@given(st.text(max_size=30))
def test_result_is_a_word_and_cleaning_again_changes_nothing(text):
    key = clean_name(text)
    assert re.fullmatch("[A-Z]*", key)
    assert clean_name(key) == key


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=1))
def test_one_plain_word_keeps_every_letter(word):
    assert clean_name(word) == word.upper()


@given(
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=12),
    st.sampled_from([" ", ", ", ",", "  "]),
    st.sampled_from(SUFFIXES),
)
def test_suffix_goes_only_with_a_separator(word, separator, suffix):
    assert clean_name(word + separator + suffix) == word
    if suffix.isalpha():
        assert clean_name(word + suffix) == word + suffix


def test_fold_agrees_with_unicode_decomposition():
    for letter, plain in FOLD.items():
        decomposed = unicodedata.normalize("NFKD", letter).upper()
        ascii_part = "".join(c for c in decomposed if "A" <= c <= "Z")
        if plain and ascii_part:
            assert plain == ascii_part, letter


def test_no_letter_outside_the_fold_turns_into_a_letter_by_upper_case():
    every = (chr(p) for p in range(128, 0x110000) if not 0xD800 <= p < 0xE000)
    assert [c for c in every if c not in FOLD and re.search("[A-Z]", c.upper())] == []


TABLE = {
    name: row
    for row, name in enumerate(
        ["GARCIA", "LOPEZ", "DELACRUZ", "FUENTES", "ONEIL", "NAN", "AVIV", "SMITH", "DELATORRE"]
    )
}


@pytest.mark.parametrize(
    ("typed", "key", "how"),
    [
        ("Garcia", "GARCIA", "exact"),
        ("nan", "NAN", "exact"),
        ("O'Neil, Jr.", "ONEIL", "cleaned"),
        (" Aviv ", "AVIV", "cleaned"),
        ("Garcia-Lopez", "GARCIA", "first part"),
        ("Garcia Lopez III", "GARCIA", "first part"),
        ("de la Torre-Smith", "DELATORRE", "first part"),
        ("Xq-de la Cruz", "DELACRUZ", "last part"),
        ("de la Fuentes", "FUENTES", "last word"),
        ("Smith V", "SMITH", "cleaned"),
        ("Xq", None, "not in table"),
        ("de la Xq", None, "not in table"),
        ("123", None, "no letters"),
        ("  ", None, "missing"),
        (None, None, "missing"),
        (float("nan"), None, "missing"),
        (12, None, "not text"),
    ],
)
def test_which_step_matched(typed, key, how):
    row, step = find(typed, TABLE)
    assert (row, step) == (TABLE.get(key), how)


def test_a_particle_alone_is_never_taken_for_the_name():
    particles = dict(zip(PARTICLES, range(len(PARTICLES)), strict=True))
    assert find("de la Xq", particles)[0] is None
    assert find("van der Xq", particles)[0] is None
    assert find("De", particles)[0] == particles["DE"]


@given(st.text(max_size=20))
def test_find_agrees_with_clean_name(text):
    key = clean_name(text)
    row, how = find(text, {key: 1} if key else {})
    if key:
        assert row == 1
        assert how in ("exact", "cleaned")
    else:
        assert row is None


@given(st.text(alphabet="ABDELS '-,.2VI", max_size=25))
def test_parts_are_pieces_of_the_words(text):
    words = cleaning._words(text)
    for key in cleaning.parts(words):
        assert key in words.replace(" ", "")
        assert len(key) != 1


NAMELIKE = st.text(alphabet="abJRSIV2 3.,'-éØß`\u0301 deLAo", max_size=18) | st.lists(
    st.sampled_from(["Smith", "JR", "II", "2nd", "de", "la", "O", "J", "x9", "Núñez", "III", "4"]),
    max_size=5,
).map(" ".join)


@settings(max_examples=1000)
@given(NAMELIKE | st.text(max_size=20))
def test_the_short_way_agrees_with_the_patterns(text):
    assert cleaning._words(text) == cleaning.words_by_pattern(text)
