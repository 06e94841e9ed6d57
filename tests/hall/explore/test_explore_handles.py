"""Points that are dragged, and axes of equal scale: in Python, in Node and in a real browser."""

import io

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.hall.explore.explore_pages import alike, changes, drawn, page_of, settle
from tests.hall.explore.explore_samples import CENTRES, handles_explorer
from workedpapers.explore import (
    Explorer,
    ExplorerError,
    Handles,
    HeatMap,
    Lines,
    Number,
    Points,
    Slider,
    check_mirror,
)
from workedpapers.explore.still import still_plots

PAIRS = [[0.0, 1.0], [1.0, 0.5]]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Handles("p", [], 0, 1), "empty"),
        (lambda: Handles("p", 0.5, 0, 1), "n numbers or n pairs"),
        (lambda: Handles("p", [[0, 1, 2]], 0, 1), r"pairs of x and y; its shape is \(1, 3\)"),
        (lambda: Handles("p", [[[0, 1]]], 0, 1), "its shape"),
        (lambda: Handles("p", [[0, 1], [2]], 0, 3), "not numbers, or not in pairs"),
        (lambda: Handles("p", ["a"], 0, 1), "not numbers"),
        (lambda: Handles("p", [True], 0, 1), "not numbers"),
        (lambda: Handles("p", [0.5, np.nan], 0, 1), "NaN"),
        (lambda: Handles("p", [0.5, 2], 0, 1), r"2\.0 is not in \[0\.0, 1\.0\]"),
        (lambda: Handles("p", PAIRS, (0, 0), (1, 0.8)), r"y = 1\.0 is not in \[0\.0, 0\.8\]"),
        (lambda: Handles("p", [0.5], 1, 1), "not below"),
        (lambda: Handles("p", PAIRS, (0, 2), (1, 1)), "not below"),
        (lambda: Handles("p", [0.5], (0, 0), 1), "low must be a number"),
        (lambda: Handles("p", PAIRS, 0, (1, 2, 3)), "high must be a number or a pair"),
        (lambda: Handles("p", [0.5], 0, np.inf), "high = inf"),
        (lambda: Handles("p", [0.5], 0, 1, step=2), "step 2"),
        (lambda: Handles("p", [0.5], 0, 1, labels=["a", "b"]), "1 strings"),
        (lambda: Handles("p q", [0.5], 0, 1), "identifier"),
        (lambda: Lines("x", "y", equal=True, ylog=True), "not together with xlog or ylog"),
        (lambda: HeatMap("z", "x", "y", equal=True, xlog=True), "not together"),
        (lambda: Lines("x", "y", xlog=True) + Points("x", "y", equal=True), "not together"),
    ],
)
def test_constructors_refuse(make, says):
    with pytest.raises(ExplorerError, match=says):
        make()


def build(points, **options):
    """An explorer of three numbers and a slider, drawn by some Points."""
    controls = [Handles("p", [0.0, 0.5, 1.0], 0, 1), Slider("a", 0, 1)]
    given = {"static": False, "caption": "c", "alt": "{p[0]:.2f}"} | options
    return Explorer(
        lambda p, a: {"x": p, "y": p * 0, "two": p[:2]}, controls, [points, Number("a")], **given
    )


def test_points_name_handles_that_are_there():
    for name in ("q", "a"):
        with pytest.raises(ExplorerError, match=rf"'{name}' is not one of the Handles \['p'\]"):
            build(Points("x", "y", handles=name))
    with pytest.raises(ExplorerError, match="2 points, but the handles 'p' are 3"):
        build(Points("x", "x") + Points("two", "two", handles="p"))
    assert build(Points("x", "y", handles="p")).outputs["x"].shape == (3,)


def test_a_static_page_needs_a_mirror():
    with pytest.raises(ExplorerError, match=r"no grid holds, .* needs a mirror"):
        build(Points("x", "y", handles="p"), static=True)


def test_compute_gets_arrays_and_recomputes_when_they_move():
    seen = []

    def compute(p, q):
        seen.append((p, q))
        return {"sum": p.sum() + q[1, 1]}

    explorer = Explorer(
        compute,
        [Handles("p", [1, 2], 0, 5), Handles("q", PAIRS, 0, 2)],
        [Number("sum")],
        caption="c",
        alt="{p[1]}, {p[-1]:.1f}: {sum:.2f}",
        static=False,
    )
    first, second = seen[0]
    assert (first.dtype, first.shape, second.shape) == (np.float64, (2,), (2, 2))
    assert explorer.values == {"p": [1, 2], "q": PAIRS}
    assert explorer.describe(explorer.values, explorer.outputs) == "2.00, 2.0: 3.50"
    explorer.values = {"p": [1, 3.25], "q": [[0.0, 0.0], [0.0, 2.0]]}
    assert_array_equal(seen[-1][0], [1, 3.25])
    assert explorer.outputs["sum"] == 6.25
    assert explorer.answer["values"] == explorer.values
    for wrong in ([1], [1, 9], [1, float("nan")], [[1, 2], [3, 4]], "no"):
        explorer.values = {"p": wrong, "q": PAIRS}
        assert "handles p" in explorer.answer["error"]


