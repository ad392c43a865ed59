"""Whoever sees only some orders sees them only, on every page, beside somebody in the same process who sees all."""

import ast
import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.urls import reverse

from notifications.kinds import audience_of
from notifications.models import Alert, AlertKind
from notifications.socket.reader import SharedReader
from orders import scope
from orders.desk.exports.choosing import choose_orders
from orders.desk.home.queues import list_queues
from orders.desk.home.today import list_figures
from orders.desk.list import counts
from orders.desk.list.counts import count_tabs
from orders.desk.prints.presses import Printed, write_token
from orders.desk.search.matches import find_matches
from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.changes.pricing import change_price, choose_payment
from orders.payments.models import Payment, Refund, RefundState, TransferProof
from orders.payments.services.collecting import collect_payment
from orders.payments.services.found import record_found_payment
from orders.scope import is_in_scope, orders_in_scope, rows_in_scope, scope_key
from orders.services.printing import Document
from orders.shipping.models import Parcel, ParcelLine, ParcelPhoto
from orders.stages import Stage
from shop import clock
from shop.actor import GATEWAY, SYSTEM, Actor, ActorKind
from shop.events.delivery import drain
from shop.events.models import Event, EventDelivery, StuckTimer
from shop.files.services import store_picture
from shop.jobs.models import Job
from shop.jobs.running import run_slice
from shop.live import keep_audible
from shop.staff.models import StaffUser
from shop.store.choices import PayMethod
from tests.cast import (
    HOME,
    actor_of,
    buyer,
    make_customer,
    make_sku,
    make_staff,
    make_store,
    open_shop,
    paid_order,
    paid_pickup,
    place,
    place_pickup,
    shipped_order,
)
from tests.console import sign_in
from tests.expect import refused
from tests.gateway import Gateway
from tests.ground.test_files import picture_bytes

ROOT = Path(settings.BASE_DIR)
READS_ALL = {
    "orders/scope.py",
    "orders/moves.py",
    "orders/companions.py",  # of one buyer: what goes together
    "orders/selectors.py",  # by number with a kept query, and rows that are due
    "orders/payments/selectors.py",  # rows that are due
    "orders/invariants.py",
    "aftersales/invariants.py",
    "orders/payments/invariants.py",
    "orders/shipping/invariants.py",
    "orders/waybills/invariants.py",
    "notifications/invariants.py",
    "pickup/cash/invariants.py",
    "orders/erasure.py",
    "orders/rehash.py",
    "orders/services/place.py",
    "orders/services/stocktake.py",  # locks all from which goods are taken
}
ASKS_FOR_ALL = {
    "notifications/selectors.py",  # alerts that end by themselves
    "pickup/codes.py",  # by a code at whatever store, of which a verifier elsewhere is told the name alone
    "orders/archive.py",  # what of the orders that are read is still open
    "orders/invoices/archive.py",  # the same of invoices
    "orders/bills/services/findings.py",  # whose order a row of a bill is; what is found is narrowed when it is read
    "orders/desk/archive.py",  # a number beside a setting, which only those read who see all
    "orders/desk/search/lookups.py",  # narrowed by each search
    "orders/desk/search/gateway_lookup.py",  # to tell an order out of scope from one that is not there
}
MANAGERS = {"objects", "_default_manager", "_base_manager"}


def last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def goes_past(node: ast.AST) -> bool:
    """Whether it reads orders by their manager, or by a buyer's, or gives the model a name that hides it."""
    if isinstance(node, ast.Attribute):
        of = last_name(node.value)
        return (of == "Order" and node.attr in MANAGERS) or (of == "customer" and node.attr == "orders")
    return isinstance(node, ast.alias) and node.name == "Order" and node.asname is not None


