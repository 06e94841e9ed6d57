"""Pages for the browser tests: a page of the book in miniature, a model that stands in, a hand."""

import base64
import io
import json

from PIL import Image, ImageChops

CANVAS = ".u-wrap canvas, canvas.wp-image"

PAGE = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">
<title>Explorers</title><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">
<style>html{background:#fff;color:#222;font-family:sans-serif}
html[data-theme=dark]{background:#14181e;color:#ddd}
body{margin:0}main{max-width:760px;margin:auto;padding:16px;box-sizing:border-box}</style>
</head><body><main><h1>Explorers</h1>BODY<p id="after">The text goes on.</p></main>
<script type="module">
const { program, css, states } = JSON.parse(document.getElementById('states').textContent);
const style = document.createElement('style');
style.textContent = css;
document.head.append(style);
const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
const { default: widget } = await import(url);
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
if (location.hash === '#wait') await new Promise((done) => (window.begin = done));
for (const [name, state] of Object.entries(states)) {
  const held = { spec: state.spec, values: state.values, answer: state.answer,
    store: bytes(state.store), answer_data: bytes(state.answer_data) };
  const model = { get: (key) => held[key], set: (key, value) => (held[key] = value),
    save_changes() {}, off() {}, send() {},
    on(name, answer) {
      if (PONG && name === 'msg:custom') setTimeout(() => answer({ kind: 'pong' }), PONG);
    } };
  await widget.render({ model, el: document.getElementById(`at-${name}`) });
}
document.documentElement.dataset.ready = 'yes';
</script></body></html>"""


def state_of(explorer):
    """What the page carries of one explorer."""
    return {
        "spec": explorer.spec,
        "values": explorer.values,
        "answer": explorer.answer,
        "store": base64.b64encode(explorer.store).decode(),
        "answer_data": base64.b64encode(explorer.answer_data).decode(),
    }


def still_of(explorer):
    """The picture that stands on the page before the widget; a live figure has none."""
    return explorer.still if explorer.frozen else ""


def page_of(explorers, pong=0):
    """HTML of a page with the stills and the widgets of some explorers.

    At the address ``#wait`` the widgets come when ``begin()`` is called.
    With `pong`, a kernel answers after so many milliseconds; without, none ever does.
    """
    first = next(iter(explorers.values()))
    states = {
        "program": first._esm,
        "css": first._css,
        "states": {name: state_of(explorer) for name, explorer in explorers.items()},
    }
    places = "".join(
        f'<section id="{name}">{still_of(explorer)}<div id="at-{name}"></div></section>'
        for name, explorer in explorers.items()
    )
    data = json.dumps(states).replace("</", "<\\/")
    script = f'<script id="states" type="application/json">{data}</script>'
    return PAGE.replace("BODY", places + script).replace("PONG", str(pong))


def drawn(page, name):
    """The pixels of every canvas of one explorer."""
    return page.evaluate(
        "([name, canvas]) => [...document.querySelectorAll(`#${name} :is(${canvas})`)]"
        ".map((c) => c.toDataURL()).join()",
        [name, CANVAS],
    )


def alike(one, other):
    """Whether two drawings are the same but for the rounding of a colour, of which Chromium's
    canvas makes another one when it has been read a few times.
    """
    pairs = zip(one.split("data:"), other.split("data:"), strict=True)
    return all(a == b or _distance(a, b) <= 16 for a, b in pairs)


def _distance(*addresses):
    pictures = [base64.b64decode(address.split(",")[1]) for address in addresses]
    first, second = (Image.open(io.BytesIO(picture)).convert("RGBA") for picture in pictures)
    if first.size != second.size:
        return 255
    return max(high for _, high in ImageChops.difference(first, second).getextrema())


def settle(page):
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
    page.wait_for_timeout(60)


def bring(page, name):
    """Scroll a figure into view: off the screen it does not draw."""
    figure = page.locator(f"#{name} .wp-x")
    figure.evaluate("(e) => e.dataset.awake !== 'false' || e.scrollIntoView({ block: 'center' })")
    page.wait_for_function("(e) => e.dataset.awake !== 'false'", arg=figure.element_handle())
    settle(page)


def changes(page, name, act):
    """Whether an action changes what is drawn and what is said."""
    bring(page, name)
    label = page.locator(f"#{name} [role=img]").first
    before, said = drawn(page, name), label.get_attribute("aria-label")
    act()
    settle(page)
    return drawn(page, name) != before, label.get_attribute("aria-label") != said


def drag(page, locator, share):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
