"""What building an explorer refuses, and what it makes."""

import json
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.hall.explore.explore_samples import (
    ALL,
    names_explorer,
    oscillator_explorer,
    stepping_explorer,
)
from workedpapers.explore import (
    Bars,
    Choice,
    Choose,
    Explorer,
    ExplorerError,
    HeatMap,
    Lines,
    Lookup,
    Mirror,
    Number,
    Picture,
    Play,
    Points,
    Rule,
    Sentence,
    Slider,
    Toggle,
)
from workedpapers.explore.views.heatmap import cell_edges

A = Slider("a", 0, 1)


def build(compute=lambda a: {"y": a}, controls=(A,), view=None, **options):
    """An explorer that is fine, but for what a test changes."""
    given = {"caption": "c", "alt": "{y}", "static": True, "grid": {"a": 5}} | options
    if not any(isinstance(c, Slider) and c.name == "a" for c in controls):
        given.pop("grid", None)
    return Explorer(compute, list(controls), view or [Number("y")], **given)


def fails_late(a):
    if a > 0.7:
        raise RuntimeError("no convergence")
    return {"y": a}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"compute": fails_late}, r"a = 0\.75: RuntimeError: no convergence"),
        ({"compute": lambda a: {"y": np.nan if a == 0.25 else a}}, r"'y' at a = 0\.25 holds nan"),
        ({"compute": lambda a: {"y": 1 / 0.25 if a else np.inf}}, "holds inf"),
        ({"compute": lambda a: {"y": np.inf if a > 0.6 else a}, "gaps": ["y"]}, "a = 0.75"),
        ({"compute": lambda a: {"y": a, "z": np.zeros(3 + (a > 0.5))}}, r"'z' at a = 0\.75.*\(4,"),
        ({"compute": lambda a: {"y": a if a < 0.9 else 1}}, r"'y' at a = 1\.0 is whole numbers"),
        ({"compute": lambda a: {"y": a} | ({"b": 1} if a > 0 else {})}, r"a = 0\.25: \['b'\]"),
        ({"compute": lambda a: [a]}, "must return a dict, not list"),
        ({"compute": lambda a: {"y": a, "z": None}}, "'z' at a = 0.5 is NoneType"),
        ({"compute": lambda a: {"y": a, "a": 1}}, r"\['a'\] name both"),
        ({"compute": lambda a: {"y": a, "1z": 1}}, "'1z' must be a Python identifier"),
        ({"view": [Number("q")]}, r"Number draws \['q'\]"),
        ({"view": [Lines("y", ["y"])]}, "'y' has shape"),
        ({"view": [Number("y"), Sentence("{nothing}")]}, "nothing"),
        ({"view": []}, None),
        ({"view": ["y"]}, "view must be a list of views"),
        ({"alt": ""}, "alt text"),
        ({"alt": "{y:.q}"}, "not understood"),
        ({"alt": "{y"}, "stray '{'"),
        ({"alt": "{unknown}"}, "'unknown'"),
        ({"alt": lambda v, d: "" if v.a > 0.8 else "some"}, r"alt is empty at \{'a': 1\.0\}"),
        ({"alt": Choose("w", {"low": "l"}), "compute": lambda a: {"y": a, "w": "low" if a < 0.6
          else "high"}}, "no case for w = 'high'"),
        ({"caption": " "}, "caption"),
        ({"controls": [A, Slider("a", 0, 2)]}, "same name"),
        ({"controls": [A, "b"]}, "'b' is not a control"),
        ({"grid": {"b": 3}}, r"\['b'\]"),
        ({"grid": {"a": 1}}, "at least 2"),
        ({"max_error": 1e-9, "compute": lambda a: {"y": np.sin(40 * a)}}, "max_error = 1e-09"),
        ({"interpolation": "spline"}, "'spline'"),
        ({"bits": 12}, "bits of 'y' must be 8, 16 or 32, not 12"),
        ({"limit": 1000}, r"over the limit of 1 kB: data .*still .*bits=8"),
    ],
)  # fmt: skip
def test_build_errors_name_the_setting_and_the_cure(options, says):
    if says is None:
        with pytest.raises(ExplorerError, match="view must be"):
            Explorer(lambda a: {"y": a}, [A], [], caption="c", alt="{y}")
        return
    with pytest.raises(ExplorerError, match=says):
        build(**options)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Slider("a b", 0, 1), "identifier"),
        (lambda: Slider("a", 1, 1), "not below"),
        (lambda: Slider("a", 0, 1, log=True), "low > 0"),
        (lambda: Slider("a", 0, float("inf")), "high = inf"),
        (lambda: Slider("a", 0, 1, value=2), r"2 is not in \[0, 1\]"),
        (lambda: Slider("a", 0, 1, step=3), "step 3"),
        (lambda: Slider("a", "0", 1), "low = '0'"),
        (lambda: Choice("c", ["one"]), "at least 2"),
        (lambda: Choice("c", "ab"), "list of strings"),
        (lambda: Choice("c", ["a", "a"]), "the same"),
        (lambda: Choice("c", ["a", "b"], value="d"), "'d' is not one of"),
        (lambda: Toggle("t", value=1), "not True or False"),
        (lambda: Lookup("l", []), "at least 1"),
        (lambda: Lookup("l", ["a"], value="b"), "not in the list of 1"),
        (lambda: Play("p", 1), "frames"),
        (lambda: Play("p", 10, fps=0), "fps"),
        (lambda: Play("p", 10, over="y"), "list of names"),
        (lambda: Play("p", 10, value=10), "not a frame below 10"),
        (lambda: Rule(), "x or y"),
        (lambda: Rule(x=1, y=2), "x or y"),
        (lambda: Lines("x", ["y"], labels=["a", "b"]), "labels"),
        (lambda: Lines("x", ["y"], ylim=(2, 1)), "lower first"),
        (lambda: Lines("x", ["y"], ylim="free"), "'float'"),
        (lambda: Lines("x", ["y"], height=20), "height 20"),
        (lambda: HeatMap("z", "x", "y", colormap="jet"), "'jet'"),
        (lambda: Picture("p", alt=""), "alt"),
        (lambda: Number("y", format="%d"), "not understood"),
        (lambda: Lines("x", "y") + Number("y"), "no axes"),
        (lambda: Mirror("function f() {}"), "export default"),
    ],
)
def test_constructors_refuse(make, says):
    with pytest.raises(ExplorerError, match=says):
        make()


