"""Pages for the browser tests: a page of the book in miniature, a model that stands in, a hand."""

import base64
import json

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
const waits = new Promise((done) => setTimeout(done, DELAY));
await waits;
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


def page_of(explorers, delay=0, pong=0):
    """HTML of a page with the stills and, a moment later, the widgets of some explorers.

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
    return (
        PAGE.replace("BODY", places + script)
        .replace("DELAY", str(delay))
        .replace("PONG", str(pong))
    )


def drawn(page, name):
    """The pixels of every canvas of one explorer."""
    return page.evaluate(
        "([name, canvas]) => [...document.querySelectorAll(`#${name} :is(${canvas})`)]"
        ".map((c) => c.toDataURL()).join()",
        [name, CANVAS],
    )


def settle(page):
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
    page.wait_for_timeout(60)


def changes(page, name, act):
    """Whether an action changes what is drawn and what is said."""
    label = page.locator(f"#{name} [role=img]").first
    before, said = drawn(page, name), label.get_attribute("aria-label")
    act()
    settle(page)
    return drawn(page, name) != before, label.get_attribute("aria-label") != said


def drag(page, locator, share):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
