"""Visiting pages with a real browser: when they are ready, and what they bring."""

import argparse
import contextlib
import re
import shutil
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.kit.tables import print_table, write_limit

Figures = dict[str, float]
PROMISED_MS = 300
SCREEN: ViewportSize = {"width": 1440, "height": 900}
HEADER = ("page", "first ms", "again ms", "server ms", "files", "blocking", "kB", "shift", "promised")
# The addresses that are known, and the link on one of them that leads to a page with a number.
PAGES = {
    "home": "/console/",
    "order list": "/console/orders/",
    "order": "/console/orders/ tr[data-href]",
    "alerts": "/console/alerts/",
    "alert settings": "/console/settings/voice/",
    "products": "/console/products/",
    "product": "/console/products/ tr[data-href]",
    "stock-take": "/console/products/stock/",
    "customers": "/console/customers/",
    "customer": "/console/customers/ tr[data-href]",
    "jobs": "/console/jobs/",
    "record": "/console/audit/",
    "people": "/console/staff/people/",
    "me": "/console/staff/me/",
    "settings": "/console/settings/",
    "help": "/console/help/",
}
WATCH = """
window.seen = { largest: 0, shift: 0 };
new PerformanceObserver((list) => list.getEntries().forEach((each) => (seen.largest = each.startTime)))
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((each) => (seen.shift += each.value)))
  .observe({ type: "layout-shift", buffered: true });
"""
READ = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const files = performance.getEntriesByType("resource").filter((file) => file.startTime < page.loadEventEnd);
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime || 0;
  return {
    ready: Math.max(page.loadEventEnd, seen.largest, paint), server: page.responseStart - page.requestStart,
    files: files.length, blocking: files.filter((file) => file.renderBlockingStatus === "blocking").length,
    bytes: files.reduce((sum, file) => sum + file.decodedBodySize, page.decodedBodySize), shift: seen.shift,
  };
}"""
SETTLED_MS = 400
"""After this long the last paint of a page that is loaded has been told, and what jumps has jumped."""


@dataclass(frozen=True)
class Shop:
    url: str
    owner: tuple[str, str]

    @classmethod
    def read(cls, url: str, logins: Path) -> "Shop":
        """The owner's login out of the file that `bin/run` writes; stops the program when there is none."""
        found = re.search(r"^owner: (\S+) / (\S+)", logins.read_text(encoding="utf-8"), re.MULTILINE)
        if found is None:
            raise SystemExit(f"{logins} has no owner.")
        return cls(url.rstrip("/"), (found[1], found[2]))

    def sign_in(self, browser: Browser) -> Any:
        """The owner's cookies."""
        page = browser.new_page()
        page.goto(f"{self.url}/console/staff/login/")
        page.fill("[name=username]", self.owner[0])
        page.fill("[name=password]", self.owner[1])
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{self.url}/console/")
        cookies = page.context.storage_state()
        page.context.close()
        return cookies


def main(options: argparse.Namespace) -> None:
    shops = [Shop.read(options.url, options.logins)]
    if options.beside:
        shops.append(Shop.read(options.beside[0], Path(options.beside[1])))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        desks = [_Desk(browser, shop) for shop in shops]
        names = [name for name in PAGES if options.only in name]
        print_table(HEADER, (row for name in names for row in _list_rows(name, desks, options.rounds)))
        browser.close()


class _Desk:
    """One shop's pages, visited by its owner."""

    def __init__(self, browser: Browser, shop: Shop) -> None:
        self._browser, self._shop = browser, shop
        self._state = shop.sign_in(browser)

    def visit(self, name: str) -> tuple[Figures, Figures]:
        """What a device that has kept nothing sees, and then the same tab again."""
        address, _, link = PAGES[name].partition(" ")
        with self._open_tab() as page:
            path = self._find_first(page, address, link) if link else address
        with self._open_tab() as page:
            # Starting a process for the tab is no part of the page.
            self._read(page, path)
            page.context.new_cdp_session(page).send("Network.clearBrowserCache")
            return self._read(page, path), self._read(page, path)

    @contextlib.contextmanager
    def _open_tab(self) -> Iterator[Page]:
        context = self._browser.new_context(locale="zh-CN", viewport=SCREEN, storage_state=self._state)
        context.add_init_script(WATCH)
        yield context.new_page()
        context.close()

    def _find_first(self, page: Page, path: str, link: str) -> str:
        page.goto(self._shop.url + path)
        found = page.locator(link).first.get_attribute("data-href", timeout=1000)
        if found is None:
            raise SystemExit(f"{path} has no rows.")
        return found

    def _read(self, page: Page, path: str) -> Figures:
        answer = page.goto(self._shop.url + path)
        if answer is None or not answer.ok:
            raise SystemExit(f"{path} was answered with {answer and answer.status}.")
        page.wait_for_timeout(SETTLED_MS)
        read: Figures = page.evaluate(READ)
        return read


def _list_rows(name: str, desks: Sequence[_Desk], rounds: int) -> Iterator[list[str]]:
    """A row for each shop, which take turns."""
    visits = [[desk.visit(name) for desk in desks] for _ in range(rounds)]
    for at, seen in enumerate(zip(*visits, strict=True)):
        first, again = ([visit[which] for visit in seen] for which in (0, 1))
        yield [name if at == 0 else "beside", *_write(first, again), write_limit(PROMISED_MS)]


def _write(first: Sequence[Figures], again: Sequence[Figures]) -> Iterator[str]:
    for figures, key in (
        (first, "ready"),
        (again, "ready"),
        (again, "server"),
        (first, "files"),
        (first, "blocking"),
    ):
        yield f"{statistics.median(each[key] for each in figures):.0f}"
    yield f"{statistics.median(each['bytes'] for each in first) / 1000:.0f}"
    yield f"{max(each['shift'] for each in (*first, *again)):.3f}"
