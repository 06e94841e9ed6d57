"""Steps whose results are kept on disk, one JSON line each, so that a run can be cut off."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
