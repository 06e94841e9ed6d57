"""The explorers in a real browser: mouse, keyboard, phone, light and dark, and no network."""

import json
from pathlib import Path

import pytest

from tests.hall.explore.explore_pages import alike, changes, drag, drawn, page_of, settle
from tests.hall.explore.explore_samples import ALL

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[3]
VENDOR = ROOT / "tests" / "site" / "vendor" / "widgets"


def test_sliders_move_by_mouse_and_by_keyboard(open_page):
    page = open_page()
    for place in (0, 1):
        slider = page.locator("#oscillator input[type=range]").nth(place)
        slider.scroll_into_view_if_needed()
        assert changes(page, "oscillator", lambda s=slider: drag(page, s, 0.8)) == (True, True)
        slider.focus()
        assert changes(page, "oscillator", lambda: page.keyboard.press("ArrowLeft"))[0]
    output = page.locator("#oscillator output").nth(1)
    assert output.inner_text().endswith("rad/s")
    assert slider.get_attribute("aria-valuetext") == output.inner_text()


def test_choice_and_toggle(open_page):
    page = open_page()
    struck = page.locator("#oscillator .wp-segments label", has_text="struck")
    assert changes(page, "oscillator", struck.click)[0]
    page.locator("#oscillator input[type=radio]:checked").focus()
    assert changes(page, "oscillator", lambda: page.keyboard.press("ArrowLeft"))[0]
    toggle = page.locator("#oscillator [role=switch]")
    assert changes(page, "oscillator", toggle.click)[0]
    toggle.focus()
    assert changes(page, "oscillator", lambda: page.keyboard.press("Space"))[0]
    assert page.locator("#oscillator .wp-toggle output").inner_text() == "on"


def test_menu_moves_a_picture(open_page):
    page = open_page()
    menu = page.locator("#picture select")
    assert changes(page, "picture", lambda: menu.select_option("square")) == (True, True)
    menu.focus()
    assert changes(page, "picture", lambda: page.keyboard.press("ArrowDown")) == (True, True)


def test_reset_goes_back(open_page):
    page = open_page()
    before = drawn(page, "oscillator")
    drag(page, page.locator("#oscillator input[type=range]").first, 0.9)
    page.locator("#oscillator [role=switch]").click()
    settle(page)
    assert drawn(page, "oscillator") != before
    page.locator("#oscillator .wp-reset").click()
    settle(page)
    assert alike(drawn(page, "oscillator"), before)


def test_the_figure_says_what_python_says(open_page, explorers):
    page = open_page()
    explorer = explorers["oscillator"]
    label = page.locator("#oscillator [role=img]")
    start = explorer.describe(explorer.defaults, explorer.outputs)
    assert label.get_attribute("aria-label") == start
    spoken = page.locator("#oscillator .wp-spoken")
    page.locator("#oscillator input[type=range]").first.focus()
    page.keyboard.press("Home")
    assert spoken.inner_text() == ""  # it speaks once the control rests
    settle(page)
    values = explorer.defaults | {"damping": 0.05}
    said = explorer.describe(values, explorer.evaluate(values))
    assert label.get_attribute("aria-label") == said
    page.wait_for_function(
        "([e, said]) => e.innerText === said", arg=[spoken.element_handle(), said]
    )


def test_lookup_completes_takes_free_text_and_lets_go(open_page):
    page = open_page()
    box, options = page.locator("#names [role=combobox]"), page.locator("#names [role=option]")
    box.click()
    box.press_sequentially("gar")
    assert [option.inner_text() for option in options.all()] == ["García", "Garcés"]
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    assert changes(page, "names", lambda: page.keyboard.press("Enter")) == (True, True)
    assert box.input_value() == "Garcés"
    assert box.get_attribute("aria-expanded") == "false"
    box.fill("ngu")
    assert changes(page, "names", options.first.click) == (True, True)
    box.fill("unheard of")
    assert changes(page, "names", lambda: page.keyboard.press("Enter")) == (True, True)
    assert page.locator("#names .wp-note").inner_text() == "not in the list of 8"
    assert "not in the table" in page.locator("#names .wp-sentence").inner_text()
    box.fill("mul")
    page.keyboard.press("Escape")
    assert page.locator("#names [role=listbox]").is_hidden()
    page.keyboard.press("Escape")
    assert box.input_value() == "unheard of"


def wait_until(page, locator, least):
    """Wait until a player's slider stands at `least` or beyond, however long that takes."""
    handle = locator.element_handle()
    page.wait_for_function("([slider, least]) => +slider.value >= least", arg=[handle, least])


