"""The same pages of shops of different sizes."""

from collections.abc import Iterator, Sequence

from bench.kit.figures import DeskFigures, PageFigures
from bench.kit.peers import print_peers
from bench.kit.tables import MISSING, print_table, write_limit, write_number

MOST_GROWTH = 1.3
"""How many times longer a page may take of a shop that is a hundred times as large."""


def print_comparison(now: DeskFigures, then: DeskFigures) -> None:
    """The whole response now beside then."""
    print(f"\nWhole response at {now.orders:,} orders against {then.orders:,}; p50 in ms\n")
    former = {page.name: page for page in then.pages}
    pairs = [(former[page.name], page) for page in now.pages if page.name in former]
    header = (f"{then.orders:,}", f"{now.orders:,}", "times", "promised")
    print_table(("page", *header), (_compare(before, after) for before, after in pairs))


def _compare(before: PageFigures, after: PageFigures) -> list[str]:
    times = [write_number(before.p50_ms), write_number(after.p50_ms)]
    return [after.name, *times, f"{after.p50_ms / before.p50_ms:.2f}", write_limit(MOST_GROWTH)]


def print_side_by_side(runs: Sequence[DeskFigures]) -> None:
    """Smallest shop first: pages, counters, requests a second, then the peers beside the largest."""
    runs = sorted(runs, key=lambda run: run.orders)
    sizes = [f"{run.orders:,}" for run in runs]
    print_table(
        (
            "page",
            *(f"p50 ms at {size}" for size in sizes),
            f"times (≤ {MOST_GROWTH})",
            *(f"database ms at {size}" for size in sizes),
            *(f"ratio at {size}" for size in sizes),
            "promised p50",
        ),
        _list_rows(runs),
    )
    print("\nAll tabs and queues counted together, and the list asked for by several people at once\n")
    print_table(("", *sizes, "promised"), _list_totals(runs))
    print_peers(runs[-1])


def _list_rows(runs: Sequence[DeskFigures]) -> Iterator[list[str]]:
    known = [{page.name: page for page in run.pages} for run in runs]
    for page in runs[-1].pages:
        found = [pages.get(page.name) for pages in known]
        first = found[0]
        yield [
            page.name,
            *(write_number(each.p50_ms if each else None) for each in found),
            f"{page.p50_ms / first.p50_ms:.2f}" if first else MISSING,
            *(write_number(each.database_ms if each else None) for each in found),
            *(write_number(each.ratio if each else None) for each in found),
            write_limit(page.promised_ms),
        ]


def _list_totals(runs: Sequence[DeskFigures]) -> Iterator[list[str]]:
    last = runs[-1]
    counted = [write_number(run.counters.p50_ms) for run in runs]
    yield ["counters, ms", *counted, write_limit(last.counters.promised_ms)]
    rates = [f"{run.per_second:.0f}" for run in runs]
    yield [f"list a second, {last.admins} people", *rates, write_limit(last.per_second_promised, "≥")]
