"""Presets, controls among the views and hollow points: in Python, in Node and in a browser."""

import numpy as np
import pytest

from tests.hall.explore.explore_pages import changes, page_of, settle
from tests.hall.explore.explore_samples import BEADS, SCENES, presets_explorer
from workedpapers.explore import (
    Choice,
    Controls,
    Explorer,
    ExplorerError,
    Handles,
    Lookup,
    Mirror,
    Number,
    Play,
    Points,
    Presets,
    Slider,
    Toggle,
    check_mirror,
)

A = Slider("a", 0, 1)
KNOWN = [
    A,
    Slider("n", 0, 10, step=2),
    Choice("c", ["x", "y"]),
    Toggle("t"),
    Lookup("w", ["oak", "ash"]),
    Handles("h", [0.0, 1.0], 0, 2),
    Play("k", 9),
]


def build(options, controls=(A,), view=None, **more):
    """An explorer with presets."""
    presets = Presets("scene", options, **more)
    return Explorer(
        lambda **given: {"sum": float(given["a"])},
        [presets, *controls],
        view or [Number("sum")],
        caption="c",
        alt="{sum}",
        static=False,
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "mapping with an entry"),
        (["one"], "mapping with an entry"),
        ({" ": {"a": 0}}, "no words for a button"),
        ({3: {"a": 0}}, "no words for a button"),
        ({"one": {}}, "'one' must be a mapping"),
        ({"one": 0.5}, "'one' must be a mapping"),
        ({"one": {"b": 0}}, r"'one' sets \['b'\], which are not among the controls \['a'"),
        ({"one": {"scene": "one"}}, r"sets \['scene'\]"),
        ({"one": {"a": 2}}, r"'one': slider a: 2 is not in \[0, 1\]"),
        ({"one": {"a": "low"}}, "'low' is not a number"),
        ({"one": {"n": 3}}, "slider n: 3 is not one of its settings"),
        ({"one": {"n": 2.4}}, "slider n"),
        ({"one": {"c": "z"}}, "choice c: 'z'"),
        ({"one": {"t": 1}}, "toggle t: 1"),
        ({"one": {"w": "elm"}}, "lookup w: 'elm'"),
        ({"one": {"h": [0.0]}}, "handles h: the value has shape"),
        ({"one": {"h": [0.0, 3.0]}}, "handles h: 3.0 is not in"),
        ({"one": {"k": 9}}, "play k: 9"),
        ({"one": {"a": 0.5, "t": True}, "two": {"t": True, "a": 0.5}}, "'one' and 'two' are the"),
    ],
)
def test_presets_refuse(options, says):
    with pytest.raises(ExplorerError, match=says):
        build(options, KNOWN)


def test_presets_that_play_need_a_player_and_leave_it_alone():
    with pytest.raises(ExplorerError, match="there is no Play"):
        build({"one": {"a": 0}}, play=True)
    with pytest.raises(ExplorerError, match="sets 'k', which play = True starts"):
        build({"one": {"a": 0, "k": 3}}, KNOWN, play=True)
    with pytest.raises(ExplorerError, match="identifier"):
        Presets("a scene", {"one": {"a": 0}})


def test_controls_are_put_once_and_only_if_they_are_there():
    with pytest.raises(ExplorerError, match=r"\['b'\] are not among the controls"):
        build({"one": {"a": 0}}, view=[Number("sum"), Controls("b")])
    with pytest.raises(ExplorerError, match=r"\['a'\] have two places"):
        build({"one": {"a": 0}}, view=[Controls(["scene", "a"]), Number("sum"), Controls("a")])
    for wrong in ([], [3]):
        with pytest.raises(ExplorerError, match="not names of controls"):
            Controls(wrong)


def test_compute_and_sentences_know_nothing_of_presets():
    explorer = build({"one": {"a": 0}, "two": {"a": 1}})
    assert set(explorer.values) == {"a"}
    explorer.values = {"a": 0.25}
    assert explorer.outputs["sum"] == 0.25
    explorer.values = {"a": 0.25, "scene": "one"}
    assert "scene" in explorer.answer["error"]
    with pytest.raises(ExplorerError, match="have no value"):
        explorer.controls[0].check("one")
    with pytest.raises(ExplorerError, match="scene"):
        build({"one": {"a": 0}}, view=[Number("scene")])


def test_values_are_kept_as_the_controls_have_them():
    values = {"a": 1, "n": 4.0, "c": "y", "t": np.True_, "w": "ash", "h": (1, 2), "k": 3.0}
    sent = build({"one": values}, KNOWN).spec["controls"][0]["options"][0]["values"]
    assert sent == {"a": 1.0, "n": 4, "c": "y", "t": True, "w": "ash", "h": [1.0, 2.0], "k": 3}
    assert [type(sent[name]) for name in "antk"] == [float, int, bool, int]
    assert values["h"] == (1, 2)


def test_presets_work_with_a_stored_grid():
    explorer = Explorer(
        lambda a, c: {"y": a + (c == "x")},
        [Presets("scene", {"one": {"a": 1, "c": "y"}}), A, Choice("c", ["x", "y"])],
        [Number("y")], caption="c", alt="{y}", static=True, grid={"a": 5},
    )  # fmt: skip
    assert explorer.static_report.nodes == {"a": 5, "c": 2}


def test_the_mirror_is_checked_without_presets():
    explorer = presets_explorer()
    assert check_mirror(explorer, samples=60) < 1e-12
    explorer.mirror = Mirror(BEADS.replace("rate * hour", "rate"))
    assert check_mirror(explorer, samples=20) > 0.1


