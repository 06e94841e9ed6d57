"""What a reader of a page can do: drag marks, follow sentences, predict; and nothing vanishes."""

import csv
import io
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.hall.explore.explore_ball import ball_explorer, numbers_of, write_page
from tests.hall.explore.explore_pages import settle
from workedpapers.explore import (
    Estimate,
    Explorer,
    ExplorerError,
    Lines,
    Marker,
    Number,
    Pick,
    Points,
    Quiz,
    Rule,
    Sketch,
    Slider,
    answer_key,
    bare_html,
    check_mirror,
)

READY = "#ball .wp-x[data-drawn]"
PICK = Quiz("ball-q1", "Thrown more steeply, does it reach farther?",
            Pick(["Farther.", "Less far."], "Less far."), start={"angle": 45.0},
            reveal={"angle": 75.0}, why="It reaches {reach:.1f} m.")  # fmt: skip
GUESS = Quiz("ball-q2", "How far does it reach?", Estimate("reach", 0.3, "m", ".1f"),
             reveal={"speed": 10.0})  # fmt: skip
CURVE = Quiz("ball-q3", "Draw its path.",
             Sketch("places", "path", 3, "Place (m)", "Height (m)", (-12, 6), knots=5))  # fmt: skip


@pytest.fixture(scope="module")
def ball():
    return ball_explorer()


@pytest.fixture(scope="module")
def page_address(ball, tmp_path_factory):
    asked = [ball.ask(quiz) for quiz in (PICK, GUESS, CURVE)]
    return write_page(tmp_path_factory.mktemp("ball"), ball, *asked)


@pytest.fixture
def open_ball(open_page, page_address):
    def open_at(width=1280, state="", ready=READY, **options):
        page = open_page(width, address=page_address + state, ready=ready, **options)
        return page

    return open_at


def label(page):
    return page.locator("#ball [role=img]").first.get_attribute("aria-label")


def hold(page, number):
    """A thing to drag, and its middle in the window."""
    button = page.locator("#ball .wp-hold").nth(number)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    return button, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_mirror_of_the_ball_is_right(ball):
    assert check_mirror(ball, samples=40) < 1e-9


# In Python


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"view": [Marker("area", "area")]}, "name no slider that it could move"),
        ({"view": [Lines("x", "y", hues=["nobody"])]}, r"\['nobody'\] are not among the entities"),
        ({"entities": ["a", "a"]}, "different names"),
        ({"entities": [str(i) for i in range(7)]}, "at most 6"),
        ({"name": "Not An Anchor"}, "lower-case words"),
    ],
)
def test_scenes_refuse(change, says):
    given = {"view": [Number("area")], "caption": "c", "alt": "a", "static": False} | change
    view = given.pop("view")
    with pytest.raises(ExplorerError, match=says):
        Explorer(lambda side: {"area": side, "x": np.zeros(2), "y": np.zeros(2)},
                 [Slider("side", 0, 1)], view, **given)  # fmt: skip


def test_marks_refuse():
    with pytest.raises(ExplorerError, match="hue or hues"):
        Points("x", "y", hue="a", hues=["a"])
    with pytest.raises(ExplorerError, match="stands at a slider"):
        Rule(x=3, drag=True)


@pytest.mark.parametrize(
    ("quiz", "says"),
    [
        (lambda: Quiz("Q 1", "?", PICK.answer), "lower-case"),
        (lambda: Quiz("q", " ", PICK.answer), "question is empty"),
        (lambda: Pick(["one"], "one"), "at least two"),
        (lambda: Estimate("reach", 0), "above 0"),
        (lambda: Sketch("x", "y", 1, "", "", (1, 0)), "rising"),
    ],
)
def test_quizzes_refuse(quiz, says):
    with pytest.raises(ExplorerError, match=says):
        quiz()


@pytest.mark.parametrize(
    ("quiz", "says"),
    [
        (Quiz("q", "?", PICK.answer, reveal={"weight": 3}), "weight"),
        (Quiz("q", "?", PICK.answer, reveal={"angle": 99}), "not in"),
        (Quiz("q", "?", Estimate("height", 1)), "'height' is not among"),
        (Quiz("q", "?", Pick(["a", "b"], "{reach:.0f}")), "is not one of"),
        (Quiz("q", "?", Sketch("reach", "reach", 1, "", "", (0, 1))), "no curve"),
    ],
)
def test_a_figure_refuses_questions_that_it_cannot_answer(ball, quiz, says):
    with pytest.raises(ExplorerError, match=says):
        ball.ask(quiz)


