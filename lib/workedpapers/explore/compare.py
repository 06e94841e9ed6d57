"""The test that a mirror agrees with the function that it copies."""

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from .errors import ExplorerError
from .node import run_node
from .outputs import kind_of, where
from .scene import Scene
from .storage.quantise import Store

__all__ = ["check_mirror"]


class HasScene(Protocol):
    """An `Explorer`, or whatever else holds a scene."""

    scene: Scene


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


def check_mirror(explorer: HasScene, samples: int = 200, seed: int = 0) -> float:
    """Compare the mirror with `compute` at random settings.

    Free look-ups are tried with options and with strings that are not among them.

    Parameters
    ----------
    explorer : Explorer
        One with a mirror.
    samples : int, default 200
        Number of settings besides the default.
    seed : int, default 0
        Of the settings.

    Returns
    -------
    float
        Largest absolute difference of any number.

    Raises
    ------
    ExplorerError
        If the mirror fails, or returns other outputs, shapes or words than `compute`.

    See Also
    --------
    Mirror : The copy.

    Examples
    --------
    >>> from workedpapers.explore import check_mirror
    >>> from workedpapers.explore import Explorer, Mirror, Number, Slider
    >>> explorer = Explorer(
    ...     lambda a: {"double": 2 * a}, [Slider("a", 0, 1)], [Number("double")],
    ...     caption="A number.", alt="Twice {a} is {double}.",
    ...     mirror=Mirror("export default ({ a }) => ({ double: a + a });"))
    >>> check_mirror(explorer, samples=5)
    0.0
    """
    scene = explorer.scene
    if scene.mirror is None:
        raise ExplorerError("this explorer has no mirror to check")
    rng = np.random.default_rng(seed)
    settings = [scene.defaults] + [
        {control.name: control.sample(rng) for control in scene.inputs} for _ in range(samples)
    ]
    store = Store()
    entries = scene.mirror.add_to(store)
    message = {
        "sections": store.to_json(),
        "blob": base64.b64encode(store.blob()).decode(),
        "data": entries,
        "settings": settings,
    }
    answers = run_node(RUNNER, message, {"mirror.mjs": scene.mirror.source})
    pairs = zip(settings, answers, strict=True)
    return max(_difference(scene.evaluate(values), got, values) for values, got in pairs)


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
