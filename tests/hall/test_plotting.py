import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose

from workedpapers import plotting
from workedpapers.plotting.matplotlib_style import INK
from workedpapers.plotting.narrow import make_narrow

ALT = "A line from the origin to the point one, one."
CAPTION = "The line rises at the same rate throughout."


def shown(**words: str) -> plotting.Shown:
    with plotting.style():
        figure, axes = plt.subplots()
        axes.plot([0, 1], [0, 1], label="a line")
        axes.legend()
        axes.set_xlabel("Time (s)")
    return plotting.show(figure, **{"alt": ALT, "caption": CAPTION, **words})


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                 for c in mpl.colors.to_rgb(colour)]  # fmt: skip
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_text_and_axes_take_the_colour_of_the_page() -> None:
    svg = shown().svg
    ET.fromstring(svg)
    assert "currentColor" in svg
    assert "#000000" not in svg
    assert "#ffffff" not in svg
    assert "<style" not in svg  # it would apply to the whole page


def test_two_figures_share_no_id() -> None:
    first, second = (set(re.findall(r'\bid="([^"]+)"', shown().svg)) for _ in range(2))
    assert first
    assert not first & second
    svg = shown().svg
    ids = set(re.findall(r'\bid="([^"]+)"', svg))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)) <= {
        pair for i in ids for pair in ((i, ""), ("", i))
    }


LETTERS = re.compile(r"scale\(([\d.]+) -[\d.]+\)")  # of SVG: size in points over 100


def test_a_phone_gets_the_same_letters_on_a_narrow_figure() -> None:
    one = shown()
    assert one.narrow
    wide, narrow = (
        float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1]) for svg in (one.svg, one.narrow)
    )  # type: ignore[index]
    assert narrow < 0.6 * wide
    smallest = [min(map(float, LETTERS.findall(svg))) for svg in (one.svg, one.narrow)]
    assert smallest[0] == smallest[1]
    assert 100 * smallest[1] * 342 / narrow >= 9  # px, in the column of a phone of 390 px
    html = one._repr_html_()
    assert html.count("<svg") == 2
    assert html.count('style="display:none"') == 1  # a notebook shows one alone
    assert html.count("<figcaption") == 1


def test_panels_of_a_row_come_below_each_other_and_their_legend_fits() -> None:
    with plotting.style():
        figure, panels = plt.subplots(1, 2, sharey=True)
        for k in range(3):
            panels[0].plot([0, 1], [k, k], label=f"a line with a long name, number {k}")
        panels[0].set_ylabel("Height (m)")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
        assert make_narrow(figure)
        figure.draw_without_rendering()
    upper, lower = (axes.get_position() for axes in panels)
    assert upper.y0 > lower.y1
    assert panels[1].get_ylabel() == "Height (m)"
    assert panels[1].yaxis.get_tick_params()["labelleft"]
    assert figure.legends[0].get_window_extent().width <= figure.bbox.width
    assert mpl.colors.to_hex(figure.legends[0].get_texts()[0].get_color()) == INK
    plt.close(figure)


def test_the_titles_of_panels_side_by_side_do_not_run_into_each_other() -> None:
    names = ("short", "a title of seven words, too long", "another title of many words")
    with plotting.style():
        figure, panels = plt.subplots(2, 3)
        for axes, name in zip(panels.flat, names * 2, strict=True):
            axes.set_title(name, fontsize="small")
        assert make_narrow(figure)
        figure.draw_without_rendering()
    for axes, name in zip(panels.flat, names * 2, strict=True):
        titles = [axes.title, axes._left_title, axes._right_title]
        (title,) = [one for one in titles if one.get_text()]
        assert title.get_text().split() == name.split()
        assert title.get_window_extent().width <= axes.bbox.width
    plt.close(figure)


def test_a_narrow_figure_stays_as_it_is() -> None:
    with plotting.style(figure_figsize=(3, 2)):
        figure, axes = plt.subplots()
        axes.plot([0, 1])
    one = plotting.show(figure, alt=ALT, caption=CAPTION)
    assert one.narrow == ""
    assert one._repr_html_().count("<svg") == 1


