"""Pickup as the mini-program sees it: stores near me, preview, placing, status and tabs."""

from typing import Any

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from shop import clock
from shop.store.models import PickupStore
from shop.store.pickup_stores.services import close_store
from tests import cast
from tests.api.conftest import Buyer, refusal, wrong_fields
from tests.api.orders.test_place import order_body
from tests.expect import fresh
from tests.pickup.counter import hand_out

WHO = {"recipient": "林晓燕", "phone": "13800005678"}


@pytest.fixture
def store() -> PickupStore:
    cast.open_shop(pickup_on=True, pickup_cod_on=True)
    return cast.make_store("文三路店", latitude="30.280000", longitude="120.160000")


def body(store: PickupStore, **changes: Any) -> dict[str, Any]:
    whole = order_body(delivery="pickup", pickup={"store_id": str(store.pk), **WHO})
    del whole["address"]
    return whole | changes


def test_stores_are_listed_by_distance_with_their_hours(anyone: Buyer, store: PickupStore) -> None:
    far = cast.make_store(latitude="31.230400", longitude="121.473700")
    cast.make_store(is_open=False)
    found = anyone.get("/stores", lat="30.2741", lng="120.1551").json()["results"]
    assert [each["store"]["id"] for each in found] == [str(store.pk), str(far.pk)]
    assert found[0]["distance_m"] == pytest.approx(800, abs=30)
    shown = found[0]["store"]
    assert (shown["name"], shown["is_open_now"], shown["closed_on"]) == ("文三路店", True, [])
    assert shown["hours_words"] == "Mon–Sun 00:00-24:00"
    assert shown["address"] == "浙江省杭州市西湖区 文三路 478 号"
    assert [each["distance_m"] for each in anyone.get("/stores").json()["results"]] == [None, None]


def test_no_store_is_listed_while_pickup_is_off(anyone: Buyer) -> None:
    cast.make_store()
    assert anyone.get("/stores").json() == {"results": []}


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"lat": "30"}, ["lng"]),
        ({"lat": "91", "lng": "1"}, ["lat"]),
        ({"lat": "nan", "lng": "inf"}, ["lat", "lng"]),
        ({"lat": "x", "lng": "1"}, ["lat"]),
    ],
)
def test_a_point_that_is_none_is_refused(anyone: Buyer, query: dict[str, str], fields: list[str]) -> None:
    assert wrong_fields(anyone.get("/stores", **query)) == fields


def test_an_order_is_previewed_and_placed_for_a_store(buyer: Buyer, store: PickupStore) -> None:
    asked = {name: body(store)[name] for name in ("basket", "delivery")}
    preview = buyer.post("/orders/preview", asked | {"pickup": {"store_id": str(store.pk)}}).json()
    assert (preview["freight_fen"], preview["payable_fen"]) == (0, preview["goods_fen"])
    names = {each["pay_method"]: each["name"] for each in preview["pay_methods"]}
    assert names == {"wechat": "WeChat Pay", "cod": "Payment at the store"}
    wanted = body(store)
    answer = buyer.post("/orders", wanted, key="k1")
    assert answer.status_code == 201
    placed = answer.json()
    assert (placed["status"], placed["freight_fen"], placed["ship_by"]) == ("to_pay", 0, None)
    assert placed["pickup_store"]["name"] == "文三路店"
    assert placed["address"] == WHO | dict.fromkeys(("province", "city", "district", "detail"), "")
    assert buyer.get(f"/orders/{placed['number']}").json() == placed
    assert buyer.post("/orders", wanted, key="k1").json() == placed


def test_what_waits_at_a_store_is_to_be_picked_up(buyer: Buyer, store: PickupStore) -> None:
    placed = buyer.post("/orders", body(store, pay_method="cod"), key="k1").json()
    sent = buyer.post("/orders", order_body(pay_method="cod"), key="k2").json()
    assert (placed["status"], placed["status_label"]) == ("to_pick_up", "To be picked up")
    for tab, number in (("to_pick_up", placed["number"]), ("to_ship", sent["number"])):
        assert [row["number"] for row in buyer.get("/orders", tab=tab).json()["results"]] == [number]
    counts = buyer.get("/orders/counts").json()
    assert (counts["all"], counts["to_ship"], counts["to_pick_up"]) == (2, 1, 1)


def test_the_code_is_among_the_buttons_as_long_as_there_is_one(buyer: Buyer, store: PickupStore) -> None:
    unpaid = cast.place_pickup(store, customer=buyer.customer)
    paid, sent = cast.paid_pickup(store, customer=buyer.customer), cast.place(buyer.customer)

    def shows(order: Order) -> bool:
        shown = buyer.get(f"/orders/{order.number}").json()
        is_there = buyer.get(f"/orders/{order.number}/pickup-code").status_code == 200
        assert is_there == ("show_pickup_code" in shown["actions"])
        return is_there

    assert [shows(order) for order in (unpaid, paid, sent)] == [True, True, False]
    hand_out(fresh(paid))
    cancel_unpaid(unpaid.pk, actor=cast.buyer(unpaid))
    assert [shows(order) for order in (unpaid, paid)] == [False, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"pickup": {"store_id": "1"}},
        {"pickup": {"store_id": "1", "recipient": "林"}},
        {"pickup": {**WHO}},
        {"pickup": {"store_id": 1, **WHO}},
        {"pickup": {"store_id": "1", **WHO, "phone": "x"}},
        {"pickup": {"store_id": "1", **WHO, "more": "x"}},
        {"pickup": None},
        {"address": cast.address()},
        {"address_id": "1"},
        {"delivery": "express"},
    ],
)
def test_what_is_wrong_with_a_pickup_is_named(
    buyer: Buyer, store: PickupStore, changes: dict[str, Any]
) -> None:
    assert wrong_fields(buyer.post("/orders", body(store, **changes), key="k1")) == ["pickup"]
    assert not Order.objects.exists()


def test_a_store_that_closed_meanwhile_is_refused_in_a_sentence(buyer: Buyer, store: PickupStore) -> None:
    cast.make_store()
    close_store(store.pk, actor=cast.clerk())
    assert refusal(buyer.post("/orders", body(store), key="k1")) == (400, "store_closed")
    asked = {name: body(store)[name] for name in ("basket", "delivery", "pickup")}
    assert refusal(buyer.post("/orders/preview", asked)) == (400, "store_closed")


def test_an_order_tells_when_its_store_opens(buyer: Buyer, store: PickupStore) -> None:
    PickupStore.objects.update(hours=[[["09:00", "21:00"]]] * 7)
    moment = clock.now().replace(hour=16, minute=30)  # Half past midnight in Shanghai.
    placed = buyer.post("/orders", body(store), key="k1").json()
    with clock.at(moment):
        shown = buyer.get(f"/orders/{placed['number']}").json()["pickup_store"]
    assert (shown["is_open_now"], shown["opens_at"][11:16]) == (False, "09:00")