def asks_for_all(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not last_name(node.func).endswith(("_in_scope", "orders_of")):
        return isinstance(node, ast.alias) and node.name == "ALL"
    return any(last_name(value) in ("SYSTEM", "GATEWAY", "ALL") for value in node.args)


def find_files(fits: Callable[[ast.AST], bool]) -> set[str]:
    files = {
        path
        for room in ("orders", "pickup", "aftersales", "notifications", "shop")
        for path in (ROOT / room).rglob("*.py")
    }
    names = {path.relative_to(ROOT).as_posix(): path for path in files if "migrations" not in path.parts}
    return {
        name
        for name, path in names.items()
        if any(fits(node) for node in ast.walk(ast.parse(path.read_text())))
    }


def test_orders_are_read_by_the_one_door() -> None:
    assert find_files(goes_past) - READS_ALL == set()
    assert not {name for name in READS_ALL if name.startswith(("orders/desk", "shop")) or "views" in name}


def test_nobody_asks_the_door_for_all_but_who_narrows_it_then() -> None:
    found = {
        name for name in find_files(asks_for_all) if name.startswith(("orders/", "pickup/", "notifications/"))
    }
    assert found - {"orders/scope.py"} == ASKS_FOR_ALL


@pytest.mark.parametrize(
    "source",
    [
        "Order.objects.all()",
        "models.Order._default_manager.get(pk=1)",
        "from orders.models import Order as O",
        "order.customer.orders.all()",
    ],
)
def test_the_search_finds_each_way_past(source: str) -> None:
    assert any(goes_past(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.django_db
def test_the_scope_of_a_row_is_that_of_the_query() -> None:
    open_shop()
    orders = [place(), place()]
    nobody = Actor(ActorKind.CUSTOMER)
    store = make_store()
    orders.append(place_pickup(store))
    bound = [actor_of(make_staff("manager", stores=[store])), Actor(ActorKind.VERIFIER)]
    keys = [
        "all",
        "all",
        "all",
        f"customer:{orders[0].customer_id}",
        "customer:0",
        f"stores:{store.pk}",
        "stores:",
    ]
    actors = [SYSTEM, GATEWAY, actor_of(make_staff()), buyer(orders[0]), nobody, *bound]
    assert [scope_key(actor) for actor in actors] == keys
    for actor in actors:
        seen = set(orders_in_scope(actor))
        assert {order for order in orders if is_in_scope(order, actor)} == seen
    for key in ("", "shops:1", "stores:x"):
        with pytest.raises(ValueError):
            scope.orders_of(key)


@pytest.mark.django_db
def test_rows_of_no_order_are_for_who_sees_all_or_where_they_are_asked_for() -> None:
    open_shop()
    own, events = scope_key(buyer(place())), Event.objects.all()
    with_order = set(events.exclude(order_id=None))
    assert with_order < set(events)
    assert set(rows_in_scope(events, own)) == with_order
    assert set(rows_in_scope(events, own, or_of_none=True)) == set(events)
    assert set(rows_in_scope(events, scope.ALL)) == set(events)
    assert not rows_in_scope(ParcelLine.objects.all(), own, "order_line__order_id", or_of_none=True)


class World:
    """One order that is picked up where `narrow` works, and two of another buyer elsewhere; `wide` sees all.

    Of the others one is picked up at another store, and one is sent.
    """

    def __init__(self) -> None:
        here, elsewhere = make_store(), make_store()
        self.narrow, self.wide = make_staff("manager", stores=[here]), make_staff()
        mine, theirs, sku = make_customer("甲"), make_customer("乙"), make_sku(name="同款")
        basket = {sku.pk: 1}
        self.own = paid_pickup(here, customer=mine, basket=basket)
        self.others = [
            paid_pickup(elsewhere, customer=theirs, basket=basket),
            paid_order(customer=theirs, basket=basket),
        ]
        self.all = [self.own, *self.others]
        self.picked_up = self.all[:2]

    def seen_by(self, user: StaffUser) -> list[Order]:
        return [self.own] if user == self.narrow else self.all

    def turns(self) -> Iterator[StaffUser]:
        """Each after the other: what one has left in a cache must not be the other's."""
        yield from (self.wide, self.narrow, self.wide, self.narrow)


@pytest.fixture
def world(db: None, sent_tasks: object) -> World:
    open_shop(freight_fen=0)
    world = World()
    counts.forget_full()
    return world


def numbers(html: str, world: World) -> set[str]:
    """Which of all orders are named on a page."""
    return {order.number for order in world.all if order.number in html.replace(" ", "")}


def numbers_of(orders: list[Order]) -> set[str]:
    return {order.number for order in orders}


def ids_of(orders: list[Order]) -> set[int]:
    return {order.pk for order in orders}


def change(world: World, **values: Any) -> None:
    Order.objects.filter(pk__in=ids_of(world.all)).update(**values)


def show(user: StaffUser, url: str, **query: str) -> str:
    response = sign_in(user).get(url, query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_of_an_order_out_of_scope_is_not_there(world: World) -> None:
    for user in world.turns():
        found = [sign_in(user).get(reverse("orders:detail", args=[o.number])).status_code for o in world.all]
        assert found == [200 if order in world.seen_by(user) else 404 for order in world.all]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"tab": "to_confirm"},
        {"pay": "wechat"},
        {"queue": "held"},
        {"product": "同款"},
        {"date": "placed", "since": "2020-01-01"},
        {"phone": HOME.phone},
        {"number": "2"},
        {"q": "同款"},
        {"q": "同款", "tab": "to_confirm"},
    ],
)
def test_the_list_holds_what_is_in_scope(world: World, query: dict[str, str]) -> None:
    change(world, is_held=True)
    for user in world.turns():
        assert numbers(show(user, "/console/orders/", **query), world) == numbers_of(world.seen_by(user))


def test_tabs_count_what_is_in_scope_also_what_may_be_a_minute_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "CAP", 1)
    for order in world.others:
        cancel_paid(order.pk, reason="x", actor=actor_of(world.wide))
    for user in world.turns():
        found = count_tabs(actor_of(user)).tabs
        assert (found["to_confirm"], found["closed"]) == (1, 0 if user == world.narrow else 2)


