"""What this book adds to Sphinx: executed chapters, downloads, and pages that need no network.

`tools/build.py` executes the chapters before Sphinx starts and leaves the results in
``_build/executed``. This extension reads each chapter's text as it stands now and puts the stored
outputs behind its code cells. A change of prose therefore costs no execution, and a page whose
outputs changed is read anew though its text did not.
"""

import hashlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from sphinx.application import Sphinx

from tools.course.copies import Copies
from tools.house import EXECUTED, ROOT
from tools.notebooks import read_chapter, read_source

__all__ = [
    "read_chapter",
    "setup",
]  # the settings name the first, Sphinx calls the second

_REMOTE_LINK = re.compile(
    r'<link[^>]+href="https?://[^"]*(?:cdn|font-awesome)[^"]*"[^>]*>'
)
# Roles of bibliographies that screen readers cannot use, and a label that hides what is shown.
_BAD_ROLE = re.compile(
    r' role="(?:list|doc-biblioentry|doc-backlink)"(?=[ >])| aria-label="Toggle hidden content"'
)

_PICTURE_TITLE = re.compile(r'(<i class="theme-switch [^>]*?) title="[^"]*"')


def record_of(docname: str) -> dict[str, Any] | None:
    """What `tools/build.py` noted when it executed a page; None for a page without code."""
    path = EXECUTED / f"{Path(docname).name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def reread_changed(
    app: Sphinx, env: Any, added: set, changed: set, removed: set
) -> list[str]:
    """Names of pages whose outputs, styles or scripts are newer than what Sphinx remembers."""
    static = digest_of_static()
    keys = {
        name: (static, (record_of(name) or {}).get("key"))
        for name in env.found_docs
    }
    known = getattr(env, "workedbook_keys", {})
    env.workedbook_keys = keys
    return [name for name, key in keys.items() if known.get(name) != key]


def digest_of_static() -> str:
    """Digest of the files that all pages share: Sphinx copies them only beside a changed page."""
    digest = hashlib.sha256()
    for path in sorted(
        p for p in (ROOT / "book" / "_static").rglob("*") if p.is_file()
    ):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def offer_notebook(
    app: Sphinx, page: str, template: str, context: dict, doctree: Any
) -> None:
    """Put a chapter's notebook beside its source, so that the page offers both for download."""
    source = ROOT / f"{page}.py"
    if not source.exists() or "sourcename" not in context:
        return
    target = Path(app.outdir, "_sources", f"{page}.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = read_source(source.read_text("utf-8"))
    nbformat.write(Copies.of(source.stem, notebook).download(), target)
    context["ipynb_source"] = f"{page}.ipynb"


def keep_local(
    app: Sphinx, page: str, template: str, context: dict, doctree: Any
) -> None:
    """Drop what would be loaded twice or from elsewhere."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for script in context.get("script_files", []):
        attributes = getattr(script, "attributes", {})
        name, body = (
            str(getattr(script, "filename", script)),
            attributes.get("body") or "",
        )
        if (
            (name, body) in seen
            or "thebe" in name.lower()
            or "thebe" in body.lower()
        ):
            continue
        seen.add((name, body))
        kept.append(script)
    context["script_files"] = kept
    if context.get("body"):
        context["body"] = _BAD_ROLE.sub("", _REMOTE_LINK.sub("", context["body"]))


def show_signature(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    signature: str | None,
    back: Any,
) -> tuple[str, None] | None:
    """Show what a class takes where a metaclass hides it behind ``*args, **kwargs``."""
    if what != "class" or not (signature or "").startswith("(*args"):
        return None
    taken = inspect.signature(obj.__init__)
    shown = [
        p.replace(annotation=p.empty) for p in list(taken.parameters.values())[1:]
    ]
    return str(taken.replace(parameters=shown, return_annotation=taken.empty)), None


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """List every page of the book for search engines, also after a build of a few pages."""
    if error or app.builder.format != "html":
        return
    base = app.config.html_baseurl
    pages = "".join(
        f"<url><loc>{base}{name}.html</loc></url>\n"
        for name in sorted(app.env.found_docs)
    )
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{pages}</urlset>\n',
        "utf-8",
    )


def name_buttons(app: Sphinx, error: Exception | None) -> None:
    """Give each button of the theme one name.

    The one for light and dark has a label, and pictures that would name it again; the ones that
    unfold the contents have none.
    """
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text("utf-8")
        mended = _PICTURE_TITLE.sub(r"\1", text).replace(
            '<summary><span class="toctree-toggle"',
            '<summary aria-label="Pages below"><span class="toctree-toggle"',
        )
        if mended != text:
            path.write_text(mended, "utf-8")


def rank_search(app: Sphinx, config: Any) -> None:
    """Let the search rank chapters first, and show text rather than code."""
    config.html_search_scorer = str(Path(__file__).with_name("search.js"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the hooks."""
    app.connect("config-inited", rank_search)
    app.connect("env-get-outdated", reread_changed)
    app.connect("autodoc-process-signature", show_signature)
    app.connect(
        "html-page-context", offer_notebook, priority=100
    )  # before the theme's buttons
    app.connect("html-page-context", keep_local, priority=900)
    app.connect("build-finished", write_sitemap)
    app.connect("build-finished", name_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
