"""The demo shop's past as it lies in the database: one seeding, looked at from all sides."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q

from notifications.models import Alert, AlertKind
from orders.bills.days import A_DAY, EDGE, LOOK_BACK, day_of, start_of
from orders.bills.models import Bill, Difference, DifferenceKind
from orders.collections.models import Collection, CollectionState
from orders.collections.waiting import list_waiting
from orders.desk.cod.owed import list_owed
from orders.desk.home.queues import list_queues
from orders.desk.list.counts import count_tabs
from orders.desk.list.filters import WorkQueue
from orders.invoices.models import InvoiceRequest
from orders.models import Order
from orders.payments.models import (
    LIVE,
    PayAttempt,
    Payment,
    ProofState,
    Refund,
    RefundState,
    TransferProof,
)
from orders.printing.models import PrintJob, PrintState
from orders.scope import ALL
from orders.selectors import with_secrets
from orders.shipping.models import Intercept, InterceptState, Parcel, ParcelPhoto, ParcelState
from orders.shipping.selectors import list_fellows, list_order_ids, list_parcels
from orders.stages import CloseReason, Stage
from orders.waybills.models import Waybill, WaybillLabel, WaybillState
from orders.wechat_report.models import ShippingReport
from seeding.counter import BUYERS as AT_COUNTER
from seeding.counter import VERIFIERS, VISITS
from seeding.outside.wechat import remember_money
from shop import clock
from shop.access import ROLES
from shop.actor import SYSTEM
from shop.catalog.models import MovementKind, Product, Sku, StockMovement
from shop.clients.wechat_pay import WeChatPay
from shop.couriers.checklist import list_missing_for_labels
from shop.couriers.selectors import list_label_accounts
from shop.customers.models import Address, BalanceEntry, Customer, EntryKind
from shop.database.connections import nobody_else
from shop.demo.standins import Ledger, load_credentials, run_in_thread
from shop.events.delivery import count_undelivered
from shop.events.models import Event, StuckTimer
from shop.files.models import Picture
from shop.staff.models import StaffUser
from shop.store.choices import Delivery, PayMethod
from shop.store.selectors import get_store_settings, list_deliveries, list_pay_methods
from tests.clients.conftest import merchant_credentials
from tests.conftest import find_broken_books
from tests.demo.seeding import copy_keys, seed

pytestmark = pytest.mark.django_db
ORDERS, BUYERS = 120, 30


@pytest.fixture(scope="module")
def lived(
    django_db_setup: None, django_db_blocker: Any, key_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The directory of the stand-ins; the past itself is rolled back after the last test."""
    data_dir = copy_keys(key_dir, tmp_path_factory.mktemp("lived"))
    with django_db_blocker.unblock(), nobody_else(), transaction.atomic():
        seed(data_dir, orders=ORDERS, buyers=BUYERS)
        yield data_dir / "standins"
        transaction.set_rollback(True)


def test_it_fills_the_shop_and_every_book_balances(lived: None) -> None:
    people = BUYERS + AT_COUNTER + VERIFIERS
    assert (Customer.objects.count(), Address.objects.count()) == (people, people)
    assert Order.objects.count() == ORDERS + len(VISITS)
    assert Product.objects.count() == Picture.objects.filter(customer_id=None, staff_id=None).count() >= 30
    assert set(StaffUser.objects.values_list("role", flat=True)) == set(ROLES)
    assert find_broken_books() == []


def test_orders_of_all_stages_lie_there(lived: None) -> None:
    assert set(Order.objects.values_list("stage", flat=True)) == set(Stage)
    ids = list(Order.objects.order_by("placed_at", "pk").values_list("pk", flat=True))
    assert ids == sorted(ids)
    waiting = Order.objects.filter(stage__in=[Stage.TO_CONFIRM, Stage.CONFIRMED, Stage.PREPARING])
    assert 25 <= waiting.count() <= 50
    assert waiting.filter(ship_by__lt=clock.now()).count() == 3
    assert (waiting.filter(is_held=True).count(), waiting.filter(is_short=True).count()) == (3, 2)
    assert waiting.filter(pieces_shipped__gt=0).exists()
    assert Order.objects.filter(stage=Stage.UNPAID, pay_by__gt=clock.now()).count() == 5
    assert not Order.objects.filter(stage=Stage.UNPAID, pay_by__lte=clock.now()).exists()


