"""What a page makes its browser do before it is ready, in figures that do not depend on the machine."""

import json
from pathlib import Path

from playwright.sync_api import Page

MOST = {"sheets": 8, "bytes of sheets": 110_000, "scripts": 15, "bytes of scripts": 130_000, "shift": 0.01}
MOST_RESTYLED = 60
WEIGH = """async () => {
  const files = performance.getEntriesByType("resource");
  const sheets = files.filter((file) => file.initiatorType === "link" && file.name.endsWith(".css"));
  const scripts = files.filter((file) => file.name.endsWith(".js"));
  const bytes = (some) => some.reduce((sum, file) => sum + file.decodedBodySize, 0);
  // What a busy browser paints before it has read the page whole is not yet the page.
  const is_read_at = performance.getEntriesByType("navigation")[0].domInteractive;
  const sum_up = (shifts) => shifts.reduce((sum, each) => sum + (each.startTime > is_read_at ? each.value : 0), 0);
  const shift = await new Promise((tell) => {
    const observer = new PerformanceObserver((list) => tell(sum_up(list.getEntries())));
    observer.observe({ type: "layout-shift", buffered: true });
    setTimeout(tell, 50, 0);
  });
  const unsized = [...document.images].filter((image) => !image.getAttribute("width") || !image.getAttribute("height"));
  const weight = {
    sheets: sheets.length, "bytes of sheets": bytes(sheets),
    scripts: scripts.length, "bytes of scripts": bytes(scripts), shift,
  };
  return [weight, unsized.map((image) => image.outerHTML)];
}"""
CHANGE = """() => {
  document.getElementById("unhandled-alerts").textContent = "7";
  document.getElementById("dialogs").append(document.createElement("div"));
  document.querySelector(".main").classList.toggle("is-changed");
  document.body.getBoundingClientRect();
}"""


def find_heavy(page: Page) -> list[str]:
    """What is too much of a loaded page, what it fetched, what jumped, pictures without a size."""
    weight, unsized = page.evaluate(WEIGH)
    heavy = [f"{page.url}: {weight[name]:g} {name}" for name, most in MOST.items() if weight[name] > most]
    return heavy + [f"{page.url}: no size: {image}" for image in unsized]


def count_restyled(page: Page, file: Path) -> int:
    """Elements whose style the browser works out again when a few words, a part and a class of a page change."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, path=file, categories=["devtools.timeline"])
    page.evaluate(CHANGE)
    browser.stop_tracing()
    events = json.loads(file.read_text(encoding="utf-8"))["traceEvents"]
    counts: list[int] = [
        event["args"].get("elementCount", 0) for event in events if event["name"] == "UpdateLayoutTree"
    ]
    assert counts, "nothing was restyled at all"
    return max(counts)