@pytest.mark.parametrize(
    ("query", "left_out"),
    [({"delivery": "pickup"}, 1)],
)
def test_tabs_of_a_kind_count_what_is_in_scope(world: World, query: dict[str, str], left_out: int) -> None:
    for user in world.turns():
        tabs = sign_in(user).get("/console/orders/", query).context["tabs"]
        seen = len(world.seen_by(user))
        assert tabs[0]["count"] == str(seen - left_out if user == world.wide else seen)


def add_refunds(world: World, state: RefundState) -> None:
    for payment in Payment.objects.select_related("order"):
        number, now = f"{payment.order.number}R-{state}", clock.now()
        refund = Refund(payment=payment, order=payment.order, number=number, amount_fen=100, state=state)
        refund.created_at = refund.finished_at = now
        refund.save()


def test_every_queue_of_the_home_page_holds_what_is_in_scope(world: World) -> None:
    drain()
    for state in (RefundState.FAILED, RefundState.TO_PAY_OUT):
        add_refunds(world, state)
    later = clock.now() + timedelta(minutes=5)
    change(world, is_short=True, proof_sent_at=clock.now(), ship_by=clock.now())
    for values in ({"is_held": True}, {"stage": Stage.UNPAID, "pay_by": later}, {"stage": Stage.PREPARING}):
        change(world, **{"is_held": False, **values})
        for user in world.turns():
            seen = ids_of(world.seen_by(user))
            for queue in list_queues(count_tabs(actor_of(user)), actor_of(user)):
                fitting = seen & ids_of(world.picked_up) if queue.name == "to_hand_out" else seen
                assert {item.order_id for item in queue.first} in (fitting, set()), queue.name
                assert queue.count in (len(fitting), 0), queue.name
            assert numbers(show(user, "/console/"), world) == numbers_of(world.seen_by(user))


def test_the_numbers_of_today_are_of_what_is_in_scope(world: World) -> None:
    add_refunds(world, RefundState.DONE)
    change(world, shipped_at=clock.now())
    for user in world.turns():
        n = len(world.seen_by(user))
        figures = {figure.name: figure.today for figure in list_figures(0, actor=actor_of(user))}
        paid = f"¥{n * world.own.paid_fen // 100}.00"
        expected = {"placed": str(n), "paid": paid, "to_ship": "0", "shipped": str(n), "refunded": f"¥{n}.00"}
        assert figures == expected


def list_typed(order: Order) -> list[str]:
    """All that leads to this order alone, or to its buyer's."""
    tracking = ParcelLine.objects.filter(order_line__order=order).values_list(
        "parcel__tracking_no", flat=True
    )
    parts = [order.number, order.number[-6:], str(order.customer_id), order.customer.nickname, *tracking]
    numbers = [
        order.attempts.values_list("number", flat=True),
        order.refunds.values_list("number", flat=True),
    ]
    return [*parts, *numbers[0], *numbers[1], *order.payments.values_list("trade_no", flat=True)]


def test_the_search_finds_what_is_in_scope_whatever_is_typed(world: World) -> None:
    world.all += [shipped_order(customer=order.customer) for order in world.all[:2]]
    add_refunds(world, RefundState.DONE)
    for user in world.turns():
        actor = actor_of(user)
        seen = ids_of(list(orders_in_scope(actor)))
        for order in world.all:
            for text in list_typed(order):
                found = find_matches(text, actor=actor).ids
                assert found <= seen and (order.pk in found) == (order.pk in seen), text
        shared = ["\n".join(order.number for order in world.all), HOME.phone, HOME.phone[-4:], HOME.recipient]
        for text in (*shared, "云雾", world.own.number[:6]):
            assert find_matches(text, actor=actor).ids == seen, text


