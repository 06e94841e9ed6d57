"""Fetch the front-end files that the pages need and keep them in the book.

    python tools/vendor.py            download the pinned versions, check them, write them
    python tools/vendor.py --check    only check the files that lie in the book
    python tools/vendor.py --update   download the newest permitted versions and pin them anew

The files come from npm's packages, through the `npm` command. `book/_static/vendor/manifest.json`
pins each package's version and the SHA-256 of every file. Nothing on a page comes from elsewhere.
"""

import argparse
import hashlib
import itertools
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = "book/_static/vendor"  # what the pages load
TESTS = "tests/site/vendor"  # what only the tests of the pages load
WIDGETS = f"{TESTS}/widgets"
MANIFEST = ROOT / PAGES / "manifest.json"

#: package -> (permitted versions, {pattern in the package: the folders, or the file, it becomes})
WANTED = {
    "mathjax": (
        "3.2",
        {
            "es5/tex-mml-chtml.js": f"{PAGES}/mathjax",
            "es5/output/chtml/fonts/woff-v2/*.woff": f"{PAGES}/mathjax/output/chtml/fonts/woff-v2",
            "LICENSE": f"{PAGES}/licenses/mathjax.txt",
        },
    ),
    "reveal.js": (
        "6.0",
        {
            "dist/reveal.js": f"{PAGES}/reveal",
            "dist/reveal.css": f"{PAGES}/reveal",
            "dist/plugin/notes.js": f"{PAGES}/reveal",
            "LICENSE": f"{PAGES}/licenses/reveal.txt",
        },
    ),
    "axe-core": ("4", {"axe.min.js": TESTS, "LICENSE": f"{TESTS}/axe-core-LICENSE.txt"}),
    # The pages need no widget manager; the tests try the figures in one, as JupyterLab has it.
    "requirejs": ("2.3", {"require.js": WIDGETS, "README.md": f"{WIDGETS}/requirejs.md"}),
    "@jupyter-widgets/html-manager": (
        "1.0",
        {
            "dist/embed-amd.js": f"{WIDGETS}/@jupyter-widgets/html-manager/dist",
            # The script looks for its icon fonts beside itself and one folder up.
            "dist/*.woff2": f"{WIDGETS}/@jupyter-widgets/html-manager/dist "
            f"{WIDGETS}/@jupyter-widgets",
            "dist/embed.js.LICENSE.txt": f"{WIDGETS}/jupyter-widgets-html-manager.txt",
            "package.json": f"{WIDGETS}/jupyter-widgets-html-manager.json",
        },
    ),
    "anywidget": (
        "0.11",
        {"dist/index.js": f"{WIDGETS}/anywidget.js", "LICENSE": f"{WIDGETS}/anywidget.txt"},
    ),
}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def vendored() -> dict[str, str]:
    """Every vendored file with its digest."""
    own = {"manifest.json", "widget-paths.js"}  # written here, not vendored
    files = [p for base in (PAGES, TESTS) for p in (ROOT / base).rglob("*") if p.is_file()]
    return {p.relative_to(ROOT).as_posix(): digest(p) for p in sorted(files) if p.name not in own}


def npm(*arguments: str, cwd: Path | None = None) -> str:
    """Run npm and return what it prints."""
    return subprocess.run(
        ["npm", *arguments], cwd=cwd, check=True, text=True, stdout=subprocess.PIPE
    ).stdout.strip()


def newest(package: str, permitted: str) -> str:
    """Newest released version of a package whose number begins with the permitted one."""
    versions = json.loads(npm("view", f"{package}@{permitted}", "version", "--json"))
    released = [versions] if isinstance(versions, str) else [v for v in versions if "-" not in v]
    return max(released, key=lambda version: [int(part) for part in version.split(".")])


def install(package: str, version: str, wanted: dict[str, str]) -> None:
    """Put the wanted files of one version of a package in their places."""
    print(f"  {package} {version}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        npm("pack", f"{package}@{version}", "--silent", cwd=Path(folder))
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        root = Path(folder, "package")
        for pattern, targets in wanted.items():
            found = sorted(root.glob(pattern))
            if not found:
                sys.exit(f"{package} {version} has no file {pattern}.")
            for file, target in itertools.product(found, targets.split()):
                place = ROOT / target
                if not place.suffix:
                    place = place / file.name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)


def check() -> int:
    """Compare the files in the book with the manifest."""
    pinned = json.loads(MANIFEST.read_text("utf-8"))["files"]
    found = vendored()
    for path in sorted(pinned.keys() | found.keys()):
        if pinned.get(path) != found.get(path):
            print(f"{path}\n  pinned {pinned.get(path)}\n  found  {found.get(path)}")
    ok = pinned == found
    print(f"{len(found)} vendored files, " + ("all as pinned." if ok else "NOT as pinned."))
    return 0 if ok else 1


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare with the manifest")
    parser.add_argument("--update", action="store_true", help="take the newest permitted versions")
    options = parser.parse_args()
    if options.check:
        return check()
    pinned = json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else None
    versions = (
        pinned["packages"]
        if pinned and not options.update
        else {package: newest(package, permitted) for package, (permitted, _) in WANTED.items()}
    )
    for package, (_, wanted) in WANTED.items():
        install(package, versions[package], wanted)
    if pinned and not options.update:
        return check()
    MANIFEST.parent.mkdir(parents=True, exist_ok=True)
    record = {"packages": versions, "files": vendored()}
    MANIFEST.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"pinned {len(record['files'])} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
