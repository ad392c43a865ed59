"""Figures that were kept, put side by side; and the promises they do not keep."""

from pathlib import Path

import pytest

from bench.kit.figures import CounterFigures, DeskFigures, PageFigures, list_misses, load_desk, save
from bench.kit.open_pages.alerts import make_row
from bench.kit.open_pages.listeners import Listener
from bench.kit.placing.rates import BARE, ONE, SERVICE, TOGETHER, PlaceFigures, load_rates, print_rates
from bench.kit.side_by_side import print_comparison, print_side_by_side
from bench.kit.timing import find_p95


def page(
    name: str = "list, first page", *, p50: float = 20, database: float = 4, queries: int = 9
) -> PageFigures:
    return PageFigures(name, p50, p50 + 5, database, queries, bare_ms=2, promised_ms=25)


def desk(
    *pages: PageFigures, orders: int = 1_000_000, counters_ms: float = 9, rate: float = 90
) -> DeskFigures:
    counters = CounterFigures(16, counters_ms, counters_ms, 1, 5)
    return DeskFigures(orders, 20, list(pages), counters, rate, admins=8)


def rates(one: float = 30) -> PlaceFigures:
    return PlaceFigures(10_000, 500, 0, {BARE: 100, SERVICE: 50, ONE: one, TOGETHER: 110})


def test_figures_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    save(desk(page()), kept)
    assert load_desk(kept) == desk(page())
    save(rates(), kept)
    assert load_rates(kept) == rates()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"orders": 1}'])
def test_another_file_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(text)
    for load in (load_desk, load_rates):
        with pytest.raises(SystemExit, match=r"kept\.json"):
            load(kept)


def test_what_keeps_every_promise_has_no_misses() -> None:
    assert list(list_misses(desk(page()))) == []


def test_every_promise_that_is_not_kept_is_named() -> None:
    slow = page(p50=31, database=8, queries=13)
    assert list(list_misses(desk(slow, counters_ms=51, rate=70))) == [
        "list, first page: 31.0 ms (≤ 25), 4.0 times the bare SQL (≤ 3), 13 queries (≤ 12)",
        "counters: 51.0 ms (≤ 50)",
        "list: 70 requests a second (≥ 80)",
    ]


def test_sizes_stand_side_by_side_with_growth_and_peers(capsys: pytest.CaptureFixture[str]) -> None:
    large, small = desk(page(p50=26)), desk(page(p50=20), orders=10_000)
    print_side_by_side([large, small])
    shown = capsys.readouterr().out
    assert "| page | p50 ms at 10,000 | p50 ms at 1,000,000 | times (≤ 1.3) |" in shown
    assert "| list, first page | 20.0 | 26.0 | 1.30 | 4.0 | 4.0 | 2.0 | 2.0 | ≤ 25 |" in shown
    assert "| list, first page | 4352 | 574 | 96 | 26.0 | ≤ 25 |" in shown


def test_a_page_that_only_one_run_knows_is_left_open(capsys: pytest.CaptureFixture[str]) -> None:
    small, large = desk(orders=10_000), desk(page("new page"))
    print_side_by_side([small, large])
    assert "| new page | – | 20.0 | – | – | 4.0 | – | 2.0 | ≤ 25 |" in capsys.readouterr().out
    print_comparison(large, small)
    assert "new page" not in capsys.readouterr().out


def test_now_is_compared_with_then(capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison(desk(page(p50=30)), desk(page(p50=20), orders=10_000))
    assert "| list, first page | 20.0 | 30.0 | 1.50 | ≤ 1.3 |" in capsys.readouterr().out


def test_rates_are_parts_of_bare_sql(capsys: pytest.CaptureFixture[str]) -> None:
    print_rates([rates(one=30)])
    assert "| HTTP, one stream | 30 | 30% | ≥ 25 % of bare SQL |" in capsys.readouterr().out


def test_95_of_100_times_are_no_longer_than_p95() -> None:
    assert find_p95([float(n) for n in range(100, 0, -1)]) == 95
    assert find_p95([3.0, 1.0]) == 3


def test_an_alert_that_a_console_never_heard_of_is_lost() -> None:
    told, deaf = Listener("http://shop", ""), Listener("http://shop", "")
    told.heard = {"A1": 10.25, "A2": 11.5}
    deaf.heard = {"A1": 10.75}
    row = make_row("all", [told, deaf], [("A1", 10.0), ("A2", 11.0)], "none lost")
    assert row == ["2: all", "2", "3", "500", "750", "750", "1", "none lost"]


def test_a_console_notes_when_a_message_first_told_of_an_order() -> None:
    console = Listener("http://shop", "")
    console.hear('{"state": {"alerts": [{"number": "1"}]}}', 1.0)
    console.hear('{"state": {"alerts": [{"number": "2"}, {"number": "1"}]}}', 2.0)
    assert console.heard == {"1": 1.0, "2": 2.0}
