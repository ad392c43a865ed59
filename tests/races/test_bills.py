"""A bill that several workers have, and a difference that several people settle, all at one moment."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orders.bills.models import Bill, BillLine
from orders.bills.services.ending import dismiss_difference, settle_difference
from orders.bills.services.fetching import lease_bill, open_bills
from orders.bills.services.matching import match_bill
from orders.bills.tasks import fetch_bill
from shop.events.models import Event
from tests import cast
from tests.bills.bills import as_file, made_difference, paid_yesterday, write_bill, yesterday
from tests.bills.rows import row_of, totals_of
from tests.gateway import Gateway
from tests.races.conftest import Rendezvous, codes_of, run_together

FIRST, SECOND = cast.clerk("finance", id_=1), cast.clerk("manager", id_=2)


@pytest.fixture
def bill(gateway: Gateway, settings: Any, tmp_path: Path) -> Bill:
    settings.PRIVATE_ROOT = tmp_path / "private"
    for emptying in ("DELETE FROM refunds", "DELETE FROM trades", "DELETE FROM bill_files"):
        gateway.server.world.ledger.write(emptying)
    gateway.behave(bills_at_once=True)
    paid_yesterday(gateway, knows=False)
    open_bills(yesterday().toordinal())
    return Bill.objects.get(kind="trades")


def count(verb: str) -> int:
    return Event.objects.filter(verb=verb).count()


def test_one_of_several_workers_fetches_and_compares_it(bill: Bill) -> None:
    run_together([lambda: fetch_bill(bill.pk)] * 4)
    bill.refresh_from_db()
    assert (bill.state, bill.tries) == ("matched", 0)
    assert (count("bill.fetch"), count("bill.differ"), count("difference.find")) == (1, 1, 1)


def test_without_the_lease_both_would_fetch_it(bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes too late throws its file away: the state under the lock is the guard behind the lease."""
    begun = Rendezvous(2)

    def read_and_meet(bill_id: int) -> Bill:
        found = Bill.objects.get(pk=bill_id)
        begun.meet()
        return found

    monkeypatch.setattr("orders.bills.tasks.lease_bill", read_and_meet)
    run_together([lambda: fetch_bill(bill.pk)] * 2)
    assert (count("bill.fetch"), count("bill.differ")) == (1, 1)
    assert BillLine.objects.count() == 1


def leased(bill: Bill) -> tuple[Bill, str]:
    """A bill whose file is there, with a row that nobody knows."""
    Bill.objects.filter(pk=bill.pk).update(state="fetched")
    held = lease_bill(bill.pk)
    assert held is not None
    row = row_of(yesterday(), bill.mchid)
    return held, write_bill(row, totals=totals_of(row))


def compare(held: Bill, text: str) -> Any:
    try:
        match_bill(held, as_file(text))
    except Exception as error:
        return type(error).__name__
    return "ok"


def test_compared_by_two_under_one_lease_it_is_compared_once(bill: Bill) -> None:
    held, text = leased(bill)
    told = run_together([lambda: compare(held, text)] * 2)
    assert sorted(told) == ["LeaseLost", "ok"]
    assert BillLine.objects.count() == 1


def test_without_the_lock_its_rows_are_unique(bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    held, text = leased(bill)
    read = Rendezvous(2)

    def read_and_meet(model: type[Any], pk: int, **_options: Any) -> Any:
        found = model.objects.get(pk=pk)
        if model is Bill:
            read.meet()
        return found

    monkeypatch.setattr("orders.bills.services.matching.lock_row", read_and_meet)
    monkeypatch.setattr("orders.bills.services.matching.lock_named", lambda *_of: None)
    told = run_together([lambda: compare(held, text)] * 2)
    assert sorted(told) == ["IntegrityError", "ok"]
    assert BillLine.objects.count() == 1


def press(difference_id: int) -> list[Any]:
    return [
        lambda: settle_difference(difference_id, reason="已核实", actor=FIRST),
        lambda: dismiss_difference(difference_id, reason="不处理", actor=SECOND),
    ]


def test_settled_by_two_it_is_settled_once() -> None:
    difference = made_difference()
    assert codes_of(run_together(press(difference.pk))) == ["ok", "wrong_stage"]
    difference.refresh_from_db()
    assert difference.version == 2


def test_without_the_lock_only_the_version_stands_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    difference, read = made_difference(), Rendezvous(2)

    def read_and_meet(model: type[Any], pk: int, **_options: Any) -> Any:
        found = model.objects.get(pk=pk)
        read.meet()
        return found

    monkeypatch.setattr("shop.moves.services.lock_row", read_and_meet)
    assert codes_of(run_together(press(difference.pk))) == ["ok", "stale"]


def test_several_sweeps_at_once_open_each_bill_once(bill: Bill) -> None:
    day = yesterday().toordinal() - 1
    assert {*codes_of(run_together([lambda: open_bills(day)] * 4))} == {"ok"}
    kinds = Bill.objects.filter(day=date.fromordinal(day)).values_list("kind", flat=True)
    assert len(kinds) == len({*kinds}) > 0