def test_positions_drawn_at_random_are_positions_that_can_be_dragged_to():
    rng = np.random.default_rng(0)
    numbers = Handles("p", [0.0, 0.1], -1.37, 2.2)
    stepped = Handles("q", PAIRS, (-1.1, 0), (2, 1.05), step=0.25)
    for _ in range(50):
        drawn_at = np.array(numbers.sample(rng))
        numbers.check(drawn_at)
        inside = drawn_at[(drawn_at > -1.37) & (drawn_at < 2.2)]
        assert_allclose(inside * 100, np.round(inside * 100), atol=1e-9)
        x, y = np.array(stepped.sample(rng)).T
        assert_allclose((x + 1.1) * 4, np.round((x + 1.1) * 4), atol=1e-9)
        assert y.max() <= 1
    assert numbers.format == ".2f"


def test_a_mirror_with_handles_is_checked():
    assert check_mirror(handles_explorer(), samples=60) < 1e-12
    wrong = CENTRES.replace("mean(py)", "py[0]")
    assert check_mirror(handles_explorer(wrong), samples=20) > 0.1
    with pytest.raises(ExplorerError, match=r"numbers = \[-1"):
        check_mirror(handles_explorer(CENTRES.replace("px, py,", "px: px.slice(1), py,")))


def test_a_mirror_may_change_the_lists_that_it_gets(open_page, tmp_path):
    source = CENTRES.replace("const mean", "numbers.sort().reverse(); const mean")
    path = tmp_path / "page.html"
    path.write_text(page_of({"one": handles_explorer(source)}), encoding="utf8")
    page = open_page(address=path.as_uri())
    output = page.locator("#one .wp-handles output").first
    assert output.text_content() == "−1.00 cm"
    page.locator("#one .wp-reset").click()
    settle(page)
    assert output.text_content() == "−1.00 cm"


def test_the_still_has_equal_scales_and_cuts_no_limits():
    z = np.zeros((3, 5))
    explorer = Explorer(
        lambda: {"x": np.array([-1.0, 1.0]), "y": np.array([0.0, 3.0]), "z": z},
        [],
        [
            [
                Lines("x", "y", xlim=(-1.5, 1.5), ylim=(0, 3), equal=True),
                HeatMap("z", (0, 4), (0, 2), equal=True),
            ],
            Points("x", "y", xlim=(-9, 9), ylim=(-1, 1), equal=True),
            Lines("x", "y", xlim=(-1.5, 1.5)),
        ],
        caption="c",
        alt="a",
        static=False,
    )
    figure, plots = still_plots(explorer.scene)
    figure.savefig(io.BytesIO(), format="png")
    wanted = [((-1.5, 1.5), (0, 3)), ((-0.5, 4.5), (-0.5, 2.5)), ((-9, 9), (-1, 1))]
    for plot, (xlim, ylim) in zip(plots, wanted, strict=False):
        (left, low), (right, high) = plot.transData.transform([(0, 0), (1, 1)])
        assert_allclose(right - left, high - low, rtol=0.01)
        for (a, b), (c, d) in ((plot.get_xlim(), xlim), (plot.get_ylim(), ylim)):
            assert a <= c + 1e-9
            assert b >= d - 1e-9
    assert plots[3].get_xlim() == (-1.5, 1.5)


# In a browser

FIND = """([place, number]) => {
  const canvas = document.querySelectorAll(`#${place} .u-wrap canvas.wp-marks`)[number];
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const colour = [...COLOUR, 255];
  const seen = new Uint8Array(width * height);
  const spots = [];
  for (let start = 0; start < seen.length; start += 1) {
    const is = (i) => !seen[i] && colour.every((level, k) => data[4 * i + k] === level);
    if (!is(start)) continue;
    const spot = { n: 0, x: 0, y: 0 };
    const open = [start];
    seen[start] = 1;
    while (open.length) {
      const i = open.pop();
      spot.n += 1; spot.x += i % width; spot.y += Math.floor(i / width);
      for (const next of [i - 1, i + 1, i - width, i + width]) {
        if (next >= 0 && next < seen.length && is(next)) { seen[next] = 1; open.push(next); }
      }
    }
    spots.push(spot);
  }
  const box = canvas.getBoundingClientRect();
  return spots.filter((s) => s.n > 60).map((s) => [box.left + (s.x / s.n + 0.5) * box.width / width,
    box.top + (s.y / s.n + 0.5) * box.height / height]);
}"""


def middles(page, number=0):
    """Middles of the discs that are drawn in one plot, in pixels of the window, left to right."""
    from workedpapers.plotting import palette

    page.locator("#handles .u-wrap").nth(number).scroll_into_view_if_needed()
    first = palette()["series"]["light"][0]
    colour = [int(first[i : i + 2], 16) for i in (1, 3, 5)]
    found = page.evaluate(FIND.replace("COLOUR", str(colour)), ["handles", number])
    apart: list[tuple[float, float]] = []
    for spot in sorted(tuple(spot) for spot in found):
        if all(np.hypot(spot[0] - x, spot[1] - y) > 8 for x, y in apart):  # disc and rim are one
            apart.append(spot)
    return apart