def test_only_the_last_hours_alerts_are_open_and_everything_was_delivered(lived: None) -> None:
    open_alerts = Alert.objects.filter(handled_at__isnull=True)
    mishaps = {
        AlertKind.LATE_PAYMENT,
        AlertKind.MISMATCH,
        AlertKind.REFUND_STUCK,
        AlertKind.REFUND_TWICE,
        AlertKind.REFUND_OUTSIDE,
        AlertKind.ATTEMPT_STUCK,
        AlertKind.GATEWAY_SILENT,
        AlertKind.BOOKS_BROKEN,
        AlertKind.ROBOT,
        AlertKind.PARCEL_STUCK,
        AlertKind.BRUTE_FORCE,
        AlertKind.BILL_FAILED,
    }
    assert {alert.kind for alert in open_alerts} == set(AlertKind) - mishaps
    # What is low stays so until somebody restocks it, what a provider or printer left open until somebody looks.
    lasting = (
        AlertKind.LOW_STOCK,
        AlertKind.WAYBILL,
        AlertKind.PRINT,
        AlertKind.SUPPLEMENT,
        AlertKind.COLLECTION,
        AlertKind.AFTERSALE,
    )
    passing = open_alerts.exclude(kind__in=lasting)
    assert all(alert.raised_at > clock.now() - timedelta(hours=3) for alert in passing)
    assert (count_undelivered(), StuckTimer.objects.count()) == (0, 0)


def test_the_gateway_remembers_the_payments_and_refunds(lived: Path) -> None:
    payment = (
        Payment.objects.filter(method=PayMethod.WECHAT, refunds=None).select_related("attempt").latest("pk")
    )
    by_gateway = Refund.objects.filter(payment__method=PayMethod.WECHAT)
    refunds = list(by_gateway.filter(state=RefundState.DONE))

    with run_in_thread(lived) as server:
        pay = WeChatPay(merchant_credentials(load_credentials(lived)), base_url=server.base_url)
        found = pay.query(payment.attempt.number)
        known = [pay.query_refund(refund.number) for refund in refunds]

    assert (found.trade_no, found.amount_fen) == (payment.trade_no, payment.amount_fen)
    assert by_gateway.exclude(state=RefundState.DONE).get().state == RefundState.FAILED
    assert [(r.gateway_id, r.amount_fen) for r in refunds] == [(k.refund_id, k.amount_fen) for k in known]
    assert not PayAttempt.objects.filter(state__in=LIVE).exists()


def test_another_gateway_can_be_told_what_was_paid_and_refunded(lived: Path, tmp_path: Path) -> None:
    remember_money(tmp_path)

    done = Refund.objects.filter(payment__method=PayMethod.WECHAT, state=RefundState.DONE)
    refund = done.select_related("payment__attempt").latest("pk")
    with run_in_thread(tmp_path) as server:
        pay = WeChatPay(merchant_credentials(load_credentials(tmp_path)), base_url=server.base_url)
        assert pay.query(refund.payment.attempt.number).trade_no == refund.payment.trade_no
        assert pay.query_refund(refund.number).amount_fen == refund.amount_fen


def test_money_came_and_went_in_every_way(lived: None) -> None:
    assert {proof.state for proof in TransferProof.objects.all()} == set(ProofState)
    assert all(proof.pictures.count() == 1 for proof in TransferProof.objects.all())
    paid_by_hand = Refund.objects.filter(payment__method=PayMethod.TRANSFER)
    assert {refund.state for refund in paid_by_hand} == {RefundState.TO_PAY_OUT, RefundState.DONE}
    assert not paid_by_hand.filter(state=RefundState.DONE, reference="").exists()
    kinds = set(BalanceEntry.objects.values_list("kind", flat=True))
    assert kinds == {EntryKind.TOP_UP, EntryKind.PAY, EntryKind.REFUND}


def test_every_queue_of_the_start_page_holds_something(lived: None) -> None:
    empty = {queue.name for queue in list_queues(count_tabs(SYSTEM), SYSTEM) if not queue.count}
    # Whether an unpaid order is about to close depends on the minute, what is late tomorrow on the hour.
    assert empty <= {WorkQueue.CLOSING_SOON, "missed"}