def two(a):
    return {"y": a, "v": np.zeros(4), "w": np.zeros(3), "m": np.zeros((3, 4)), "s": ["a", "b"]}


@pytest.mark.parametrize(
    "view",
    [Lines("v", "w"), Lines("m", "v"), Lines("v", "v", bands=[("v", "w")]), Points("v", "w"),
     Points("v", "v", labels=["a"]), Points("v", "v", size="w"), HeatMap("v", "v", "w"),
     HeatMap("m", "w", "v"), HeatMap("m", "v", "w", marker=("v", "w")), Bars("s", "v"),
     Bars("v", "v"), Bars(["a"], "w"), Picture("v", alt="a"), Number("v")],
)  # fmt: skip
def test_views_refuse_outputs_of_another_shape(view):
    with pytest.raises(ExplorerError):
        build(two, view=[view])


def test_views_take_outputs_that_fit():
    views = [Lines("v", ["v"]) + Points("w", "w"), HeatMap("m", "v", "w", marker=("y", "a")),
             Bars(["a", "b", "c"], "w"), Picture("m", alt="nothing"), Number("a")]  # fmt: skip
    assert build(two, view=views).static_report.worst < 1e-4


def test_what_a_static_page_cannot_do_is_said():
    def free(name):
        return {"y": len(name)}

    names = Lookup("name", ["a", "b"], free=True)
    with pytest.raises(ExplorerError, match="name takes any string"):
        build(free, [names])
    with pytest.raises(ExplorerError, match="step hands each frame"):
        build(lambda step: {"y": step}, [Play("step", 9)])
    many = [Slider(f"s{i}", 0, 1) for i in range(5)]
    with pytest.raises(ExplorerError, match="5 sliders"):
        build(lambda **s: {"y": sum(s.values())}, many)
    with pytest.raises(ExplorerError, match="leading axis of 9 frames; it is \\(8,\\)"):
        build(lambda: {"y": 1.0, "z": np.zeros(8)}, [Play("p", 9, over=["z"])])
    with pytest.raises(ExplorerError, match="callable alt cannot run beside a mirror"):
        build(mirror=Mirror("export default () => ({})"), alt=lambda v, d: "x")
    with pytest.raises(ExplorerError, match=r"do not fall on its 11 settings.*\[2, 3, 6, 11\]"):
        build(controls=[Slider("a", 0, 10, step=1)])


def test_controls_hand_over_the_right_kind():
    assert Slider("n", 1, 9, step=2).default == 5
    assert isinstance(Slider("n", 1, 9, step=2).check(3.0), int)
    assert isinstance(Slider("x", 1, 9).check(3), float)
    settings = Slider("x", 0.001, 10, log=True, value=0.3).settings
    assert settings[0] == 0.001
    assert settings[-1] == 10
    assert 0.3 in settings
    assert_allclose(np.diff(Slider("x", 0, 2).settings), 0.02)
    assert Slider("x", 0, 1, value=0.123456).default in Slider("x", 0, 1, value=0.123456).settings


