"""Open JupyterLab on the book, with the chapters' ``.py`` files as notebooks.

The setting goes into the folder of this environment, so that no other project's files change how
they open.
"""

import json
import os
import sys
from pathlib import Path

from tools.house import ROOT

SETTINGS = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
PLUGIN = "@jupyterlab/docmanager-extension:plugin"
VIEWERS = {PLUGIN: {"defaultViewers": {"python": "Jupytext Notebook"}}}


def write_settings(path: Path = SETTINGS) -> None:
    """Make the notebook the way in which this environment's JupyterLab opens a ``.py`` file."""
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**known, **VIEWERS}, indent=2) + "\n", "utf-8")


def main() -> None:
    """Run the command: the process becomes JupyterLab."""
    write_settings()
    binaries = Path(sys.prefix) / "bin"
    os.environ["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    lab = ["lab", "--notebook-dir", str(ROOT), *sys.argv[1:]]
    os.execv(sys.executable, [sys.executable, "-m", "jupyter", *lab])


if __name__ == "__main__":
    main()
