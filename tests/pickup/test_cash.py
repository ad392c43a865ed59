"""Cash sheets: what was taken by whom, where and when; counted and closed once."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import transaction
from django.utils import timezone

from orders.payments.gateway import PaymentEvidence
from orders.payments.models import Means, Payment
from orders.payments.services.evidence import apply_payment_evidence
from orders.payments.services.native import start_native
from pickup.cash.models import CashClosing, ClosedPayment
from pickup.cash.selectors import Drawer, Wanted, find_sheet, list_sheets, list_sheets_of, read_drawer
from pickup.cash.services import Count, close_cash, reopen_cash
from pickup.services.verifiers import verifier_actor
from pickup.services.verifying import undo_verify
from shop import clock
from shop.actor import SYSTEM, ActorKind
from shop.events.models import Event
from tests import cast
from tests.console import browser, page_with, sign_in
from tests.expect import count_queries, fresh, refused
from tests.gateway import Gateway
from tests.pickup.counter import appoint, hand_out
from tests.pickup.drawers import CLERK, close, drawer_of, owing, take
from tests.pickup.test_verify import books

MANAGER = cast.clerk("manager", name="王店长", id_=2)
URL = "/console/pickup/cash/"


def today():
    return timezone.localdate(clock.now())


def test_the_sheet_tells_cash_transfer_and_codes_of_each_apart(gateway: Gateway):
    store = cast.make_store()
    verifier = appoint(store, nickname="小周")
    of_clerk = [take(store), take(store), take(store, means=Means.TRANSFER)]
    take(store, actor=verifier_actor(verifier))
    order = owing(store)
    code = start_native(order.pk, actor=CLERK)
    number = gateway.do("scan", code_url=code.code_url, openid="somebody")["number"]
    evidence = PaymentEvidence(number, gateway.trade(number)["trade_no"], code.amount_fen, clock.now())
    apply_payment_evidence(evidence)
    first, second = list_sheets(Wanted(today(), today()), actor=SYSTEM)
    assert (first.collector_name, first.sums.orders) == ("李四", 4)
    assert first.sums.cash_fen == of_clerk[0].amount_fen * 2
    assert (first.sums.transfer_fen, first.sums.native_fen) == (of_clerk[2].amount_fen, code.amount_fen)
    assert second.collector_name == verifier.name
    assert [sheet.drawer for sheet in list_sheets_of(ActorKind.VERIFIER, verifier.pk, today())] == [
        second.drawer
    ]


def test_money_that_was_not_taken_at_a_counter_is_on_no_sheet():
    cast.paid_order()
    assert list_sheets(Wanted(today(), today()), actor=SYSTEM) == []


def test_it_is_closed_once_with_what_was_counted():
    payment = take()
    closing = close(drawer_of(payment), counted_fen=payment.amount_fen - 100, note="少了一元")
    assert (closing.cash_fen, closing.difference_fen, closing.note) == (payment.amount_fen, -100, "少了一元")
    assert (closing.collector_name, closing.closed_by_name) == ("李四", "李四")
    event = Event.objects.get(verb="cash_closing.close")
    assert event.data["difference_fen"] == -100
    with refused("already_closed") as told:
        close(drawer_of(payment), counted_fen=0)
    assert "李四" in str(told.value)


def test_who_saw_another_sum_counts_again_and_the_right_is_needed():
    payment = take()
    drawer = drawer_of(payment)
    with refused("amount_mismatch"):
        close_cash(drawer, Count(0, payment.amount_fen + 1), actor=CLERK)
    with refused("bad_amount", 400):
        close_cash(drawer, Count(-1, payment.amount_fen), actor=CLERK)
    with refused("forbidden", 403):
        close(drawer, actor=cast.clerk("warehouse"))
    with refused("not_found", 404):
        close_cash(Drawer(drawer.day, drawer.store_id, "staff", 99), Count(0, 0), actor=CLERK)
    assert CashClosing.objects.count() == 0


def test_what_comes_after_the_closing_is_shown_and_closed_again_after_reopening():
    store = cast.make_store()
    first = take(store)
    drawer = drawer_of(first)
    closing = close(drawer, counted_fen=first.amount_fen)
    second = take(store)
    sheet = find_sheet(drawer, actor=SYSTEM)
    assert (sheet.is_closed, sheet.later_fen) == (True, second.amount_fen)
    with refused("forbidden", 403):
        reopen_cash(closing.pk, reason="又收了一笔", actor=CLERK)
    with refused("reason_required", 400):
        reopen_cash(closing.pk, reason=" ", actor=MANAGER)
    reopen_cash(closing.pk, reason="又收了一笔", actor=MANAGER)
    with refused("already_done"):
        reopen_cash(closing.pk, reason="又收了一笔", actor=MANAGER)
    again = close(drawer, counted_fen=first.amount_fen + second.amount_fen)
    assert (again.pk, again.orders, again.difference_fen) == (closing.pk, 2, 0)
    assert ClosedPayment.objects.count() == 2
    assert find_sheet(drawer, actor=SYSTEM).later_fen == 0
    assert Event.objects.get(verb="cash_closing.reopen").words["reason"] == "又收了一笔"


def test_a_verification_that_is_undone_later_changes_no_collected_money():
    payment = take()
    close(drawer_of(payment), counted_fen=payment.amount_fen)
    undo_verify(payment.order_id, reason="拿错了", actor=MANAGER)
    sheet = find_sheet(drawer_of(payment), actor=SYSTEM)
    assert (sheet.sums.cash_fen, sheet.later_fen) == (payment.amount_fen, 0)
    hand_out(fresh(payment.order))
    assert Payment.objects.count() == 1


def test_the_day_is_that_of_the_shop():
    midnight = clock.start_of_day(today())
    with clock.at(midnight - timedelta(seconds=1)):
        late = take()
    with clock.at(midnight):
        early = take(late.store)
    assert drawer_of(late).day + timedelta(days=1) == drawer_of(early).day
    assert find_sheet(drawer_of(early), actor=SYSTEM).sums.orders == 1
    assert len(list_sheets(Wanted(today() - timedelta(days=1), today()), actor=SYSTEM)) == 2


def test_the_list_is_narrowed_and_takes_few_queries():
    payments = [take(), take()]
    close(drawer_of(payments[0]), counted_fen=0)
    days = {"since": today(), "until": today()}
    assert len(list_sheets(Wanted(**days, store_id=payments[0].store_id), actor=SYSTEM)) == 1
    (is_open,) = list_sheets(Wanted(**days, is_closed=False), actor=SYSTEM)
    assert is_open.drawer == drawer_of(payments[1])
    assert count_queries(lambda: list_sheets(Wanted(**days), actor=SYSTEM)) <= 4


def test_who_is_bound_to_a_store_sees_no_other():
    here, there = take(), take()
    user = cast.make_staff("order_clerk", stores=[here.store])
    actor = cast.actor_of(user)
    assert [sheet.drawer for sheet in list_sheets(Wanted(today(), today()), actor=actor)] == [drawer_of(here)]
    with refused("not_found", 404):
        close_cash(drawer_of(there), Count(0, there.amount_fen), actor=actor)
    page = sign_in(user)
    assert page.get(f"{URL}{drawer_of(there).key}/").status_code == 404
    listed = page_with(200, page.get(URL))
    assert here.store.name in listed
    assert there.store.name not in listed


@pytest.mark.parametrize(
    "key",
    ["x", "2026-13-01.1.staff.1", "1800-01-01.1.staff.1", "2026-01-01.1.staff.1", "2026-01-01.1.pirate.1"],
)
def test_what_is_no_sheet_is_not_there(key):
    assert browser().get(f"{URL}{key}/").status_code == 404


def test_a_drawer_is_read_from_its_address():
    drawer = Drawer(today(), 3, "verifier", 12)
    assert read_drawer(drawer.key) == drawer


def test_in_the_console_it_is_counted_closed_and_reopened():
    payment = take()
    clerk, path = browser("order_clerk"), f"{URL}{drawer_of(payment).key}/"
    listed = page_with(200, clerk.get(URL))
    assert path in listed
    assert "Not closed" in listed
    refusal = page_with(422, clerk.post(path, {"counted": "", "seen": payment.amount_fen}))
    assert "Please fill this in." in refusal
    stale = page_with(422, clerk.post(path, {"counted": "1", "seen": 1}))
    assert f'value="{payment.amount_fen}"' in stale
    counted = f"{payment.amount_fen / 100 - 1:.2f}"
    typed = {"counted": counted, "seen": payment.amount_fen, "note": "找零"}
    assert clerk.post(path, typed).status_code == 302
    shown = page_with(200, clerk.get(path))
    assert "Closed with a difference" in shown
    assert "-¥1.00" in shown
    assert "Count and close" not in shown
    closing = CashClosing.objects.get()
    reopen = f"{URL}closings/{closing.pk}/reopen/"
    assert clerk.get(reopen).status_code == 403
    manager = browser("manager")
    assert manager.post(reopen, {"reason": "数错了", "version": closing.version}).status_code == 302
    shown = page_with(200, manager.get(path))
    assert "数错了" in shown
    assert "Count and close" in shown
    assert manager.get(f"{URL}closings/{closing.pk}/")["Location"] == path


def test_the_sheet_for_the_bookkeeper_has_the_same_rows():
    payment = take()
    close(drawer_of(payment), counted_fen=0, note="=1+1")
    answer = browser("finance").get(f"{URL}export/")
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)
    assert rows[0][:4] == ("Day", "Store", "Collector", "Orders")
    assert rows[1][2:5] == ("李四", 1, payment.amount_fen / 100)
    assert rows[1][9] == -payment.amount_fen / 100
    assert rows[1][12] == "'=1+1"


def spoil_twice(closing: CashClosing) -> None:
    """The money as if it had been taken a second time."""
    payment = Payment.objects.get()
    payment.pk = None
    payment.save()
    payment.order.__class__.objects.filter(pk=payment.order_id).update(paid_fen=payment.amount_fen * 2)


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("B22", lambda closing: CashClosing.objects.update(cash_fen=1)),
        ("B22", lambda closing: CashClosing.objects.update(orders=2)),
        ("B22", lambda closing: closing.payments.all().delete()),
        ("B22.1", lambda closing: Payment.objects.update(collected_by_id=99)),
        ("B22.1", lambda closing: Payment.objects.update(counts=False)),
        ("B22.2", lambda closing: Payment.objects.update(means="")),
        ("B22.2", lambda closing: Payment.objects.update(collected_by_id=None)),
        ("B22.2", lambda closing: Payment.objects.update(store=None)),
        ("B22.3", spoil_twice),
    ],
)
def test_each_book_finds_what_it_is_for(code, spoil):
    payment = take()
    closing = close(drawer_of(payment), counted_fen=payment.amount_fen)
    assert books(code) == []
    with transaction.atomic():
        spoil(closing)
        assert len(books(code)) >= 1
        transaction.set_rollback(True)