def test_play_runs_pauses_and_steps(open_page):
    page = open_page()
    slider = page.locator("#waves .wp-transport input")
    play = page.locator("#waves .wp-play")
    run = lambda: (play.click(), wait_until(page, slider, 4))  # noqa: E731
    assert changes(page, "waves", run) == (True, True)
    play.click()
    stopped = slider.input_value()
    page.wait_for_timeout(300)
    assert slider.input_value() == stopped
    assert changes(page, "waves", page.locator("#waves .wp-forward").click) == (True, True)
    assert int(slider.input_value()) == int(stopped) + 1
    play.focus()
    page.keyboard.press("Space")
    wait_until(page, slider, int(stopped) + 3)
    page.keyboard.press("Space")
    assert page.locator("#waves output").nth(1).inner_text().endswith("of 351°")


def test_a_mirror_draws_while_it_plays(open_page):
    page = open_page()
    figure = page.locator("#stepping .wp-x")
    slider = page.locator("#stepping .wp-transport input")
    before = int(figure.get_attribute("data-drawn"))
    page.locator("#stepping .wp-play").click()
    wait_until(page, slider, 50)
    page.locator("#stepping .wp-play").click()
    settle(page)
    steps = int(slider.input_value())
    assert steps >= 50
    assert int(figure.get_attribute("data-drawn")) - before >= 3
    said = page.locator("#stepping [role=img]").get_attribute("aria-label")
    explorer = ALL["stepping"](static=False)
    values = {"pull": 0.01, "step": steps}
    assert said == explorer.describe(values, explorer.evaluate(values))


def test_nothing_plays_by_itself(open_page):
    page = open_page(reduced_motion="reduce")
    before = [drawn(page, name) for name in ALL]
    page.wait_for_timeout(400)
    assert [drawn(page, name) for name in ALL] == before


def test_badges_and_small_print(open_page):
    page = open_page()
    assert page.locator("#oscillator .wp-badge").inner_text() == "Stored results"
    assert page.locator("#names .wp-badge").inner_text() == "Computed in your browser"
    page.locator("#oscillator .wp-details summary").click()
    table = page.locator("#oscillator details table")
    assert table.is_visible()
    assert "of the range" in table.inner_text()


def test_every_control_has_a_label_and_a_focus_ring(open_page):
    page = open_page()
    for field in page.locator(".wp-x :is(input, select, button, summary)").all():
        named = field.evaluate("(e) => e.labels?.[0]?.textContent || e.ariaLabel || e.textContent")
        assert named.strip(), field.evaluate("(e) => e.outerHTML")
    page.locator("#oscillator input[type=range]").first.focus()
    for _ in range(7):
        ring = page.evaluate(
            "() => { const e = document.activeElement; const shown = e.type === 'radio' ? "
            "e.nextElementSibling : e; return getComputedStyle(shown).outlineStyle; }"
        )
        assert ring == "solid", page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_is_wide_enough(open_page, width):
    page = open_page(width, device_scale_factor=2, has_touch=True)
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.locator("#oscillator .wp-details summary").click()
        settle(page)
    small = page.evaluate(
        "[...document.querySelectorAll('.wp-x :is(button, select, summary, input[type=range], "
        ".wp-segments label, .wp-combo input)')]"
        ".filter((e) => e.checkVisibility() && e.offsetHeight < 40).map((e) => e.outerHTML)"
    )
    assert small == []


def test_light_and_dark_differ_and_follow_the_page(open_page):
    page = open_page()
    light = {name: drawn(page, name) for name in ALL if name != "picture"}
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    settle(page)
    for name, pixels in light.items():
        assert drawn(page, name) != pixels, name
    ink = page.locator("#oscillator .wp-title").evaluate("(e) => getComputedStyle(e).color")
    assert ink == "rgb(228, 232, 237)"


def test_the_system_decides_where_the_page_does_not(open_page):
    page = open_page(color_scheme="dark")
    page.evaluate("document.documentElement.removeAttribute('data-theme')")
    settle(page)
    dark = page.locator("#oscillator .wp-x").evaluate(
        "(e) => getComputedStyle(e).getPropertyValue('--wp-dark')"
    )
    assert dark.strip() == "1"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_still_gives_way_without_a_jump(open_page, address, width):
    page = open_page(width, address=f"{address}#wait", ready="html:not([data-ready])")
    page.wait_for_selector(".wp-still img")
    page.wait_for_function("[...document.images].every((i) => i.complete)")
    before = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('section')].map((s) => "
        "[s.id, s.querySelector('.wp-still').getBoundingClientRect().height]))"
    )
    page.wait_for_function("typeof window.begin === 'function'")
    page.evaluate("window.begin()")
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    settle(page)
    for name, height in before.items():
        assert page.locator(f"#{name} .wp-still").is_hidden()
        after = page.locator(f"#{name} .wp-x").bounding_box()["height"]
        assert abs(after - height) <= 40, f"{name}: {height} became {after}"