def test_a_bulk_job_takes_what_is_in_scope_for_its_maker(world: World) -> None:
    url, chosen = "/console/orders/bulk/confirm/", [order.number for order in world.all]
    for user in (world.narrow, world.wide):
        seen = world.seen_by(user)
        client = sign_in(user)
        for query in ({"number": chosen}, {"all": "1", "filter": ""}, {"all": "1", "filter": "q=同款"}):
            dialog = client.get(url, query, headers={"HX-Request": "true"}).context["dialog"]
            assert dialog.subject["choice"].total == len(seen)
        assert client.get("/console/orders/bulk/count/").context["total"] == len(seen)
    for body in ({"number": chosen}, {"all": "1", "filter": "product=同款"}):
        change(world, stage=Stage.TO_CONFIRM)
        assert sign_in(world.narrow).post(url, body).status_code == 302
        job = Job.objects.latest("pk")
        run_slice(job.pk)
        assert list(job.rows.values_list("subject_id", flat=True)) == [world.own.pk]
        confirmed = Order.objects.filter(stage=Stage.CONFIRMED).values_list("pk", flat=True)
        assert list(confirmed) == [world.own.pk]


def test_what_is_printed_is_in_scope(world: World) -> None:
    url, chosen = reverse("orders:print"), [order.number for order in world.all]
    foreign = write_token(Printed(Document.RECEIPT, dict.fromkeys(ids_of(world.all), 1)))
    for user in (world.narrow, world.wide):
        client, seen = sign_in(user), numbers_of(world.seen_by(user))
        bodies = (
            {"number": chosen},
            {"all": "1", "filter": ""},
            {"all": "1", "filter": "q=同款"},
            {"again": foreign},
        )
        for body in bodies:
            shown = client.post(url, {"document": "receipt", **body}, follow=True).content.decode()
            assert numbers(shown, world) == seen
        assert numbers(show(user, reverse("orders:printed", args=[foreign])), world) == seen
        printed = Event.objects.filter(verb="order.print", actor_id=user.pk)
        assert set(printed.values_list("subject_id", flat=True)) == ids_of(world.seen_by(user))


def test_the_navigation_counts_what_is_in_scope(world: World) -> None:
    drain()
    for user in world.turns():
        context = sign_in(user).get("/console/jobs/").context
        counted = {
            entry["url"]: entry["count"] for part in context["navigation"] for entry in part["entries"]
        }
        n = len(world.seen_by(user))
        assert (counted["/console/orders/"], counted["/console/alerts/"]) == (n, n)
        assert context["unhandled_alerts"] == n


def test_alerts_are_of_orders_in_scope_and_of_the_shop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drain()
    monkeypatch.setattr("notifications.state.SHOWN", 1)
    of_shop = {"event_id": 0, "event_number": 1, "raised_at": clock.now()}
    Alert.objects.create(kind=AlertKind.GATEWAY_SILENT, subject_kind="gateway", **of_shop)
    for user in world.turns():
        seen = world.seen_by(user)
        state = sign_in(user).get("/console/alerts/open.json").json()
        assert {alert["number"] for alert in state["alerts"]} == {"", *numbers_of(seen)}
        assert state["count"] == len(seen) + 1
        assert numbers(show(user, "/console/alerts/"), world) == numbers_of(seen)
        asked = sign_in(user).get("/console/alerts/handle-all/").context["dialog"].subject
        assert asked["count"] == len(seen) + 1
    Alert.objects.update(handled_at=clock.now(), handled_how="pressed")
    for user in world.turns():
        shown = show(user, "/console/alerts/", state="handled")
        assert numbers(shown, world) == numbers_of(world.seen_by(user))


@pytest.mark.django_db(transaction=True)
def test_sockets_that_look_at_one_moment_are_told_of_their_own_scope(world: World) -> None:
    drain()
    audiences = {user: audience_of(user) for user in (world.wide, world.narrow)}

    async def read() -> list[str]:
        reader = SharedReader()
        return list(await asyncio.gather(*(reader.read(audience) for audience in audiences.values())))

    for user, message in zip(audiences, async_to_sync(read)(), strict=True):
        told = {alert["number"] for alert in json.loads(message)["state"]["alerts"]}
        assert told == numbers_of(world.seen_by(user))


def test_an_export_holds_what_is_in_scope_when_it_is_written(world: World) -> None:
    for user in world.turns():
        for parameters in ({"filter": {}}, {"numbers": [order.number for order in world.all]}):
            assert ids_of(list(choose_orders(parameters, actor_of(user)))) == ids_of(world.seen_by(user))


