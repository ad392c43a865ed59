"""What axe-core finds on a page: WCAG 2.2 up to AA, its best practices, and rules it still calls experimental."""

from collections.abc import Sequence

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# AAA stays out: a page of work cannot have 7:1 everywhere.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
CONTRAST, NAMES, TARGETS = "color-contrast", "label-content-name-mismatch", "target-size"
_RUN = """async ([runOnly, within]) => {
  const found = await axe.run(within || document, { runOnly, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
    `${id}: ${html.slice(0, 160)} ${failureSummary.replaceAll(/\\s+/g, " ").slice(0, 200)}`));
}"""


def find_violations(page: Page, *, within: str = "", rules: Sequence[str] = ()) -> list[str]:
    """A sentence per rule and element that breaks it; `within` this selector alone, or of these `rules` alone."""
    if page.evaluate("typeof axe") == "undefined":
        # The debugger's way passes the page's policy, which stays as strict as it is for people.
        page.evaluate(AXE_SCRIPT)
    wanted = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    found: list[str] = page.evaluate(_RUN, [wanted, within])
    return found
