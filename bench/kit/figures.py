"""What the desk took, kept in a file so that runs on shops of different sizes can be put side by side."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MOST_QUERIES = 12
MOST_RATIO = 3.0


@dataclass(frozen=True)
class PageFigures:
    """`bare_ms` is None where nobody wrote the page's SQL by hand; `promised_ms` 0 where there is no promise."""

    name: str
    p50_ms: float
    p95_ms: float
    database_ms: float
    queries: int
    bare_ms: float | None
    promised_ms: float

    @property
    def ratio(self) -> float | None:
        return self.database_ms / self.bare_ms if self.bare_ms else None


@dataclass(frozen=True)
class CounterFigures:
    """All tabs and queues counted together, as a list page does it."""

    numbers: int
    p50_ms: float
    p95_ms: float
    queries: int
    bare_ms: float
    promised_ms: float = 50


@dataclass(frozen=True)
class DeskFigures:
    orders: int
    rounds: int
    pages: list[PageFigures]
    counters: CounterFigures
    per_second: float
    admins: int
    per_second_promised: float = 80


def save(figures: Any, path: Path) -> None:
    path.write_text(json.dumps(asdict(figures), ensure_ascii=False, indent=1) + "\n")


def load_desk(path: Path) -> DeskFigures:
    """Stops the program when the file holds something else."""
    try:
        kept = json.loads(path.read_text())
        pages = [PageFigures(**page) for page in kept.pop("pages")]
        return DeskFigures(pages=pages, counters=CounterFigures(**kept.pop("counters")), **kept)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SystemExit(f"{path} does not hold what `bench/desk.py --save` writes: {error}") from error


def list_misses(figures: DeskFigures) -> Iterator[str]:
    """A line per page, and per total, that does not keep what is promised of it."""
    for page in figures.pages:
        if misses := list(_list_page_misses(page)):
            yield f"{page.name}: {', '.join(misses)}"
    if figures.counters.p50_ms > figures.counters.promised_ms:
        yield f"counters: {figures.counters.p50_ms:.1f} ms (≤ {figures.counters.promised_ms:g})"
    if figures.per_second < figures.per_second_promised:
        yield f"list: {figures.per_second:.0f} requests a second (≥ {figures.per_second_promised:g})"


def _list_page_misses(page: PageFigures) -> Iterator[str]:
    if page.promised_ms and page.p50_ms > page.promised_ms:
        yield f"{page.p50_ms:.1f} ms (≤ {page.promised_ms:g})"
    if page.ratio and page.ratio > MOST_RATIO:
        yield f"{page.ratio:.1f} times the bare SQL (≤ {MOST_RATIO:g})"
    # Only list views, which are the ones written by hand too, have a limit.
    if page.bare_ms is not None and page.queries > MOST_QUERIES:
        yield f"{page.queries} queries (≤ {MOST_QUERIES})"