def test_the_still_comes_back_in_print_and_without_scripts(open_page, browser, address):
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator("#oscillator .wp-still img").is_visible()
    assert page.locator("#oscillator .wp-x").is_hidden()
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(address)
    assert plain.locator("#oscillator .wp-still img").is_visible()
    assert plain.locator("#oscillator .wp-x").count() == 0
    context.close()


def test_axes_keep_still(open_page):
    page = open_page()
    strip = (
        "() => { const c = document.querySelector('#stepping .u-wrap canvas');"
        "const g = c.getContext('2d').getImageData(0, 0, 40, c.height).data; return g.join(); }"
    )
    before = page.evaluate(strip)
    slider = page.locator("#stepping input[type=range]").first
    assert changes(page, "stepping", lambda: drag(page, slider, 0.9))[0]
    assert page.evaluate(strip) == before


def test_an_error_is_shown(open_page):
    page = open_page()
    page.evaluate(
        "() => { Float64Array.from = () => { throw new Error('out of order'); };"
        " console.error = () => {}; }"
    )
    drag(page, page.locator("#stepping input[type=range]").first, 0.9)
    settle(page)
    message = page.locator("#stepping [role=alert]")
    assert "out of order" in message.inner_text()


def test_live_without_a_kernel_says_so(open_page, tmp_path):
    path = tmp_path / "live.html"
    path.write_text(page_of({"live": ALL["oscillator"](static=False)}), encoding="utf8")
    page = open_page(address=path.as_uri())
    slider = page.locator("#live input[type=range]").first
    assert slider.is_disabled()
    page.wait_for_selector("#live [role=alert]:not([hidden])")
    assert "Python has not answered yet" in page.locator("#live [role=alert]").inner_text()
    assert page.locator("#live .wp-badge").inner_text() == "Stored result"
    assert drawn(page, "live").startswith("data:image/png")


def test_a_kernel_that_was_busy_is_still_welcome(open_page, tmp_path):
    path = tmp_path / "busy.html"
    live = page_of({"live": ALL["oscillator"](static=False)}, pong=4500)
    path.write_text(live, encoding="utf8")
    page = open_page(address=path.as_uri())
    page.wait_for_selector("#live [role=alert]:not([hidden])")
    page.wait_for_selector("#live .wp-x[data-source=python]", timeout=10_000)
    assert page.locator("#live [role=alert]").is_hidden()
    assert page.locator("#live input[type=range]").first.is_enabled()


EMBEDDED = """<!doctype html><html lang="en" data-theme="light">
<head><meta charset="utf-8"><title>t</title>
<link rel="icon" href="data:,"><script src="VENDOR/require.js"></script>
<script src="VENDOR/widget-paths.js"></script>
<script src="VENDOR/@jupyter-widgets/html-manager/dist/embed-amd.js"></script>
<script type="application/vnd.jupyter.widget-state+json">STATE</script></head>
<body><main style="max-width:760px;margin:auto">BODY</main></body></html>"""


def test_the_real_widget_manager_runs_it(open_page, explorers, tmp_path):
    if not (VENDOR / "anywidget.js").exists():
        pytest.skip(f"NO {VENDOR}: the figures were NOT tried with the real widget manager")
    from ipywidgets.embed import embed_data

    data = embed_data(views=list(explorers.values()), drop_defaults=False)
    body = "".join(
        f'<section id="{name}">{explorer.still}<script type="application/vnd.jupyter.widget-view'
        f'+json">{json.dumps(view)}</script></section>'
        for (name, explorer), view in zip(explorers.items(), data["view_specs"], strict=True)
    )
    state = json.dumps(data["manager_state"]).replace("</", "<\\/")
    page_text = EMBEDDED.replace("STATE", state).replace("BODY", body)
    path = tmp_path / "embedded.html"
    path.write_text(page_text.replace("VENDOR", VENDOR.as_uri()), encoding="utf8")
    page = open_page(address=path.as_uri(), ready=None)
    for name in explorers:
        page.wait_for_selector(f"#{name} .wp-x[data-drawn]")
        assert page.locator(f"#{name} .wp-still").is_hidden()
    slider = page.locator("#oscillator input[type=range]").first
    assert changes(page, "oscillator", lambda: drag(page, slider, 0.8)) == (True, True)
    assert page.locator("#oscillator .wp-badge").inner_text() == "Stored results"
    box = page.locator("#names [role=combobox]")
    box.fill("Kim")
    assert changes(page, "names", lambda: page.keyboard.press("Enter")) == (True, True)
