"""The built pages in a browser: bytes, processor time until the first figure stands, frames.

    python benchmarks/pages.py           # prints a table, writes results/site/pages.json

Everything runs on one core. Bytes are those of the files, uncompressed, MathJax apart. Frames are
counted while the first figure with a player plays, with the processor slowed down four times
(Chrome's own throttle), as on a phone. Run `make book` first.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _machine import machine  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests import browsers  # noqa: E402
from tools import serve  # noqa: E402
from tools.house import papers  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "site" / "pages.json"
THROTTLE, SECONDS = 4, 6.0
MARK = """new MutationObserver((_, watcher) => {
  if (!document.querySelector('.wp-x[data-drawn]')) return;
  watcher.disconnect();
  console.timeStamp('first figure');
}).observe(document, {childList: true, subtree: true, attributeFilter: ['data-drawn']});"""
COUNT = """seconds => new Promise(done => {
  const figure = document.querySelector('.wp-x:has(.wp-play)');
  const from = +figure.dataset.drawn;
  let [screens, start] = [0, performance.now()];
  const tick = now => {
    screens += 1;
    if (now - start < 1000 * seconds) return requestAnimationFrame(tick);
    const took = (now - start) / 1000;
    done({screens: screens / took, drawn: (figure.dataset.drawn - from) / took});
  };
  requestAnimationFrame(tick);
})"""


def weigh(browser: Browser, url: str) -> dict[str, Any]:
    """Bytes and requests of a page, and processor seconds of its main thread."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    responses: list[Any] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(url, wait_until="networkidle")
    got = {
        re.sub(r"[?#].*", "", response.url): len(response.body())
        for response in responses
        if response.url.startswith("http")
    }
    weight = {"bytes": sum(n for u, n in got.items() if "mathjax" not in u), "requests": len(got)}
    weight |= {"html": next(n for u, n in got.items() if u.endswith(".html"))}
    page.close()
    return weight


def metric(page: Page, session: Any) -> float:
    """Seconds that the main thread has worked."""
    found = session.send("Performance.getMetrics")["metrics"]
    return next(m["value"] for m in found if m["name"] == "TaskDuration")


def first_figure(browser: Browser, url: str) -> float:
    """Seconds that the main thread has worked when the first figure is drawn, median of five.

    The page leaves a mark in the browser's own trace, which holds the clock of the thread: what
    other processes do does not count, and neither does what the page does afterwards.
    """
    times = []
    for _ in range(5):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(MARK)
        browser.start_tracing(page=page, categories=["devtools.timeline"])
        page.goto(url, wait_until="load")
        page.wait_for_selector(".wp-x[data-drawn]", state="attached", timeout=120_000)
        events = json.loads(browser.stop_tracing())["traceEvents"]
        mark = next(event for event in events if event["name"] == "TimeStamp")
        same = [e for e in events if (e["pid"], e["tid"]) == (mark["pid"], mark["tid"])]
        start = min((e for e in same if "tts" in e), key=lambda event: event["ts"])
        times.append((mark["tts"] - start["tts"]) / 1e6)
        page.close()
    return sorted(times)[2]


def frames(browser: Browser, url: str) -> dict[str, float] | None:
    """Frames a second of the first player on a page, on a slow processor."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url, wait_until="networkidle")
    page.wait_for_selector(".wp-x[data-drawn]", state="attached", timeout=120_000)
    if not page.locator(".wp-x .wp-play").count():
        page.close()
        return None
    page.wait_for_selector(".wp-x[data-drawn]:has(.wp-play)", timeout=120_000)
    # The player's own figure fills the window; all of its plots count.
    page.locator(".wp-x:has(.wp-play)").first.scroll_into_view_if_needed()
    page.locator(".wp-x .wp-play").first.evaluate("button => button.click()")
    page.wait_for_timeout(500)
    session = page.context.new_cdp_session(page)
    # Work a frame is counted without the throttle, in time of the thread: others may be busy.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = metric(page, session)
    counted = page.evaluate(COUNT, SECONDS / 2)
    drawn = max(counted["drawn"] * SECONDS / 2, 1)
    work = {"cpu_ms_a_frame": 1000 * (metric(page, session) - before) / drawn}
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    counted = page.evaluate(COUNT, SECONDS)
    page.close()
    return {**counted, **work}


def main() -> int:
    """Measure every chapter, and the page of examples."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", type=Path, default=RESULTS)
    target = parser.parse_args().write
    if not (serve.HTML / "index.html").exists():
        print("There is no book yet: run `make book` first.")
        return 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    rows = []
    with serve.server() as running, sync_playwright() as playwright:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{running.server_port}{serve.PREFIX}book/"
        browser = playwright.chromium.launch(
            executable_path=browsers.find_chromium(), args=browsers.ARGUMENTS
        )
        for name in [*papers(), "explorers"]:
            url = f"{home}{name}.html"
            row: dict[str, Any] = {"page": name, **weigh(browser, url)}
            row["first_figure_cpu_s"] = first_figure(browser, url)
            row["frames"] = frames(browser, url)
            rows.append(row)
            print(row, flush=True)
        browser.close()
        running.shutdown()
    target.parent.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine(), "throttle": THROTTLE, "rows": rows}
    target.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