def test_the_figure_is_closed_and_never_wider_than_its_column() -> None:
    before = plt.get_fignums()
    html = shown(name="a-line")._repr_html_()
    assert plt.get_fignums() == before
    assert "max-width:100%" in html
    # The place of a picture is known while the browser leaves out what is off the screen.
    places = re.findall(
        r'aspect-ratio:([\d.]+)/([\d.]+);[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"', html
    )
    assert len(places) == html.count("<svg")
    for width, height, *box in places:
        assert_allclose([float(width), float(height)], [float(side) for side in box], rtol=1e-3)
    assert f'aria-label="{ALT}"' in html
    assert 'id="a-line"' in html
    assert f"<figcaption>{CAPTION}" in html


@pytest.mark.parametrize("word", ["alt", "caption"])
@pytest.mark.parametrize("text", ["", "a figure"])
def test_alt_text_and_caption_are_required(word: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{word}: expected a sentence"):
        shown(**{word: text})
    plt.close("all")


def test_only_a_figure_is_shown() -> None:
    with pytest.raises(TypeError, match="expected a matplotlib Figure, got list"):
        plotting.show([], alt=ALT, caption=CAPTION)  # type: ignore[arg-type]


def test_settings_can_be_changed_and_are_restored() -> None:
    before = mpl.rcParams["font.size"]
    with plotting.style(font_size=8):
        assert mpl.rcParams["font.size"] == 8
    assert mpl.rcParams["font.size"] == before
    with pytest.raises(ValueError, match="no_such: expected the name"), plotting.style(no_such=1):
        pass


@pytest.mark.parametrize(
    ("colours", "page"), [(plotting.PALETTE, "#ffffff"), (plotting.PALETTE_DARK, "#121212")]
)
def test_every_colour_stands_out_on_its_page(colours: tuple[str, ...], page: str) -> None:
    assert len(colours) == 6
    assert min(contrast(colour, page) for colour in colours) >= 3  # WCAG 2, 1.4.11


def test_the_book_has_the_same_colours_for_light_and_dark() -> None:
    css = (Path(__file__).parents[2] / "book" / "_static" / "book.css").read_text("utf-8")
    light, dark = re.findall(r"\{( --wp-series-0: [^}]*)\}", css)
    for rule, colours in ((light, plotting.PALETTE), (dark, plotting.PALETTE_DARK)):
        assert tuple(re.findall(r"#[0-9a-f]{6}", rule)) == colours


def test_series_take_the_colour_of_the_page() -> None:
    assert f"var(--wp-series-0, {plotting.PALETTE[0]})" in shown().svg


def test_lines_differ_by_more_than_colour() -> None:
    with plotting.style():
        figure, axes = plt.subplots()
        lines = [axes.plot([0, 1], [i, i])[0] for i in range(len(plotting.PALETTE))]
        dashes = {str(line.get_linestyle()) + str(line._dash_pattern) for line in lines}
        plt.close(figure)
    assert len(dashes) == len(plotting.PALETTE)


def test_many_marks_share_one_style_and_stay_where_they_are() -> None:
    rng = np.random.default_rng(0)
    with plotting.style():
        figure, axes = plt.subplots()
        axes.scatter(rng.random(1000), rng.random(1000), alpha=0.5)
        axes.scatter(rng.random(3), rng.random(3), marker="x")
        raw = io.StringIO()
        figure.savefig(raw, format="svg", metadata={"Date": None})
    svg = plotting.show(figure, alt=ALT, caption=CAPTION).svg

    def marks(text: str) -> list[tuple[float, float, str]]:
        """Places of all marks, with their own style or that of the group around them."""
        found = []
        for parent in ET.fromstring(text).iter():
            for mark in parent.findall("{http://www.w3.org/2000/svg}use"):
                if "x" in mark.attrib:
                    style = mark.get("style") or parent.get("style")
                    assert style
                    found.append((float(mark.attrib["x"]), float(mark.attrib["y"]), style))
        return found

    before, after = marks(raw.getvalue()[raw.getvalue().index("<svg") :]), marks(svg)
    assert len(after) == len(before) > 1003
    places = [np.array([mark[:2] for mark in some]) for some in (before, after)]
    assert np.abs(places[0] - places[1]).max() <= 0.01
    looks = [len({mark[2] for mark in some}) for some in (before, after)]
    assert looks[0] == looks[1] > 1
    assert len(svg) < 0.5 * len(raw.getvalue())