def test_couriers_owe_cash_and_two_parcels_were_not_taken(lived: None) -> None:
    owed = list_owed(ALL)
    assert owed.count() >= 5 and owed.filter(arrived_at__isnull=False).exists()
    assert owed.filter(is_coming_back=True).exists()
    closed = Order.objects.get(close_reason=CloseReason.RETURNED)
    assert Parcel.objects.filter(lines__order_line__order=closed, state=ParcelState.RETURNED).exists()
    assert StockMovement.objects.filter(order_id=closed.pk, kind=MovementKind.SCRAP).count() == 1


def test_labels_wait_were_used_voided_and_one_needs_a_person(lived: Path) -> None:
    states = Counter(Waybill.objects.filter(order__stage=Stage.PREPARING).values_list("state", flat=True))
    assert states == {WaybillState.ISSUED: 3, WaybillState.DISPUTED: 1, WaybillState.VOID: 1}
    used = Waybill.objects.filter(state=WaybillState.USED)
    assert used.filter(order__stage=Stage.DONE).exists()
    assert used.filter(order__stage=Stage.SHIPPED).count() >= 3
    for waybill in used:
        parcel = list_parcels(waybill.order).get()
        assert (parcel.courier, parcel.tracking_no) == (waybill.courier, waybill.tracking_no)
    assert not WaybillLabel.objects.filter(html="").exists()
    # The provider's own memory has them, so that one can be voided or asked for again.
    with closing(Ledger(lived)) as ledger:
        for waybill in used:
            row = ledger.find("SELECT * FROM waybills WHERE code = ?", waybill.code)
            assert (row["courier"], row["number"]) == (waybill.courier, waybill.tracking_no)


def test_orders_of_one_buyer_wait_for_one_parcel_and_went_in_one(lived: None) -> None:
    waiting = with_secrets(Order.objects.filter(stage=Stage.PREPARING, is_held=False, is_short=False))
    assert sum(bool(list_fellows(order, actor=SYSTEM)) for order in waiting) >= 2
    merged = waiting.filter(bundle__isnull=False)
    assert len(merged) == 2 and len({order.bundle for order in merged}) == 1
    together = Event.objects.filter(verb="order.ship", data__has_key="together")
    ids = {event.order_id for event in together}
    assert len(ids) == 2
    assert all(set(list_order_ids(parcel["id"])) == ids for parcel in together[0].data["parcels"])


def test_parcels_have_photos_other_numbers_and_are_intercepted(lived: None) -> None:
    assert ParcelPhoto.objects.filter(parcel__lines__order_line__order__stage=Stage.SHIPPED).exists()
    assert all(photo.picture.staff_id for photo in ParcelPhoto.objects.select_related("picture"))
    replaced = Event.objects.filter(verb="order.replace_number")
    assert {event.data["because"] for event in replaced} == {"typed", "relabelled"}
    assert sorted(Intercept.objects.values_list("state", flat=True)) == [
        InterceptState.ASKED,
        InterceptState.DONE,
    ]


def test_parcels_were_handed_over_in_every_way(lived: Path) -> None:
    states = Counter(Collection.objects.values_list("state", flat=True))
    assert states == {
        CollectionState.CALLED: 2,
        CollectionState.FAILED: 1,
        CollectionState.CANCELLED: 1,
        CollectionState.BY_PHONE: 1,
        CollectionState.DROPPED_OFF: 1,
    }
    assert [row.is_not_called_off for row in Collection.objects.exclude(last_error="").order_by("state")] == [
        True,
        False,
    ]
    assert list_waiting(ALL).count() >= 3
    with closing(Ledger(lived)) as ledger:
        known = ledger.find_all("SELECT * FROM collections")
    assert {row["code"]: bool(row["called_off_at"]) for row in known} == {
        row.code: row.state == CollectionState.CANCELLED
        for row in Collection.objects.filter(state__in=(CollectionState.CALLED, CollectionState.CANCELLED))
    }


