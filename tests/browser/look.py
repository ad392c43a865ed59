"""Looking at a page as a strict visitor does: what breaks on it, what does not fit, what cannot be used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

CATALOGUE = Path(__file__).resolve().parents[2] / "locale/zh_Hans/LC_MESSAGES/django.po"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ZOOMED = {"width": 720, "height": 450}
"""What is left of WIDE at 200 %."""

THEMES = ("light", "dark")
_ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)
WATCH = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.broken.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
_INSPECT = (Path(__file__).with_name("inspect.js")).read_text(encoding="utf-8")


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
        self._address = ""
        self.page.on("console", lambda message: message.type == "error" and self._note(message.text))
        self.page.on("pageerror", lambda error: self._note(f"script: {error}"))
        self.page.on("dialog", self._meet_dialog)

    def _meet_dialog(self, dialog: Any) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, problem: str) -> None:
        self.problems.append(f"{self._address}: {problem}")

    def visit(self, url: str, *, status: int = 200) -> None:
        """Open a page and inspect it at both widths and in both themes."""
        self._address = url.partition("/console")[2] or url
        self.page.set_viewport_size(WIDE)
        answer = self.page.goto(url)
        assert answer is not None
        if answer.status != status:
            self._note(f"status {answer.status}")
        for broken in self.page.evaluate("window.broken"):
            self._note(broken)
        for problem in self.page.evaluate(_INSPECT, self._foreign_words()):
            self._note(problem)
        for theme in THEMES:
            self._look_at_theme(theme)
        self._look_at_widths()

    def _foreign_words(self) -> list[str]:
        """Words of the catalogue that must not stand alone on a page in this language."""
        words: Mapping[str, str] = read_catalogue()
        if self.language == "zh-hans":
            return [source for source, target in words.items() if source != target and len(source) > 2]
        return sorted({target for source, target in words.items() if source != target and len(target) > 1})

    def _look_at_theme(self, theme: str) -> None:
        self.page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
        for problem in self.page.evaluate("window.findPaleWords()"):
            self._note(f"{theme}: {problem}")

    def _look_at_widths(self) -> None:
        for size in (WIDE, NARROW):
            self.page.set_viewport_size(size)
            for problem in self.page.evaluate("window.findOverflow()"):
                self._note(f"{size['width']} px: {problem}")