def test_a_picture_is_shown_where_its_order_is_in_scope(world: World) -> None:
    pictures = []
    for order in (world.own, world.others[0]):
        picture = store_picture(picture_bytes(), customer_id=order.customer_id)
        TransferProof.objects.create(order=order, sent_at=clock.now()).pictures.add(picture)
        pictures.append(picture)
    of_nothing = store_picture(picture_bytes(), customer_id=world.own.customer_id)
    mine = store_picture(picture_bytes(), staff_id=world.narrow.pk)
    for user in world.turns():
        found = [sign_in(user).get(each.url).status_code for each in (*pictures, of_nothing, mine)]
        assert found == ([200, 404, 404, 200] if user == world.narrow else [200] * 4)


def test_a_photo_of_a_parcel_is_shown_where_its_order_is_in_scope(world: World) -> None:
    order = shipped_order(customer=world.others[1].customer)
    picture = store_picture(picture_bytes(), staff_id=987654)
    parcel = Parcel.objects.get(lines__order_line__order=order)
    ParcelPhoto.objects.create(parcel=parcel, picture=picture, added_at=clock.now())
    assert [sign_in(user).get(picture.url).status_code for user in (world.wide, world.narrow)] == [200, 404]
    Order.objects.filter(pk=order.pk).update(delivery="pickup", pickup_store_id=world.own.pickup_store_id)
    assert sign_in(world.narrow).get(picture.url).status_code == 200


def test_the_live_topic_of_an_order_is_heard_in_scope(world: World) -> None:
    topics = {f"order:{order.pk}" for order in world.all}
    for user in world.turns():
        expected = {f"order:{order.pk}" for order in world.seen_by(user)}
        assert keep_audible(actor_of(user), topics) == expected


def test_the_page_of_a_buyer_shows_and_sums_what_is_in_scope(world: World) -> None:
    for user in world.turns():
        for order, n in ((world.own, 1), (world.others[0], 2 if user == world.wide else 0)):
            url = reverse("customers:customer", args=[order.customer_id])
            page = sign_in(user).get(url).context["page"]
            assert (page.spending.orders, len(page.orders)) == (n, n)
        rows = sign_in(user).get("/console/customers/").context["rows"]
        assert sum(row.spending.orders for row in rows) == len(world.seen_by(user))


def test_the_record_tells_of_what_is_in_scope_and_of_other_things(world: World) -> None:
    for user in world.turns():
        assert numbers(show(user, "/console/audit/"), world) == numbers_of(world.seen_by(user))
        assert sign_in(user).get("/console/audit/", {"kind": "product"}).context["lines"]
        for order in world.all:
            lines = sign_in(user).get("/console/audit/", {"number": order.number}).context["lines"]
            assert bool(lines) == (order in world.seen_by(user))


def test_work_put_aside_is_shown_where_its_order_is_in_scope(world: World) -> None:
    EventDelivery.objects.update(dead_at=clock.now(), last_error="x")
    StuckTimer.objects.create(timer="order.release", subject_id=7, until=clock.now(), dead_at=clock.now())
    for user in world.turns():
        html = show(user, "/console/stuck/")
        assert numbers(html, world) == numbers_of(world.seen_by(user)) and "order.release" in html


def test_the_gateway_tells_nothing_of_what_is_out_of_scope(world: World, gateway: Gateway) -> None:
    order = place(world.others[0].customer)
    attempt = gateway.take_money(order)
    trade_no = (gateway.trade(attempt.number) or {})["trade_no"]
    for user in world.turns():
        html = show(user, "/console/orders/gateway/", number=trade_no)
        assert ("knows of no payment" in html) == (user == world.narrow)
        assert (order.number in html) == ("45.00" in html) == (user == world.wide)
    for number in (attempt.number, trade_no):
        with refused("not_found", 404):
            record_found_payment(number, actor=actor_of(world.narrow))
    assert record_found_payment(attempt.number, actor=actor_of(world.wide)).order_id == order.pk


def test_a_verb_of_money_finds_no_order_out_of_scope(world: World) -> None:
    order, actor = place(world.others[0].customer), actor_of(world.narrow)
    price = {"goods_fen": 1, "freight_fen": 0, "reason": "x"}
    for act in (
        lambda: collect_payment(order.pk, actor=actor),
        lambda: change_price(order.pk, **price, actor=actor),  # type: ignore[arg-type]
        lambda: choose_payment(order.pk, method=PayMethod.COD, actor=actor),
    ):
        with refused("not_found", 404):
            act()
