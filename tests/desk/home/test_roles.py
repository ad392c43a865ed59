"""The home of each role: the queues and figures that are its work, and not a query for those of others."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aftersales.choices import About, Kind
from aftersales.services.answering import refuse_aftersale
from aftersales.services.disputing import open_dispute
from notifications.models import Alert, AlertKind
from notifications.services import raise_alert
from orders.collections.models import Collection, CollectionState
from orders.invoices.services.answering import follow_refund
from orders.models import Order
from orders.payments.models import Payment, Refund, RefundState
from orders.printing.models import PrintJob, PrintState
from orders.printing.services.asking import print_on
from orders.services.steps import confirm_order, hold_order
from orders.waybills.models import WaybillState
from shop import clock
from shop.access import ROLES
from shop.events.models import Event, Heartbeat
from shop.events.sweeping import SWEEP_HEARTBEAT
from shop.staff.models import StaffUser
from tests.aftersales.cases import asked as ask_aftersale
from tests.aftersales.cases import open_returns, received_order, taken_in
from tests.bills.bills import made_difference
from tests.cast import clerk, make_staff, paid_order, place, prepared_order
from tests.collecting.conftest import call, sent_parcel
from tests.console import browser, page_with, sign_in
from tests.invoices.invoices import asked as ask_invoice
from tests.invoices.invoices import give_back, issued, open_counter
from tests.pickup.counter import forgotten
from tests.printing.conftest import make_printer
from tests.shipping.cash import shipped_cod
from tests.shipping.test_intercept import asked
from tests.tracking.parcels import troubled
from tests.waybills.conftest import set_up_couriers, settled
from tests.wechat_report.conftest import make_report

HOME = "/console/"
SHIPPING = (
    "overdue",
    "returns",
    "within_24h",
    "alerts",
    "waybills",
    "prints",
    "intercepts",
    "collections",
    "to_hand_over",
    "trackings",
    "wechat_reports",
    "missed",
    "short",
    "ship_later",
)
HOMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "owner": (
        (
            *(
                "overdue",
                "to_hand_out",
                "not_picked_up",
                "disputes",
                "aftersales",
                "returns",
                "within_24h",
                "to_confirm",
                "alerts",
                "waybills",
                "prints",
                "intercepts",
                "collections",
                "to_hand_over",
            ),
            *("transfers", "trackings", "wechat_reports", "missed", "cod"),
            *("invoices", "invoices_to_correct", "refund_failed", "differences", "to_pay_out"),
            *("short", "closing_soon", "held", "ship_later"),
        ),
        ("placed", "paid", "to_ship", "shipped", "refunded"),
    ),
    "order_clerk": (
        (
            *(
                "overdue",
                "to_hand_out",
                "not_picked_up",
                "aftersales",
                "returns",
                "within_24h",
                "to_confirm",
                "alerts",
                "waybills",
                "prints",
                "intercepts",
                "collections",
                "to_hand_over",
                "transfers",
                "trackings",
                "wechat_reports",
                "missed",
                "cod",
                "invoices",
                "invoices_to_correct",
            ),
            *("short", "closing_soon", "held", "ship_later"),
        ),
        ("placed", "to_ship", "shipped"),
    ),
    "warehouse": (SHIPPING, ("to_ship", "shipped")),
    "support": (
        ("overdue", "aftersales", "to_confirm", "alerts", "closing_soon", "held"),
        ("placed", "to_ship"),
    ),
    "finance": (
        (
            *("alerts", "transfers", "cod", "invoices", "invoices_to_correct"),
            *("refund_failed", "differences", "to_pay_out"),
        ),
        ("placed", "paid", "refunded"),
    ),
    "store_clerk": (("overdue", "to_hand_out", "not_picked_up", "alerts"), ("to_ship",)),
}
HOMES["manager"] = HOMES["owner"]
QUERIES = {
    "owner": 48,
    "manager": 44,
    "order_clerk": 35,
    "warehouse": 22,
    "support": 15,
    "finance": 19,
    "store_clerk": 12,
}


def refund(state: RefundState) -> None:
    order = paid_order()
    Refund.objects.create(
        payment=Payment.objects.get(order=order),
        order=order,
        number=f"{order.number}R-1",
        amount_fen=100,
        state=state,
        created_at=clock.now(),
    )


def ring(order: Order) -> None:
    raise_alert(AlertKind.NEW_ORDER, Event.objects.get(order_id=order.pk, verb="order.pay"))


@pytest.fixture
def work() -> None:
    """Something in every queue, and an alert of either kind."""
    open_counter()
    now = clock.now()
    ring(paid_order())
    midnight = clock.start_of_day(timezone.localdate(now) + timedelta(days=1))
    hour = timedelta(hours=1)
    for ship_by in (now - hour, min(now + hour, midnight), now + 30 * hour):
        order = prepared_order()
        Order.objects.filter(pk=order.pk).update(ship_by=ship_by, is_short=ship_by > now + 24 * hour)
    hold_order(paid_order().pk, reason="等买家回复", actor=clerk())
    Order.objects.filter(pk=place().pk).update(pay_by=now, proof_sent_at=now)
    refund(RefundState.FAILED)
    refund(RefundState.TO_PAY_OUT)
    set_up_couriers()
    settled(prepared_order(), WaybillState.UNKNOWN)
    asked()
    shipped_cod()
    troubled()
    order, parcel = sent_parcel()
    call(order, parcel)
    Collection.objects.update(state=CollectionState.UNKNOWN)
    printer = make_printer(deliveries=[])
    job = print_on(prepared_order().pk, printer_id=printer.pk, actor=clerk())
    PrintJob.objects.filter(pk=job.pk).update(state=PrintState.UNKNOWN, next_try_at=None)
    make_report(paid_order())
    confirm_order(forgotten().pk, actor=clerk())
    open_returns()
    ask_aftersale(received_order(), Kind.REFUND)
    taken_in(received_order())
    refused = refuse_aftersale(ask_aftersale(received_order(), Kind.REFUND).pk, actor=clerk())
    open_dispute(refused.pk, about=About.OTHER, actor=clerk())
    made_difference(paid_order())
    ask_invoice()
    invoice = issued()
    give_back(invoice.order, 5_00)
    follow_refund(invoice.order_id)
    Alert.objects.create(
        kind=AlertKind.REFUND_FAILED, order=prepared_order(), event_id=-1, event_number=1, raised_at=now
    )


def look(role: str) -> tuple[Any, int]:
    """What the home page of this role was made of, and in how many queries."""
    client = browser(role)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        context = client.get(HOME).context
    return context, len(queries)


@pytest.mark.usefixtures("work")
def test_each_role_finds_its_own_work_and_pays_for_no_other() -> None:
    homes, queries = {}, {}
    for role in ROLES:
        context, queries[role] = look(role)
        cards = tuple(card.queue.name for card in context["cards"])
        homes[role] = (cards, tuple(figure.name for figure in context["figures"]))
        assert context["clear"] == []
    assert homes == HOMES
    assert queries == QUERIES


@pytest.mark.parametrize("role", sorted(HOMES))
def test_only_ones_own_empty_queues_are_named(role: str) -> None:
    assert len(look(role)[0]["clear"]) == len(HOMES[role][0])


def test_who_ships_finds_the_way_to_what_is_to_be_packed() -> None:
    shown = {role for role in ROLES if "Pack what is to ship" in page_with(200, browser(role).get(HOME))}
    assert shown == {role for role, rights in ROLES.items() if "orders.ship" in rights}


def test_no_amount_of_the_day_is_shown_to_who_may_not_see_sales_figures() -> None:
    order = paid_order()
    amount = f"¥{order.paid_fen / 100:,.2f}"
    Order.objects.filter(pk=order.pk).update(stage="done")
    shown = {role for role in ROLES if amount in page_with(200, browser(role).get(HOME))}
    assert shown == {"owner", "manager", "finance"}


def test_an_order_that_is_urged_stands_before_those_that_only_ring() -> None:
    orders = [paid_order() for _ in range(3)]
    for order in orders:
        ring(order)
    Alert.objects.create(
        kind=AlertKind.URGE, order=orders[2], event_id=-1, event_number=1, raised_at=clock.now()
    )
    card = next(card for card in look("support")[0]["cards"] if card.queue.name == "alerts")
    assert [row.order.pk for row in card.rows] == [orders[2].pk, orders[0].pk, orders[1].pk]
    assert card.rows[0].about == "Buyer urges、New order"


def test_a_parcel_to_be_stopped_is_named_by_its_courier_not_by_a_code() -> None:
    parcel = asked().parcel
    card = next(card for card in look("warehouse")[0]["cards"] if card.queue.name == "intercepts")
    assert card.rows[0].about.endswith(f"{parcel.courier_name} {parcel.tracking_no}")
    assert parcel.courier_name != parcel.courier


def health(role: str) -> list[str]:
    return [line.words for line in look(role)[0]["health"]]


def test_the_machinery_is_the_concern_of_who_can_act_on_it() -> None:
    Heartbeat.objects.create(name=SWEEP_HEARTBEAT, at=clock.now())
    assert {role for role in ROLES if health(role)} == {"owner", "manager"}


def test_everybody_hears_what_makes_their_own_work_late(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr("orders.desk.home.health._BACKLOG", -1)
    assert [words.split(":")[0] for words in health("store_clerk")] == [
        "0 events wait to be carried out",
        "Redis is away",
    ]


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> StaffUser:
    """Somebody whose role gives no work with orders."""
    monkeypatch.setitem(ROLES, "store_clerk", frozenset({"products.view", "audit.view"}))
    return make_staff("store_clerk")


def test_for_whom_nothing_is_work_reads_what_they_may_do_and_where(stranger: StaffUser) -> None:
    page = page_with(200, sign_in(stranger).get(HOME))
    assert "See products and stock" in page and "See the record of everything that was done" in page
    assert "Change store settings" not in page
    links = page.partition("What you can do here")[2]
    assert '<a class="btn" href="/console/products/">' in links
    assert '<a class="btn" href="/console/staff/me/">' in links


def test_who_may_do_nothing_at_all_is_told_whom_to_ask(
    stranger: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROLES, "store_clerk", frozenset())
    assert "Ask the owner or a manager to change it." in page_with(200, sign_in(stranger).get(HOME))
