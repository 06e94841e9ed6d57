"""The roles that tie the text to the figures: what they refuse, and what a page then says."""

import importlib.util
import json
import sys

import pytest
from docutils import nodes
from docutils.utils import new_document

from tests.hall.explore.explore_ball import ball_explorer
from tools.house import BOOK


def extension(name):
    """One of the book's small Sphinx extensions."""
    spec = importlib.util.spec_from_file_location(name, BOOK / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def figures():
    return extension("figures")


@pytest.fixture(scope="module")
def ball():
    return ball_explorer()


def link_of(figures, text):
    (node,), _ = figures.set_role("set", f"`{text}`", text, 1, None)
    return node


@pytest.mark.parametrize(
    ("text", "shown", "settings"),
    [
        ("ball angle=75 speed=12", "angle = 75, speed = 12", ["angle=75", "speed=12"]),
        ("high <ball angle=75>", "high", ["angle=75"]),
        ("two\nwords <ball angle=75>", "two\nwords", ["angle=75"]),
    ],
)
def test_a_link_says_what_it_sets(figures, text, shown, settings):
    node = link_of(figures, text)
    assert (node.astext(), node["figure"], node["settings"]) == (shown, "ball", settings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a <ball angle=75 step=3 trees=1,2>", None),
        ("a <dice angle=75>", "no figure 'dice'"),
        ("a <ball weight=3>", "is no control=value"),
        ("a <ball angle>", "is no control=value"),
        ("a <ball angle=steep>", "angle of 'ball' cannot be 'steep'"),
        ("a <ball angle=90>", "cannot be '90'"),
        ("a <ball step=400>", "cannot be '400'"),
        ("a <ball trees=1>", "cannot be '1'"),
        ("a <ball scene=High>", "cannot be 'High'"),
    ],
)
def test_a_link_to_what_is_not_there_is_a_warning(figures, ball, text, says):
    problems = figures.problems_of(link_of(figures, text), {"ball": ball.spec})
    if says is None:
        assert not problems
    else:
        assert says in problems[0]


def test_options_and_truth_values_are_checked(figures):
    choice = {"kind": "choice", "options": ["up", "far down"]}
    assert figures.can_be(choice, "far+down")
    assert not figures.can_be(choice, "left")
    assert figures.can_be({"kind": "toggle"}, "on")
    assert not figures.can_be({"kind": "toggle"}, "maybe")
    assert figures.can_be({"kind": "lookup"}, "anything")


def test_words_take_the_number_of_their_entity(figures, ball, monkeypatch):
    document = new_document("page")
    document += nodes.raw("", ball.page_html, format="html")
    (known,), _ = figures.hue_role("hue", "", "other", 1, None)
    (titled,), _ = figures.hue_role("hue", "", "the ball <ball>", 1, None)
    (unknown,), _ = figures.hue_role("hue", "", "dice", 1, None)
    document += nodes.paragraph("", "", known, titled, unknown)
    warned = []
    monkeypatch.setattr(figures.logger, "warning", lambda text, **where: warned.append(text))
    figures.check_words(None, document)
    assert (known["number"], titled["number"]) == (1, 0)
    assert titled.astext() == "the ball"
    assert len(warned) == 1
    assert "'dice' has no hue" in warned[0]


def test_two_figures_of_one_name_are_a_warning(figures, ball, monkeypatch):
    document = new_document("page")
    document += nodes.raw("", ball.page_html + ball.page_html, format="html")
    warned = []
    monkeypatch.setattr(figures.logger, "warning", lambda text, **where: warned.append(text))
    figures.check_words(None, document)
    assert "needs a name of its own" in warned[0]


def test_data_that_two_figures_share_is_on_the_page_once(figures, ball):
    from workedpapers.explore import Pick, Quiz

    asked = ball.ask(Quiz("q", "Which?", Pick(["a", "b"], "a")))
    body = ball.page_html + asked.page_html
    added = []

    class App:
        add_css_file = staticmethod(lambda name, **_: added.append(name))
        add_js_file = staticmethod(lambda name, **_: added.append(name))

    context = {"body": body}
    figures.load_figures(App, "page", "page.html", context, None)
    assert added == ["explorer.css", "figures.js"]
    assert len(context["body"]) < len(body) - len(ball.mirror.source)
    names = [spec["name"] for spec in map(json.loads, figures._SPEC.findall(context["body"]))]
    assert names == ["ball", "q"]


def test_icons_that_are_used_keep_their_glyphs():
    light = extension("light")
    sheet = '.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}.fa-cat:before{content:"\\f6be"}'
    icons = light.icons_of(['<i class="fa-solid fa-bars"></i>'])
    assert light.glyphs_of(sheet, icons) == {0xF0C9}