def test_answers_are_computed_and_shared_data_is_the_same(ball):
    asked = ball.ask(GUESS)
    assert_allclose(asked.quiz["right"], 10, rtol=1e-12)
    assert asked.quiz["answer"] == "10.0 m"
    assert asked.quiz["of"] == "ball"
    assert asked.store == ball.store
    assert asked.name == "ball-q2"
    assert ball.ask(PICK).quiz["why"] == "It reaches 3.2 m."
    assert ball.ask(PICK).defaults["angle"] == 45


def test_the_answer_key_is_in_the_metadata_and_not_in_a_bare_figure(ball, monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setenv("WORKEDPAPERS_BUILD", "1")
    monkeypatch.setattr(
        IPython.display, "display", lambda data, metadata, raw: shown.append((data, metadata))
    )
    ball._ipython_display_()
    ball.ask(PICK)._ipython_display_()
    outputs = [{"data": data, "metadata": notes} for data, notes in shown]
    assert all("application/vnd.jupyter.widget-view+json" not in o["data"] for o in outputs)
    (entry,) = answer_key({"cells": [{"outputs": outputs}]})
    assert (entry["id"], entry["figure"], entry["answer"]) == ("ball-q1", "ball", "Less far.")
    html = outputs[1]["data"]["text/html"]
    assert "Less far.</p>" not in bare_html(html)
    assert "<li>Less far.</li>" in bare_html(html)
    assert "wp-store" in html
    assert "wp-store" not in bare_html(html)


def test_a_page_that_is_built_opens_no_line_to_a_widget(monkeypatch):
    monkeypatch.setenv("WORKEDPAPERS_BUILD", "1")
    assert ball_explorer().comm is None


# In a browser


def test_a_mark_is_dragged_and_moves_both_sliders(open_ball):
    page = open_ball()
    assert numbers_of(page)["Speed"] == "8.0 m/s"
    assert page.locator("#ball .wp-drag-me").inner_text() == "drag me"
    _, x, y = hold(page, 1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 40, steps=4)
    page.mouse.up()
    settle(page)
    now = numbers_of(page)
    assert float(now["Speed"].split()[0]) > 9
    assert float(now["Angle"].rstrip("°")) > 50
    assert f"Thrown at {now['Speed']}" in label(page)
    assert page.locator("#ball .wp-drag-me").count() == 0


def test_marks_lines_and_points_obey_the_arrow_keys(open_ball):
    page = open_ball()
    names = [one.get_attribute("aria-label") for one in page.locator("#ball .wp-hold").all()]
    assert [name.split(" in the plot")[0] for name in names] == ["Point 1", "here", "Line"]
    mark, *_ = hold(page, 1)
    mark.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert numbers_of(page)["Speed"] == "8.5 m/s"
    assert numbers_of(page)["Angle"] == "50°"
    assert "8.5 m/s" in mark.get_attribute("aria-label")
    line, *_ = hold(page, 2)
    line.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert numbers_of(page)["Angle"] == "5°"
    point, *_ = hold(page, 0)
    point.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    assert numbers_of(page)["Point 2"] == "5.90"


def test_a_finger_drags_the_mark(open_ball):
    page = open_ball(390, has_touch=True, device_scale_factor=2)
    session = page.context.new_cdp_session(page)
    _, x, y = hold(page, 1)
    for step in range(6):
        kind = "touchMove" if step else "touchStart"
        at = [{"x": x + 8 * step, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)
    assert float(numbers_of(page)["Angle"].rstrip("°")) > 45


def swipe(page, x, y, dx, dy):
    session = page.context.new_cdp_session(page)
    for step in range(8):
        kind = "touchMove" if step else "touchStart"
        at = [{"x": x + dx * step / 7, "y": y + dy * step / 7}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    # A swipe lets the page glide on: the next touch must not land beside what it is meant for.
    page.evaluate(
        """async () => {
          for (let still = 0, last = NaN; still < 20; last = scrollY) {
            await new Promise(requestAnimationFrame);
            still = scrollY === last ? still + 1 : 0;
          }
        }"""
    )


def test_a_swipe_that_starts_on_a_slider_scrolls_and_a_drag_moves_it(open_ball):
    page = open_ball(390, has_touch=True, device_scale_factor=2)
    slider = page.locator("#ball .wp-slider .wp-rail").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    before, scrolled = numbers_of(page), page.evaluate("scrollY")
    swipe(page, x, y, 4, -200)
    assert numbers_of(page) == before
    assert page.evaluate("scrollY") > scrolled + 50
    # The picture stays in view and may lie over the slider, whose own place is out of sight.
    slider.evaluate("rail => rail.scrollIntoView({block: 'center'})")
    box = slider.bounding_box()
    scrolled = page.evaluate("scrollY")
    swipe(page, box["x"] + 20, box["y"] + box["height"] / 2, box["width"] - 40, 3)
    assert float(numbers_of(page)["Speed"].split()[0]) > 15
    assert page.evaluate("scrollY") == scrolled
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + 30, box["y"] + box["height"] / 2)
    assert float(numbers_of(page)["Speed"].split()[0]) < 5


def marks_at_rim(page):
    """Whether something is drawn within 16 px of the right, the left and the upper rim."""
    return page.evaluate(
        """() => {
          const c = document.querySelector('#ball canvas.wp-marks'), ctx = c.getContext('2d');
          const o = document.querySelector('#ball .u-over'), k = c.width / c.clientWidth;
          const [l, t, w, h] = [o.offsetLeft, o.offsetTop, o.offsetWidth, o.offsetHeight];
          const inked = (x, y, a, b) => ctx.getImageData(x * k, y * k, a * k, b * k).data
            .some((v, i) => i % 4 === 3 && v > 200);
          const right = inked(l + w - 16, t + 2, 14, h * 0.6);
          return { right, left: inked(l + 2, t + 2, 14, h * 0.8) };
        }"""
    )


def test_what_is_outside_is_an_arrow_at_the_edge(open_ball):
    page = open_ball(state="#ball?speed=3")
    assert not marks_at_rim(page)["right"]
    page = open_ball(state="#ball?speed=20&angle=30&step=12")
    assert marks_at_rim(page) == {"right": True, "left": True}


def test_a_sentence_of_the_text_sets_a_state(open_ball):
    page = open_ball()
    link = page.locator("a.wp-set")
    assert link.get_attribute("href") == "#ball?angle=75&speed=12"
    link.click()
    settle(page)
    assert numbers_of(page) | {"Speed": "12.0 m/s", "Angle": "75°"} == numbers_of(page)
    assert "Thrown at 12.0 m/s and 75°" in label(page)


def test_without_javascript_the_sentence_is_a_link_and_nothing_is_blank(browser, page_address):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    page.goto(page_address)
    link = page.locator("a.wp-set")
    assert link.get_attribute("href") == "#ball"
    assert page.locator("#ball").count() == 1
    place = page.locator("#ball").bounding_box()["height"]
    parts = page.locator("#ball .wp-still").evaluate(
        "e => [...e.children].filter(c => c.tagName !== 'STYLE').reduce((sum, c) => sum + "
        "c.getBoundingClientRect().height + parseFloat(getComputedStyle(c).marginBottom), 0)"
    )
    assert place - parts < 60
    assert page.locator("#ball-q1 .wp-answer summary").is_visible()
    context.close()


def test_the_state_is_in_the_address_and_comes_back(open_ball, page_address):
    page = open_ball(state="#ball?angle=20&step=10&trees=1,2")
    assert numbers_of(page)["Angle"] == "20°"
    assert numbers_of(page)["Point 2"] == "2.00"
    assert "after 10 steps" in label(page)
    assert page.locator("#ball").bounding_box()["y"] < 200
    page.wait_for_timeout(900)  # while the address itself sets a state, it is left alone
    page.locator("#ball .wp-slider input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.hash.includes('speed=8.5')")
    assert page.evaluate("location.hash") == "#ball?speed=8.5&angle=20&trees=1,2&step=10"
    page.locator("#ball .wp-reset").click()
    page.wait_for_function("location.hash === '#ball'")


@pytest.mark.parametrize("state", ["#ball?angle=7e9&speed=x&nobody=1&step=-4", "#after", "#ball?"])
def test_addresses_that_say_nonsense_do_no_harm(open_ball, state):
    page = open_ball(state=state)
    assert re.fullmatch(r"\d+°", numbers_of(page)["Angle"])
    assert numbers_of(page)["Speed"] == "8.0 m/s"


def test_the_menu_gives_link_numbers_and_picture(open_ball):
    page = open_ball(accept_downloads=True)
    page.locator("#ball .wp-dots > summary").click()
    items = page.locator("#ball .wp-item")
    assert items.all_inner_texts() == ["Copy link", "Data (CSV)", "Picture (SVG)"]
    items.first.click()
    page.wait_for_function("document.querySelector('#ball .wp-done').textContent")
    with page.expect_download() as got:
        items.nth(1).click()
    with open(got.value.path(), encoding="utf8") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert rows[0]["speed"] == "8"
    assert_allclose([float(row["places"]) for row in rows], np.linspace(0, 10, 41))
    assert rows[1]["speed"] == ""
    with page.expect_download() as got:
        items.nth(2).click()
    with open(got.value.path(), encoding="utf8") as file:
        svg = file.read()
    tree = ET.fromstring(svg)
    words = [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"A ball", "far", "here", "Place (m)"} <= set(words)
    assert any(word.startswith("other: −") for word in words)  # it flies out of the window
    assert len(list(tree.iter("{http://www.w3.org/2000/svg}path"))) > 10
    assert got.value.suggested_filename == "ball.svg"


def test_a_figure_has_few_tab_stops_and_labels_that_differ(open_ball):
    page = open_ball()
    stops = page.evaluate(
        "[...document.querySelectorAll('#ball :is(a, button, input, select, summary, [tabindex])')]"
        ".filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()).length"
    )
    assert stops <= 12
    labels = page.locator("#ball [role=img]").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert len(set(labels)) == len(labels) == 2
    assert labels[1] == "Speed (m/s) against Angle (°)."


def test_two_columns_on_a_laptop_one_on_a_phone_with_a_sticky_picture(open_ball):
    page = open_ball()
    first, second = (one.bounding_box() for one in page.locator("#ball .wp-panel").all())
    assert abs(first["y"] - second["y"]) < 30
    assert second["x"] > first["x"] + first["width"]
    top = page.locator("#ball .wp-x").bounding_box()["y"]
    sentence = page.locator("#ball .wp-sentence").bounding_box()
    assert sentence["y"] + sentence["height"] - top <= 700
    page = open_ball(390, has_touch=True)
    first, second = (one.bounding_box() for one in page.locator("#ball .wp-panel").all())
    assert second["y"] > first["y"] + first["height"] - 1
    page.set_viewport_size({"width": 390, "height": 600})
    speed = page.locator("#ball .wp-slider").first
    speed.evaluate("e => e.scrollIntoView({ block: 'end' })")
    settle(page)
    picture, control = page.locator("#ball .wp-first").bounding_box(), speed.bounding_box()
    assert -1 <= picture["y"] < 60
    assert control["y"] >= picture["y"] + picture["height"] - 1
    assert control["y"] + control["height"] <= 601


def test_two_or_three_controls_at_first_and_the_rest_behind_more(open_ball):
    page = open_ball()
    assert page.locator("#ball .wp-handles").is_hidden()
    more = page.locator("#ball .wp-more > summary")
    assert more.inner_text() == "More: trees"
    more.click()
    assert page.locator("#ball .wp-handles").is_visible()


def test_an_entity_has_one_hue_in_all_views(open_ball):
    from workedpapers.plotting import hue

    page = open_ball()
    colours = page.evaluate(
        """() => Promise.all(Array.from(document.querySelectorAll('#ball .wp-sample'), async c => {
          await c.decode();
          const context = new OffscreenCanvas(c.naturalWidth, c.naturalHeight).getContext('2d');
          context.drawImage(c, 0, 0);
          const { data } = context.getImageData(0, 0, c.naturalWidth, c.naturalHeight);
          const i = data.findIndex((v, k) => k % 4 === 3 && v === 255) - 3;
          return '#' + [...data.slice(i, i + 3)].map(v => v.toString(16).padStart(2, '0')).join('');
        }))"""
    )
    assert colours.count(hue(0).light) == 2  # the legend of the curve, and the number


def test_while_it_plays_every_frame_of_the_screen_has_a_drawing(open_ball):
    page = open_ball()
    # A clock of our own: how fast the machine is does not matter.
    page.clock.install()
    page.locator("#ball .wp-play").click()
    page.clock.run_for(160)
    figure = page.locator("#ball .wp-x")
    before = int(figure.get_attribute("data-drawn"))
    page.clock.run_for(800)  # 50 frames of 16 ms, in which 60 steps a second make 48
    assert 47 <= int(figure.get_attribute("data-drawn")) - before <= 50


def test_off_the_screen_nothing_runs_and_nothing_draws(open_ball):
    page = open_ball()
    figure = page.locator("#ball .wp-x")
    page.locator("#ball .wp-play").click()
    page.wait_for_function("+document.querySelector('#ball .wp-transport input').value > 5")
    page.evaluate("document.getElementById('after').scrollIntoView()")
    page.wait_for_selector("#ball .wp-x[data-awake=false]", state="attached")
    settle(page)
    drawn, step = figure.get_attribute("data-drawn"), label(page)
    page.wait_for_timeout(700)
    assert figure.get_attribute("data-drawn") == drawn
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(
        "n => +document.querySelector('#ball .wp-x').dataset.drawn > +n", arg=drawn
    )
    page.locator("#ball .wp-play").click()
    settle(page)
    # The clock stood still as well: 700 ms would have been 42 steps more.
    assert step != label(page)


def test_after_a_pause_of_the_page_the_clock_goes_on_where_it_was(open_ball):
    page = open_ball()
    page.locator("#ball .wp-play").click()
    page.wait_for_function("+document.querySelector('#ball .wp-transport input').value > 5")
    steps = page.evaluate(
        """() => {
          const input = document.querySelector('#ball .wp-transport input');
          const before = +input.value, end = performance.now() + 3000;
          while (performance.now() < end) {}
          return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
            document.querySelector('#ball .wp-play').click();
            done(+input.value - before);
          })));
        }"""
    )
    assert steps < 60  # three seconds are 180 steps


def test_what_did_not_change_is_not_drawn_again(open_ball):
    page = open_ball()
    draws = "[...document.querySelectorAll('#ball .wp-panel')].map(e => e.wpDraws)"
    first, second = page.evaluate(draws)
    page.locator("#ball .wp-forward").click()
    settle(page)
    assert page.evaluate(draws) == [first + 1, second]
    page.locator("#ball .wp-slider input").first.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert page.evaluate(draws) == [first + 2, second + 1]


# Predict, then move


def test_a_choice_is_answered_by_keyboard_before_anything_moves(open_ball):
    page = open_ball()
    quiz = page.locator("#ball-q1")
    quiz.locator(".wp-x[data-drawn]").wait_for()
    assert quiz.locator(".wp-asked").is_hidden()
    assert quiz.locator(".wp-placed").first.is_hidden()
    assert quiz.locator(".wp-verdict").is_hidden()
    quiz.locator(".wp-show").focus()
    page.keyboard.press("Enter")
    assert "Choose an answer first" in quiz.locator(".wp-ask-note").inner_text()
    quiz.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert quiz.locator(".wp-verdict").inner_text() == "Right. It reaches 3.2 m."
    settle(page)
    assert "75°" in quiz.locator("[role=img]").first.get_attribute("aria-label")
    assert quiz.locator(".wp-slider input").first.is_enabled()
    assert quiz.locator(".wp-placed").nth(1).is_visible()


def test_a_number_is_judged(open_ball):
    for given, says in (
        ("10,2", "Right. You said 10.2 m; it is 10.0 m."),
        ("7", "Not so. You said"),
    ):
        page = open_ball()
        quiz = page.locator("#ball-q2")
        quiz.locator(".wp-x[data-drawn]").wait_for()
        field = quiz.locator(".wp-estimate input")
        field.fill(given)
        field.press("Enter")
        assert quiz.locator(".wp-verdict").inner_text().startswith(says)


def test_a_curve_is_drawn_by_keyboard_and_by_mouse(open_ball):
    page = open_ball()
    quiz = page.locator("#ball-q3")
    quiz.locator(".wp-x[data-drawn]").wait_for()
    board = quiz.locator(".wp-board")
    quiz.locator(".wp-show").click()
    assert "Draw the curve first" in quiz.locator(".wp-ask-note").inner_text()
    board.focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
        page.keyboard.press("ArrowRight")
    assert "Point 5 of 5" in board.locator("[aria-live]").inner_text()
    board.scroll_into_view_if_needed()
    box = board.locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] * 0.33)
    page.mouse.down()
    for share, height in ((0.25, 0.25), (0.5, 0.33), (0.75, 0.6), (1, 0.95)):
        page.mouse.move(
            box["x"] + share * (box["width"] - 6), box["y"] + height * box["height"], steps=5
        )
    page.mouse.up()
    quiz.locator(".wp-show").click()
    verdict = quiz.locator(".wp-verdict")
    assert verdict.is_visible()
    assert "away from the curve" in verdict.inner_text()
