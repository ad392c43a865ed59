"""What other shop systems took for the same, over HTTP on the same kind of two-core machine with 1,000,000 orders."""

from collections.abc import Iterator

from bench.kit.figures import DeskFigures
from bench.kit.tables import MISSING, print_table, write_limit

HEADER = ("operation", "ShopXO 6.9", "CRMEB 4.7", "django-oscar 4.2", "ours", "aim")
PAGES = {
    "list, first page": ("4352", "574", "96"),
    "page 1000": ("4017", "609", "172"),
    "tab to ship": ("1681", "2042", "154"),
    "whole order number": ("605", "3357", "10"),
    "last digits of the phone": ("1749", "wrong hits", "none"),
    "product name (part)": ("10380", "780", "543 (prefix)"),
    "order detail": ("5584", "35 (cached)", "43"),
    "home page with its numbers": ("80000", "675+", "3073"),
}
"""The page that we measure under this name → p50 in ms of each."""
PER_SECOND = ("list, requests a second", "0.34", "3.3", "18")
PLACED_PER_SECOND = ("placing, orders a second, 8 buyers", "94", MISSING, MISSING)


def print_peers(ours: DeskFigures) -> None:
    print(f"\nOthers at 1,000,000 orders, ours at {ours.orders:,}; p50 in ms\n")
    print_table(HEADER, _list_rows(ours))


def _list_rows(ours: DeskFigures) -> Iterator[list[str]]:
    pages = {page.name: page for page in ours.pages}
    for name, theirs in PAGES.items():
        if page := pages.get(name):
            yield [name, *theirs, f"{page.p50_ms:.1f}", write_limit(page.promised_ms)]
    listing, *rates = PER_SECOND
    aim = write_limit(ours.per_second_promised, "≥")
    yield [f"{listing}, {ours.admins} admins", *rates, f"{ours.per_second:.0f}", aim]