def test_the_still_draws_rings_and_a_dash_and_leaves_controls_out():
    explorer = presets_explorer()
    assert "Scene" not in explorer.still
    joined = Explorer(
        lambda: {"gap": np.nan, "x": np.zeros(2)},
        [], [Number("gap", label="Apart"), Points("x", "x", hollow=True)],
        gaps=["gap"], caption="c", alt="a", static=True,
    )  # fmt: skip
    assert "Apart: <strong>–</strong>" in joined.still
    from workedpapers.explore.still import still_plots

    _, (plot,) = still_plots(joined.scene)
    (rings,) = plot.collections
    assert rings.get_facecolor().size == 0
    assert rings.get_edgecolor().size == 4


# In a browser


def pressed(page):
    """Words of the buttons that are marked as pressed."""
    found = page.locator("#presets .wp-preset[aria-pressed=true]")
    return [one.text_content() for one in found.all()]


def outputs(page):
    """What the controls show, by their label."""
    return page.evaluate(
        "Object.fromEntries("
        "[...document.querySelectorAll('#presets .wp-controls > * > output')].map((o) => "
        "[o.parentElement.querySelector('label').textContent, o.textContent]))"
    )


def pause(page):
    page.locator("#presets .wp-play[aria-label^=Pause]").click()
    settle(page)


def test_a_button_sets_its_controls_and_starts_the_player(open_page):
    page = open_page()
    assert pressed(page) == []
    assert page.locator("#presets .wp-presets select").is_hidden()
    assert page.get_by_role("group", name="Scene").get_by_role("button").count() == len(SCENES)
    forward = page.locator("#presets .wp-forward")
    forward.click()
    page.get_by_role("button", name="Fast").click()
    page.wait_for_function("+document.querySelector('#presets .wp-transport input').value > 3")
    pause(page)
    assert pressed(page) == ["Fast"]
    assert outputs(page)["Rate"] == "0.08 1/h"
    hours = int(page.locator("#presets .wp-transport input").input_value())
    said = page.locator("#presets [role=img]").get_attribute("aria-label")
    there = f"{0.92**hours:.2f}"
    assert said == f"After {hours} h the beads are at −{there} and {there} cm."
    # The step is none of its values; the rate is.
    forward.click()
    assert pressed(page) == ["Fast"]
    page.locator("#presets .wp-slider input").first.focus()
    page.keyboard.press("ArrowLeft")
    assert pressed(page) == []


def test_presets_work_from_the_keyboard_and_reset_takes_them_back(open_page):
    page = open_page()
    first = page.locator("#presets .wp-preset").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert pressed(page) == ["Apart"]
    assert page.locator("#presets input[value=outwards]").is_checked()
    pause(page)
    reset = page.locator("#presets .wp-reset")
    assert changes(page, "presets", reset.click) == (True, True)
    assert pressed(page) == []
    assert outputs(page) == {"Rate": "0.02 1/h", "Time": "0 of 199 h"}


def test_pressing_again_begins_again(open_page):
    page = open_page()
    slow = page.get_by_role("button", name="Slow")
    slow.click()
    page.wait_for_function("+document.querySelector('#presets .wp-transport input').value > 9")
    page.evaluate("document.querySelectorAll('#presets .wp-preset')[0].click()")
    assert int(page.locator("#presets .wp-transport input").input_value()) < 9
    pause(page)


def test_nothing_plays_for_readers_who_prefer_stillness(open_page):
    page = open_page(reduced_motion="reduce")
    page.locator("#presets .wp-forward").click()
    page.get_by_role("button", name="Fast").click()
    page.wait_for_timeout(200)
    assert outputs(page) == {"Rate": "0.08 1/h", "Time": "1 of 199 h"}
    assert pressed(page) == ["Fast"]


def test_a_phone_has_a_menu(open_page):
    page = open_page(390, device_scale_factor=2, has_touch=True)
    assert page.locator("#presets .wp-preset").first.is_hidden()
    menu = page.get_by_label("Scene").and_(page.locator("select"))
    assert menu.locator("option:checked").text_content() == "your own settings"
    menu.select_option("Fast")
    pause(page)
    assert outputs(page)["Rate"] == "0.08 1/h"
    assert menu.locator("option:checked").text_content() == "Fast"


def test_controls_stand_where_they_are_put(open_page):
    page = open_page()
    tops = page.evaluate(
        "['.wp-presets', '.wp-plot', '.wp-player', '.wp-number', '.wp-choice'].map((c) => "
        "document.querySelector(`#presets ${c}`).getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)
    below = page.locator("#presets .wp-controls:not(.wp-placed) > .wp-control")
    assert below.count() == 2


def test_a_number_that_is_not_there_is_a_dash(open_page):
    page = open_page()
    page.locator("#presets .wp-handles summary").first.click()
    sliders = page.locator("#presets .wp-group input")
    sliders.first.focus()
    page.keyboard.press("End")
    sliders.nth(1).focus()
    page.keyboard.press("End")
    settle(page)
    assert page.locator("#presets .wp-figure").text_content() == "–"


def test_presets_ask_a_kernel_and_play_the_mirror(open_page, tmp_path):
    path = tmp_path / "live.html"
    path.write_text(page_of({"presets": presets_explorer(static=False)}, pong=300), "utf8")
    page = open_page(address=path.as_uri())
    page.wait_for_selector("#presets .wp-x[data-source=python]")
    page.get_by_role("button", name="Fast").click()
    page.wait_for_selector("#presets .wp-x[data-source=mirror]")
    page.wait_for_function("+document.querySelector('#presets .wp-transport input').value > 3")
    pause(page)
    assert pressed(page) == ["Fast"]
    assert outputs(page)["Rate"] == "0.08 1/h"
