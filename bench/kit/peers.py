"""What other shop systems took for the same, over HTTP on the same kind of two-core machine with 1,000,000 orders."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.kit.figures import DeskFigures
from bench.kit.tables import MISSING, print_table, write_limit

HEADER = ("operation", "ShopXO 6.9", "CRMEB 4.7", "django-oscar 4.2", "ours", "aim")


@dataclass(frozen=True)
class Peers:
    """p50 in ms of the page that we measure under this name."""

    page: str
    shopxo: str
    crmeb: str
    oscar: str


PAGES = (
    Peers("list, first page", "4352", "574", "96"),
    Peers("page 1000", "4017", "609", "172"),
    Peers("tab to ship", "1681", "2042", "154"),
    Peers("whole order number", "605", "3357", "10"),
    Peers("last digits of the phone", "1749", "wrong hits", "none"),
    Peers("product name (part)", "10380", "780", "543 (prefix)"),
    Peers("order detail", "5584", "35 (cached)", "43"),
    Peers("home page with its numbers", "80000", "675+", "3073"),
)
PER_SECOND = ("list, requests a second", "0.34", "3.3", "18")
PLACED_PER_SECOND = ("placing, orders a second, 8 buyers", "94", MISSING, MISSING)


def print_peers(ours: DeskFigures) -> None:
    print(f"\nOthers at 1,000,000 orders, ours at {ours.orders:,}; p50 in ms\n")
    print_table(HEADER, _list_rows(ours))


def _list_rows(ours: DeskFigures) -> Iterator[list[str]]:
    pages = {page.name: page for page in ours.pages}
    for peers in PAGES:
        if page := pages.get(peers.page):
            theirs = [peers.shopxo, peers.crmeb, peers.oscar]
            yield [peers.page, *theirs, f"{page.p50_ms:.1f}", write_limit(page.promised_ms)]
    name, *theirs = PER_SECOND
    aim = write_limit(ours.per_second_promised, "≥")
    yield [f"{name}, {ours.admins} admins", *theirs, f"{ours.per_second:.0f}", aim]
