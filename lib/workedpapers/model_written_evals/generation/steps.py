"""Steps whose results are kept on disk, one JSON line each, so that a run can be cut off."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from workedpapers.model_written_evals.generation.pipeline import BATCH, Generator
from workedpapers.model_written_evals.models.cached import append_line, lines_of

__all__ = ["Step"]


class Step:
    """One step of a pipeline: what was made for a key is made once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._known = {json.dumps(row["key"]): row["made"] for row in lines_of(file)}

    def __call__(self, key: Any, make: Callable[[], Any]) -> Any:
        """What was made for a key; it is on disk before this returns."""
        name = json.dumps(key)
        if name not in self._known:
            self._known[name] = make()
            append_line(self.file, {"key": key, "made": self._known[name]})
        return self._known[name]

    def texts(
        self, generator: Generator, n: int, key: Sequence[Any], *, first: int, stride: int,
        prompt: str | Callable[[int], str], begin: str, tokens: int,
    ) -> list[str]:  # fmt: skip
        """Write n texts in batches with the seeds first, first + stride, ...

        A prompt that changes from batch to batch is a function of the seed.
        """

        def write(seed: int) -> list[str]:
            asked = prompt if isinstance(prompt, str) else prompt(seed)
            return generator.write(asked, BATCH, begin=begin, tokens=tokens, seed=seed)

        seeds = range(first, first + -(-n // BATCH) * stride, stride)
        return [text for seed in seeds for text in self([*key, seed], partial(write, seed))][:n]