def test_orders_owe_a_rest_wait_longer_and_are_printed(lived: None) -> None:
    owing = [
        order for order in Order.objects.filter(stage=Stage.CONFIRMED) if order.owed_fen and order.paid_fen
    ]
    assert sorted(order.is_held for order in owing) == [False, True]
    assert Event.objects.filter(verb="order.postpone").count() == 1
    states = Counter(PrintJob.objects.values_list("state", flat=True))
    assert states == {PrintState.PRINTED: 2, PrintState.UNKNOWN: 1}


def test_every_sku_can_be_scanned_found_and_weighed(lived: None) -> None:
    assert not Sku.objects.filter(Q(barcode="") | Q(shelf="") | Q(weight_g=0)).exists()


def test_buyers_urged_and_asked_for_time_and_one_is_blocked(lived: None) -> None:
    assert Order.objects.filter(urged_at__isnull=False, stage=Stage.DONE).exists()
    assert Order.objects.filter(is_extended=True, stage=Stage.DONE).exists()
    assert Order.objects.filter(is_extended=True, stage=Stage.SHIPPED).exists()
    assert Customer.objects.filter(is_blocked=True).count() == 1
    assert Customer.objects.get(erase_at__gt=clock.now()).secret
    assert sum(bool(customer.remark) for customer in Customer.objects.all()) >= 4


def test_shelves_were_counted_and_presales_wait_for_their_day(lived: None) -> None:
    assert StockMovement.objects.filter(kind=MovementKind.CORRECT, reason="月度盘点").exists()
    taken = Event.objects.filter(verb="stock.correct", data__has_key="taken").get()
    assert Order.objects.get(number=next(iter(taken.data["taken"]))).is_short
    presale = Order.objects.filter(lines__sku__is_presale=True)
    assert presale.count() == 3
    assert all(order.ship_by > clock.now() + timedelta(days=10) for order in presale)


def test_everything_of_the_shop_is_switched_on(lived: None) -> None:
    store = get_store_settings()
    assert list_deliveries(store) == [Delivery.EXPRESS, Delivery.LOCAL, Delivery.PICKUP]
    for delivery in list_deliveries(store):
        assert list_pay_methods(store, delivery) == [
            PayMethod.WECHAT,
            PayMethod.ALIPAY,
            PayMethod.BALANCE,
            PayMethod.COD,
            PayMethod.TRANSFER,
        ]
    assert list_missing_for_labels() == []
    assert [account.code for account in list_label_accounts()] == ["SF", "ZTO", "YTO", "JD", "EMS"]


def test_wechat_was_told_of_what_is_on_its_way_but_for_two(lived: None) -> None:
    states = Counter(ShippingReport.objects.values_list("state", flat=True))
    assert states == {"told": 12, "failed": 1, "waiting": 1}


def count_told_refunds() -> int:
    """Refunds of which the bills of the demo tell."""
    today = day_of(clock.now())
    done = Refund.objects.filter(state=RefundState.DONE, reference="", payment__method=PayMethod.WECHAT)
    days = (start_of(today - LOOK_BACK * A_DAY) + EDGE, start_of(today) - EDGE)
    return done.filter(finished_at__gte=days[0], finished_at__lt=days[1]).count()


def test_bills_were_compared_and_some_of_each_kind_does_not_agree(lived: None) -> None:
    week = Bill.objects.filter(day__gte=day_of(clock.now()) - LOOK_BACK * A_DAY)
    assert set(week.values_list("state", flat=True)) <= {"matched", "empty"}
    assert Bill.objects.filter(kind="trades", has_open=False, rows__gt=0).exists()
    found = Counter(Difference.objects.values_list("kind", flat=True))
    # By the hour of the day so small a past has one refund too few for both kinds that need one.
    lacking = [DifferenceKind.STATE, DifferenceKind.MISSING_REFUND][: max(2 - count_told_refunds(), 0)]
    assert set(found) == set(DifferenceKind.values) - {*lacking}, found
    assert sum(found.values()) <= 8
    assert set(Difference.objects.values_list("state", flat=True)) == {"open", "dismissed"}


def test_invoices_were_asked_for_and_mostly_issued(lived: None) -> None:
    states = Counter(InvoiceRequest.objects.values_list("state", flat=True))
    assert set(states) == {"asked", "issued", "refused"} and states["issued"] > states["asked"] > 0
    assert get_store_settings().invoices_on
