"""What a buyer is told became of a parcel."""

from datetime import timedelta

from orders.desk.api.views import show_order
from orders.models import Order
from orders.shipping.models import Parcel
from orders.shipping.services.intercepting import fail_intercept, finish_intercept
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import arrive_parcel, ship_order
from shop import clock
from tests import cast
from tests.expect import count_queries, fresh
from tests.shipping.test_intercept import asked
from tests.shipping.test_shared_parcels import share_parcel

WAREHOUSE = cast.clerk("warehouse")


def codes_of(order: Order) -> list[str]:
    (parcel,) = show_order(order.number, cast.buyer(order))["parcels"]
    assert all(event["words"] for event in parcel["events"])
    assert [event["at"] for event in parcel["events"]] == sorted(event["at"] for event in parcel["events"])
    return [event["code"] for event in parcel["events"]]


def replace(parcel_id: int) -> None:
    replace_number(parcel_id, courier="YTO", tracking_no="YT1", why=WhyReplaced.TYPED, actor=WAREHOUSE)


def test_all_of_it_oldest_first() -> None:
    order, moment = cast.shipped_order(), clock.now()
    parcel_id = Parcel.objects.get().pk
    acts = [
        lambda: replace(parcel_id),
        lambda: finish_intercept(asked(fresh(order)).pk, actor=WAREHOUSE),
        lambda: arrive_parcel(parcel_id, actor=WAREHOUSE),
    ]
    for hours, act in enumerate(acts, 1):
        with clock.at(moment + timedelta(hours=hours)):
            act()
    assert codes_of(order) == ["sent", "replaced", "intercept_asked", "intercept_done", "arrived"]


def test_what_did_not_work_is_not_told_as_done() -> None:
    order = cast.shipped_order()
    fail_intercept(asked(order).pk, reason="已派送", actor=WAREHOUSE)
    assert codes_of(order) == ["sent", "intercept_asked"]


def test_both_buyers_of_a_shared_parcel_are_told() -> None:
    orders = [cast.prepared_order() for _ in range(2)]
    replace(share_parcel(*orders).pk)
    assert [codes_of(order) for order in orders] == [["sent", "replaced"]] * 2


def test_what_became_of_another_parcel_is_not_told() -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    for _ in range(2):
        ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=WAREHOUSE)
    replace(Parcel.objects.order_by("pk")[0].pk)
    told = show_order(order.number, cast.buyer(order))["parcels"]
    assert [len(parcel["events"]) for parcel in told] == [2, 1]


def test_more_parcels_are_no_more_questions() -> None:
    counts = []
    for parcels in (1, 3):
        order = cast.prepared_order(basket={cast.make_sku().pk: parcels})
        line = order.lines.get().pk
        for _ in range(parcels):
            ship_order(order.pk, parcels=[cast.parcel({line: 1})], actor=WAREHOUSE)
        counts.append(count_queries(lambda order=order: show_order(order.number, cast.buyer(order))))
    assert counts[0] == counts[1]