def test_every_setting_of_a_stepped_slider_is_a_node():
    explorer = build(lambda a: {"y": a**3}, [Slider("a", 0, 12, step=1)], grid=None)
    assert explorer.static_report.interpolation == "none"
    assert explorer.static_report.worst == 0


def test_the_better_interpolation_is_taken_and_measured():
    smooth = build(lambda a: {"y": np.sin(3 * a)}, grid={"a": 9})
    kinked = build(lambda a: {"y": abs(a - 0.5)}, grid={"a": 9})
    assert smooth.static_report.interpolation == "cubic"
    assert kinked.static_report.interpolation == "linear"
    linear = build(lambda a: {"y": np.sin(3 * a)}, grid={"a": 9}, interpolation="linear")
    assert linear.static_report.worst > 4 * smooth.static_report.worst > 0
    again = build(lambda a: {"y": np.sin(3 * a)}, grid={"a": 9})
    assert again.static_report.worst == smooth.static_report.worst


def test_the_measured_error_is_the_error_at_the_probes():
    from workedpapers.explore.storage.grid import probe_settings

    explorer = build(lambda a: {"y": a**2}, interpolation="linear", bits=32)
    axes = [type("Axis", (), {"name": "a"})()]
    nodes = np.linspace(0, 1, 5)
    places = [s["a"] for s in probe_settings(explorer.controls, axes, 48, 0)]
    wanted = max(abs(np.interp(a, nodes, nodes**2) - a**2) for a in places)
    assert_allclose(explorer.static_report.outputs[0].error, wanted, rtol=1e-6)


def test_the_report_is_readable():
    text = oscillator_explorer().static_report.text()
    assert "13 damping x 13 frequency x 2 start x 2 envelope" in text
    assert "half_life: measured" in text
    assert "kB: data" in text
    words = str(oscillator_explorer().spec["report"])
    assert "676 settings" in words
    assert "of the range" in words


