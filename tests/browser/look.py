"""Looking at a page as a strict visitor does: what breaks on it, what does not fit, what cannot be used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.axe import CONTRAST, NAMES, TARGETS, find_violations

CATALOGUE = Path(__file__).resolve().parents[2] / "locale/zh_Hans/LC_MESSAGES/django.po"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ZOOMED = {"width": 720, "height": 450}
"""What is left of WIDE at a zoom of 200 %."""

SIZES = (WIDE, ZOOMED, NARROW, {"width": 320, "height": 568})
THEMES = {"zh-hans": "light", "en": "dark"}
"""Colours do not depend on the language: a page that is visited in both is looked at in both themes."""

RULES = {"zh-hans": (), "en": (CONTRAST, NAMES)}
"""Nor do most rules of axe, which are slow: those of colours and words are asked in both languages."""

_ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)
WATCH = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.broken.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
PAINT = "theme => { document.documentElement.dataset.bsTheme = theme; }"
INSPECT = (Path(__file__).with_name("inspect.js")).read_text(encoding="utf-8")


def read_catalogue() -> dict[str, str]:
    """English → Chinese, of the strings without placeholders."""
    pairs = _ENTRY.findall(CATALOGUE.read_text(encoding="utf-8"))
    return {source: words for source, words in pairs if "{" not in source and "%" not in source}


@dataclass
class Visitor:
    """Opens pages in one language and keeps everything wrong with them, page by page."""

    context: BrowserContext
    language: str
    problems: list[str] = field(default_factory=list)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self._address, self._status = "", 200
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._note(f"script: {error}"))
        self.page.on("dialog", self._meet_dialog)

    def _hear(self, message: ConsoleMessage) -> None:
        is_wanted = self._status >= 400 and f"status of {self._status}" in message.text
        if message.type == "error" and not is_wanted:
            self._note(message.text)

    def _meet_dialog(self, dialog: Any) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, problem: str) -> None:
        self.problems.append(f"{self._address}: {problem}")

    def visit(self, url: str, *, status: int = 200) -> None:
        """Open a page and inspect it in the theme of the language and at every width."""
        self._address, self._status = url.partition("/console")[2] or url, status
        self.page.set_viewport_size(WIDE)
        answer = self.page.goto(url)
        assert answer is not None
        if answer.status != status:
            self._note(f"status {answer.status}")
        for broken in self.page.evaluate("window.broken"):
            self._note(broken)
        for problem in self.page.evaluate(INSPECT, self._foreign_words()):
            self._note(problem)
        self.look()

    def look(self) -> None:
        """Inspect what is open, by the rules of axe and at every width."""
        self.page.evaluate(PAINT, THEMES[self.language])
        for problem in find_violations(self.page, rules=RULES[self.language]):
            self._note(problem)
        self._look_at_sizes()

    def _foreign_words(self) -> list[str]:
        """Words of the catalogue that must not stand alone on a page in this language."""
        words: Mapping[str, str] = read_catalogue()
        if self.language == "zh-hans":
            return [source for source, target in words.items() if source != target and len(source) > 2]
        return sorted({target for source, target in words.items() if source != target and len(target) > 1})

    def _look_at_sizes(self) -> None:
        for size in SIZES:
            self.page.set_viewport_size(size)
            problems = self.page.evaluate("window.findOverflow()")
            if size == NARROW:
                problems += find_violations(self.page, rules=[TARGETS])
                problems += self.page.evaluate("window.findSmallTargets()")
            for problem in problems:
                self._note(f"{size['width']} px: {problem}")
