"""Light pages: of the theme's icons only those that the pages show, search on its own page.

The theme brings a script of 1.5 MB that draws every icon there is, and three fonts of all icons.
Here the script goes, and the fonts keep the glyphs that occur on the pages, as the style sheet
names them. The theme also loads the whole index of the search on every page, for a search as one
types that this book does not have; only the search page keeps it.
"""

import logging
import re
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

#: What is cut from a font is no news, and would bury the warnings of a build.
logging.getLogger("fontTools").setLevel(logging.WARNING)

_SCRIPT = re.compile(r"\s*<script[^>]*scripts/fontawesome\.js[^>]*></script>")
_PRELOAD = re.compile(r"\s*<link[^>]*scripts/fontawesome\.js[^>]*/?>")
_SEARCH = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js"></script>'
)
_CLASSES = re.compile(r"\bfa-[a-z0-9-]+")
_GLYPH = re.compile(
    r"((?:\.fa-[a-z0-9-]+:before,?)+)\{content:\"\\([0-9a-f]+|[^\"\\])\"\}"
)
_FACE = re.compile(
    r'url\(([^)]*fa-[a-z]+-\d+)\.woff2\) format\("woff2"\),'
    r'url\([^)]*\.ttf\) format\("truetype"\)'
)


def icons_of(pages: list[str]) -> set[str]:
    """Classes of icons that occur on the pages, or in the theme's scripts."""
    return {name for page in pages for name in _CLASSES.findall(page)}


def glyphs_of(sheet: str, icons: set[str]) -> set[int]:
    """Code points that the style sheet gives to some classes."""
    found = set()
    for names, code in _GLYPH.findall(sheet):
        if icons & set(_CLASSES.findall(names)):
            found.add(int(code, 16) if len(code) > 1 else ord(code))
    return found


def shrink(font: Path, glyphs: set[int]) -> None:
    """Write the glyphs of a font, and no others, beside it as WOFF."""
    options = subset.Options(
        layout_features=[], notdef_outline=False, flavor="woff"
    )
    with TTFont(font) as opened:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=sorted(glyphs))
        cutter.subset(opened)
        opened.flavor = "woff"
        opened.save(font.with_suffix(".woff"))


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Drop the script, shrink the fonts, and name them in the style sheet."""
    static = Path(app.outdir, "_static")
    sheet_file = static / "styles" / "pydata-sphinx-theme.css"
    if error or app.builder.format != "html" or not sheet_file.exists():
        return
    texts = []
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text("utf-8")
        light = _PRELOAD.sub("", _SCRIPT.sub("", text))
        if path.name != "search.html":
            light = _SEARCH.sub("", light)
        texts.append(light)
        if light != text:
            path.write_text(light, "utf-8")
    texts += [
        path.read_text("utf-8")
        for path in (static / "scripts").glob("*.js")
        if path.name != "fontawesome.js"
    ]
    sheet = sheet_file.read_text("utf-8")
    glyphs = glyphs_of(sheet, icons_of(texts))
    for font in (static / "vendor" / "fontawesome" / "webfonts").glob("*.ttf"):
        shrink(font, glyphs)
        font.with_suffix(".woff2").unlink(missing_ok=True)
        font.unlink()
    (static / "scripts" / "fontawesome.js").unlink(missing_ok=True)
    sheet_file.write_text(_FACE.sub(r'url(\1.woff) format("woff")', sheet), "utf-8")
    for sources in static.rglob("*.map"):
        sources.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the hook."""
    app.connect("build-finished", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