def label(page, number=0):
    return page.locator("#handles [role=img]").nth(number).get_attribute("aria-label")


def test_a_point_is_dragged_by_mouse(open_page):
    page = open_page()
    start = drawn(page, "handles")
    places = middles(page)
    assert len(places) == 3
    x, y = places[1]
    unit = (places[2][0] - places[0][0]) / 3
    page.mouse.move(x + 4, y - 3)
    settle(page)
    over = page.locator("#handles .u-over").first
    assert over.evaluate("(e) => e.style.cursor") == "grab"

    def pull():
        page.mouse.down()
        page.mouse.move(x + 4 + unit / 2, y - 20, steps=4)
        page.mouse.move(x + 4 + unit, y - 40, steps=4)
        settle(page)
        assert over.evaluate("(e) => e.style.cursor") == "grabbing"
        page.mouse.up()

    assert changes(page, "handles", pull) == (True, True)
    page.mouse.move(x, y + 200)
    settle(page)
    assert "Numbers −1.00, 1.50 and 2.00: mean 0.83" in label(page)
    after = middles(page)
    assert abs(after[1][0] - x - unit) < 2
    assert abs(after[1][1] - y) < 1
    assert page.locator("#handles .wp-handles output").nth(1).text_content() == "1.50 cm"
    page.locator("#handles .wp-reset").click()
    settle(page)
    assert alike(drawn(page, "handles"), start)


def test_a_point_stays_within_its_bounds_and_rests_on_its_steps(open_page):
    page = open_page()
    places = middles(page, 1)
    assert len(places) == 4
    x, y = places[3]
    unit = (places[3][0] - places[0][0]) / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 0.6 * unit, y - 0.3 * unit, steps=3)
    settle(page)
    assert "corner is at 1.50, 0.25" in label(page)
    page.mouse.move(x + 9 * unit, y - 9 * unit, steps=5)
    settle(page)
    page.mouse.up()
    assert "corner is at 2.00, 1.50" in label(page)


def test_nothing_is_dragged_beside_the_points(open_page):
    page = open_page()
    x, y = middles(page)[0]
    page.mouse.move(x + 40, y)
    assert changes(
        page, "handles", lambda: (page.mouse.down(), page.mouse.move(x + 90, y), page.mouse.up())
    ) == (False, False)


def test_a_finger_drags_a_point_and_scrolls_beside_it(open_page):
    page = open_page(390, device_scale_factor=2, has_touch=True)
    session = page.context.new_cdp_session(page)

    def swipe(x, y, dx, dy):
        for step in range(6):
            at = [{"x": x + dx * step / 5, "y": y + dy * step / 5}]
            kind = "touchMove" if step else "touchStart"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(150)

    places = middles(page)
    x, y = places[0]
    unit = (places[2][0] - x) / 3
    before = page.evaluate("scrollY")
    swipe(x + 6, y + 6, 0.5 * unit, -90)
    assert "Numbers −0.50, 0.50" in label(page) or "Numbers −0.49, 0.50" in label(page)
    assert page.evaluate("scrollY") == before
    swipe(x + 2.2 * unit, y + 6, 0, -90)
    assert page.evaluate("scrollY") > before


def test_the_keyboard_moves_every_coordinate(open_page):
    page = open_page()
    sliders = page.locator("#handles .wp-handles input[type=range]")
    assert sliders.count() == 3 + 4 * 2
    assert not sliders.first.is_visible()
    for group in page.locator("#handles .wp-handles summary").all():
        group.focus()
        page.keyboard.press("Enter")
    names = [one.evaluate("(e) => e.labels[0].textContent") for one in sliders.all()]
    assert names[:5] == ["Point 1", "Point 2", "Point 3", "A, x", "A, y"]
    for slider in sliders.all():
        slider.focus()
        assert changes(page, "handles", lambda: page.keyboard.press("ArrowRight")) == (True, True)
    assert sliders.nth(4).get_attribute("aria-valuetext") == "0.25"
    assert "corner is at 1.25, 0.25" in label(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_scales_are_equal_at_every_width(open_page, width):
    page = open_page(width)
    left, *middle, right = middles(page, 1)
    across, upright = right[0] - left[0], abs(middle[0][1] - middle[1][1])
    assert across > 60
    assert abs(across - upright) < 1.5
    page.set_viewport_size({"width": 520, "height": 900})
    settle(page)
    left, *middle, right = middles(page, 1)
    assert abs(right[0] - left[0] - abs(middle[0][1] - middle[1][1])) < 1.5


def test_handles_wait_for_python(open_page, tmp_path):
    path = tmp_path / "live.html"
    live = page_of({"handles": handles_explorer(static=False)}, pong=400)
    path.write_text(live, encoding="utf8")
    page = open_page(address=path.as_uri())
    page.wait_for_selector("#handles .wp-x[data-source=python]")
    x, y = middles(page)[0]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=3)
    settle(page)
    page.mouse.up()
    page.mouse.move(x, y + 200)
    settle(page)
    # No kernel answers here: the point stays where it was put.
    assert abs(middles(page)[0][0] - x - 60) < 2