def test_sizes_are_those_of_the_page():
    explorer = oscillator_explorer()
    sizes = explorer.static_report.sizes
    assert sizes["data"] == -(-len(explorer.store) // 3) * 4
    assert sizes["still"] == len(explorer.still.encode())
    texts = len(json.dumps(explorer.spec))
    assert abs(sizes["texts"] - texts) < 20
    assert sum(sizes.values()) == explorer.static_report.total < 400_000


def test_outputs_that_never_change_are_stored_once():
    explorer = oscillator_explorer()
    shapes = {entry["name"]: entry["shape"] for entry in explorer.spec["outputs"]}
    assert shapes["t"] == [1, 1, 1, 1, 241]
    assert shapes["upper"] == [13, 13, 1, 2, 241]
    assert shapes["half_life"] == [13, 13, 1, 1]


def test_a_callable_alt_is_stored_with_the_grid():
    explorer = build(alt=lambda v, d: f"{'low' if v.a < 0.5 else 'high'}: {float(d['y']):.2f}")
    entry = next(e for e in explorer.spec["outputs"] if e["name"] == "alt_text_")
    assert entry["kind"] == "s"
    assert entry["shape"] == [5]
    assert explorer.spec["alt"] == "{alt_text_}"


def test_live_recomputes_when_values_change():
    asked = []

    def compute(a):
        asked.append(a)
        return {"y": a + 1}

    explorer = build(compute, static=False)
    explorer.values = {"a": 0.25}
    assert asked == [0.5, 0.25]
    assert explorer.outputs["y"] == 1.25
    assert explorer.answer["values"] == {"a": 0.25}
    from workedpapers.explore.storage.quantise import Section, unpack

    sections = [Section(**section) for section in explorer.answer["sections"]]
    assert unpack(sections, explorer.answer_data)["y"] == 1.25


@pytest.mark.parametrize(
    ("values", "says"),
    [({"a": 0.9}, "RuntimeError: no convergence"), ({"a": 7}, "not in"), ({"b": 1}, "no controls")],
)
def test_live_errors_are_sent_to_the_reader(values, says):
    explorer = build(fails_late, static=False)
    explorer.values = values
    assert says in explorer.answer["error"]
    explorer.values = {"a": 0.1}
    assert "error" not in explorer.answer


def test_a_kernel_answers_a_ping_and_a_frozen_figure_does_not(monkeypatch):
    for static, answers in ((False, [{"kind": "pong"}]), (True, [])):
        explorer, sent = build(static=static), []
        monkeypatch.setattr(explorer, "send", sent.append)
        explorer._reply(explorer, {"kind": "ping"}, None)
        assert sent == answers


def test_the_build_variable_freezes(monkeypatch):
    monkeypatch.setenv("WORKEDPAPERS_BUILD", "1")
    assert build(static=None).frozen
    monkeypatch.setenv("WORKEDPAPERS_BUILD", "0")
    explorer = build(static=None)
    assert not explorer.frozen
    assert explorer.freeze() is explorer
    assert explorer.spec["mode"] == "grid"
    report = explorer.static_report
    assert explorer.freeze().static_report is report


def test_live_with_a_player_carries_the_mirror():
    spec = stepping_explorer(static=False).spec
    assert spec["mode"] == "live"
    assert "export default" in spec["mirror"]
    assert "mirror" not in names_explorer(static=False).spec


@pytest.mark.parametrize("name", ALL)
def test_the_still_says_what_it_shows(name):
    explorer = ALL[name]()
    assert f'data-wp-still="{explorer.spec["id"]}"' in explorer.still
    assert explorer.scene.caption in explorer.still
    assert "data:image/png;base64," in explorer.still
    start = explorer.still.index(' alt="') + 6
    alt = explorer.still[start : explorer.still.index('">', start)]
    assert alt == explorer.describe(explorer.defaults, explorer.outputs)


def test_the_same_explorer_twice_is_the_same_bytes():
    one, two = oscillator_explorer(), oscillator_explorer()
    assert one.store == two.store
    assert one.still == two.still
    assert one.spec == two.spec


def test_display_shows_still_and_widget(capsys, monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **k: shown.append(data))
    build()._ipython_display_()
    build(static=False)._ipython_display_()
    widget = "application/vnd.jupyter.widget-view+json"
    assert ["text/html" in d for d in shown] == [True, False, False]
    assert [widget in d for d in shown] == [False, True, True]


def test_importing_does_not_load_matplotlib():
    code = "import sys, workedpapers.explore as e; assert 'matplotlib' not in sys.modules, 'loaded'"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_log_axes_keep_logarithms():
    def compute(a):
        x = np.linspace(0, 9, 10)
        return {"x": x, "y": np.exp(-(1 + a) * x), "zero": np.where(x > 3, 0.0, 1.0)}

    view = [Lines("x", ["y"], ylog=True), Lines("x", ["zero"], ylog=True)]
    explorer = build(compute, view=view, alt="{y[-1]:.2e}")
    assert explorer.spec["log"] == ["y"]
    found = {output.name: output for output in explorer.static_report.outputs}
    assert found["y"].relative
    assert found["y"].error < 1e-3
    assert_array_equal(explorer.spec["ranges"]["zero"], [0, 1, 1])


def test_cells_of_a_map_meet_half_way_on_either_kind_of_axis():
    assert_allclose(cell_edges([1.0, 2.0, 3.0], 3, False), [0.5, 1.5, 2.5, 3.5])
    assert_allclose(cell_edges([1.0, 4.0], 2, True), [0.5, 2.0, 8.0])
    assert_allclose(cell_edges([1.0, 10.0, 100.0], 3, True) ** 2, [0.1, 10, 1000, 100000])


def test_a_slider_with_stops_rests_and_is_stored_at_them_alone():
    stops = [0.1, 0.2, 0.5, 2.0]
    asked = []

    def compute(a):
        asked.append(a)
        return {"y": a**2}

    explorer = build(compute, controls=[Slider.at("a", stops, value=0.5)], grid=None)
    assert set(asked) == set(stops)
    assert explorer.spec["controls"][0]["settings"] == stops
    assert explorer.spec["axes"] == [{"name": "a", "kind": "list", "n": 4}]
    assert explorer.controls[0].sample(np.random.default_rng(0)) in stops


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Slider.at("a", [1.0]), "at least two rising"),
        (lambda: Slider.at("a", [1.0, 1.0]), "at least two rising"),
        (lambda: Slider.at("a", [1.0, 2.0], value=1.5), "not one of its stops"),
        (lambda: Slider("a", 1, 2, stops=[1, 2], log=True), "no room for step or log"),
        (lambda: build(controls=[Slider.at("a", [0.0, 0.5, 1.0])], grid={"a": 2}), "leave it out"),
    ],
)
def test_stops_that_do_not_fit_are_refused(make, says):
    with pytest.raises(ExplorerError, match=says):
        make()
