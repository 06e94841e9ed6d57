"""Write constraints.txt from what an environment has installed: ``tools/pins.py PYTHON``."""

import re
import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"
HEAD = """\
# Every version that make, CI and Binder install. Renewed by `make constraints`.
# Torch is pinned by hand: 2.13.0 is the build for the processor that CI has.
"""


def main() -> int:
    """Run the command."""
    frozen = subprocess.run(
        [sys.argv[1], "-m", "pip", "list", "--format=freeze"],
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    ).stdout.split()
    # pip, setuptools and wheel come with the environment and are not ours to pin.
    left_out = re.compile(r"(pip|setuptools|wheel|workedpapers|torch)==")
    pins = {line for line in frozen if not left_out.match(line)} | {"torch==2.13.0"}
    CONSTRAINTS.write_text(HEAD + "\n".join(sorted(pins, key=str.lower)) + "\n", "utf-8")
    print(f"{len(pins)} versions in {CONSTRAINTS.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
