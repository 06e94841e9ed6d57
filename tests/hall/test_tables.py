import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workedpapers.tables import Table, show_table

CAPTION = "Waiting times and delays of three ways to travel."
ALT = "The bus is never late, the ship always."
WAITS = pd.DataFrame(
    {"wait": [0.25, 12.5, np.nan], "late": [0.0, 0.125, 1.0], "seats": [45, 1200, 80]},
    index=pd.Index(["bus", "train", "ship"], name="by"),
)


def shown(frame: pd.DataFrame = WAITS, **words: object) -> Table:
    words = {"caption": CAPTION, "alt": ALT, "missing": "not measured", **words}
    return show_table(frame, **words)  # type: ignore[arg-type]


def cells(table: Table) -> list[list[str]]:
    """Texts of the rows of the HTML table, as a browser has them."""
    tree = ET.fromstring(table._repr_html_())
    return [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]


def test_heads_carry_units_and_a_percentage_is_of_a_hundred() -> None:
    table = shown(units={"wait": "min", "late": "%"}, digits={"late": 1})
    assert cells(table) == [
        ["by", "wait (min)", "late (%)", "seats"],
        ["bus", "0.2", "0.0", "45"],
        ["train", "12.5", "12.5", "1,200"],
        ["ship", "not measured", "100.0", "80"],
    ]


def test_text_and_html_have_the_same_cells() -> None:
    table = shown(units={"wait": "min"})
    lines = repr(table).splitlines()
    assert lines[0] == CAPTION
    assert [re.split(r"  +", line.strip()) for line in lines[1:]] == cells(table)


def test_a_screen_reader_hears_caption_and_heads() -> None:
    tree = ET.fromstring(shown()._repr_html_())
    assert tree.tag == "figure"
    assert tree.findtext("figcaption") == CAPTION
    region = tree.find("div")
    assert region is not None
    assert (region.get("role"), region.get("tabindex")) == ("region", "0")
    assert region.get("aria-label") == ALT
    assert [head.get("scope") for head in tree.iterfind(".//thead//th")] == ["col"] * 4
    assert [head.get("scope") for head in tree.iterfind(".//tbody//th")] == ["row"] * 3


def test_an_index_that_only_counts_is_not_shown() -> None:
    table = shown(WAITS.reset_index())
    assert cells(table)[1][0] == "bus"
    assert table.row_heads == 0


def test_an_index_of_several_levels_heads_the_rows() -> None:
    frame = pd.DataFrame(
        {"n": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None])
    )
    assert cells(shown(frame)) == [["x", "", "n"], ["a", "1", "1"], ["b", "2", "2"]]


def test_the_name_of_the_columns_stands_above_them() -> None:
    table = shown(pd.crosstab(pd.Series(["a", "b"], name="said"), pd.Series([1, 2], name="is")))
    assert cells(table)[0] == ["", "is"]
    assert repr(table).splitlines()[0] == f"{CAPTION} (is)"


def test_facts_and_words_are_written_as_words() -> None:
    frame = pd.DataFrame({"ok": [True, False], "kind": ["<b>", "c"]})
    assert cells(shown(frame)) == [["ok", "kind"], ["yes", "<b>"], ["no", "c"]]
    assert "<b>" not in shown(frame)._repr_html_()


@pytest.mark.parametrize(
    ("values", "digits", "texts"),
    [
        ([0.98765, 0.5], None, ["0.988", "0.500"]),
        ([1234.5, 2.0], None, ["1,234", "2"]),
        ([2.0, 3.0], None, ["2", "3"]),
        ([1e-9, 2e-7], ".0e", ["1e-09", "2e-07"]),
        ([0.01234, 4133.75], ",.3g", ["0.0123", "4,134"]),
        ([-0.4, -1.6], 0, ["0", "-2"]),
        ([np.inf, 1.25], 1, ["∞", "1.2"]),
        ([7, 70000], 2, ["7", "70,000"]),
    ],
)
def test_numbers_are_written_for_people(values: list, digits: object, texts: list[str]) -> None:
    table = shown(pd.DataFrame({"x": values}), digits=digits)
    assert [row[0] for row in table.rows] == texts


def test_minus_is_as_wide_as_a_digit_on_the_page_alone() -> None:
    table = shown(pd.DataFrame({"x": [-1.5]}))
    assert cells(table)[1] == ["−1.50"]
    assert "-1.50" in repr(table)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=5))
def test_three_digits_of_the_largest_are_shown(values: list[float]) -> None:
    written = [float(row[0].replace(",", "")) for row in shown(pd.DataFrame({"x": values})).rows]
    largest = max(map(abs, values))
    assert np.abs(np.subtract(written, values)).max() <= max(0.005 * largest, 1e-12)


@pytest.mark.parametrize(
    ("frame", "words", "error", "says"),
    [
        ([1], {}, TypeError, "frame: expected a pandas DataFrame, got list"),
        (WAITS[:0], {}, ValueError, "a row and a column or more"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, ValueError, "got 'a' twice"),
        (pd.DataFrame([[1]], columns=[["a"], ["b"]]), {}, ValueError, "heads of one level, got 2"),
        (WAITS, {"caption": "Waits"}, ValueError, "caption: expected a sentence"),
        (WAITS, {"alt": ""}, ValueError, "alt: expected a sentence"),
        (WAITS, {"missing": None}, ValueError, r"word for the 1 empty cell\(s\) of column 'wait'"),
        (WAITS, {"missing": {"late": "-"}}, ValueError, "empty cell"),
        (WAITS, {"units": {"speed": "m/s"}}, ValueError, "units: expected column.*'speed'"),
        (WAITS, {"units": "min"}, TypeError, "units: expected a mapping"),
        (WAITS, {"digits": {"wait": 1.5}}, TypeError, "digits: column 'wait': .* got 1.5"),
        (WAITS, {"digits": True}, TypeError, "digits: .* got True"),
        (WAITS, {"digits": -1}, ValueError, "expected 0 or more, got -1"),
        (WAITS, {"digits": {"wait": "x3"}}, ValueError, "digits: column 'wait': .* 'x3'"),
    ],
)
def test_bad_input_is_refused(
    frame: object, words: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        shown(frame, **words)  # type: ignore[arg-type]
