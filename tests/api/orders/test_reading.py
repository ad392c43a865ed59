"""GET /orders, /orders/counts, /orders/{number}, /orders/{number}/timeline"""

from typing import Any

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines, cancel_paid
from orders.payments.changes.pricing import change_price
from orders.services.merging import merge_orders
from orders.services.recipient import reveal_recipient
from orders.services.steps import add_note, hold_order, receive_order, set_seller_remark
from orders.shipping.models import ParcelLine
from orders.shipping.selectors import list_parcels
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.shipping.services.together import ship_together
from orders.shipping.services.turning import turn_back
from tests import cast
from tests.api.conftest import Buyer, order_body
from tests.api.test_products import NOT_IDS, walk
from tests.cast import address
from tests.shipping.cash import shipped_cod

SECRET = "canary-only-for-staff"
READ = ["/orders/{}", "/orders/{}/timeline"]
PRESS = ["pay", "choose-payment", "cancel", "receive"]


def one_of_each(buyer: Buyer) -> dict[str, Order]:
    orders = {
        "to_pay": cast.place(buyer.customer),
        "to_ship": cast.paid_order(customer=buyer.customer),
        "to_receive": cast.shipped_order(customer=buyer.customer),
        "done": cast.shipped_order(customer=buyer.customer),
        "closed": cast.paid_order(customer=buyer.customer),
    }
    receive_order(orders["done"].pk, actor=cast.buyer(orders["done"]))
    cancel_paid(orders["closed"].pk, reason=SECRET, notice="对不起，卖完了", actor=cast.clerk())
    return orders


def test_each_tab_holds_its_orders_and_counts_agree(buyer: Buyer, other: Buyer) -> None:
    cast.place(other.customer)
    orders = one_of_each(buyer)
    for tab, order in orders.items():
        results = buyer.get("/orders", tab=tab).json()["results"]
        assert [(r["number"], r["status"]) for r in results] == [(order.number, tab)]
    assert len(buyer.get("/orders").json()["results"]) == 5
    assert buyer.get("/orders/counts").json() == {"all": 5, "to_pick_up": 0, **dict.fromkeys(orders, 1)}


def test_buttons_are_those_that_would_not_be_refused(buyer: Buyer) -> None:
    one_of_each(buyer)
    found = {r["status"]: r["actions"] for r in buyer.get("/orders").json()["results"]}
    assert found == {
        "to_pay": ["pay", "choose_payment", "cancel"],
        "to_ship": ["urge"],
        "to_receive": ["receive", "extend"],
        "done": [],
        "closed": [],
    }


def test_pages_hold_every_order_once_newest_first(buyer: Buyer) -> None:
    numbers = [cast.place(buyer.customer).number for _ in range(5)]
    pages = walk(buyer, "/orders", limit=2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [order["number"] for page in pages for order in page] == numbers[::-1]


def test_an_order_placed_meanwhile_does_not_shift_the_pages(buyer: Buyer) -> None:
    numbers = [cast.place(buyer.customer).number for _ in range(4)]
    first = buyer.get("/orders", limit=2).json()
    cast.place(buyer.customer)
    second = buyer.get("/orders", limit=2, cursor=first["next_cursor"]).json()
    assert [order["number"] for order in second["results"]] == numbers[1::-1]


def test_somebody_elses_cursor_shows_nothing_of_theirs(buyer: Buyer, other: Buyer) -> None:
    for _ in range(3):
        cast.place(other.customer)
    cursor = other.get("/orders", limit=1).json()["next_cursor"]
    assert buyer.get("/orders", cursor=cursor).json()["results"] == []


@pytest.mark.parametrize("query", [{"tab": "mine"}, {"tab": ""}, {"stage": "done"}, {"customer": "1"}])
def test_a_wrong_query_is_refused(buyer: Buyer, query: dict[str, str]) -> None:
    assert buyer.get("/orders", **query).status_code == 400


def test_a_list_costs_three_queries_however_long_it_is(buyer: Buyer, django_assert_num_queries: Any) -> None:
    for _ in range(6):
        cast.place(buyer.customer)
    with django_assert_num_queries(3):
        assert len(buyer.get("/orders").json()["results"]) == 6


def test_a_shipped_order_costs_twelve_queries(buyer: Buyer, django_assert_num_queries: Any) -> None:
    order = cast.shipped_order(customer=buyer.customer, basket={cast.make_sku().pk: 1 for _ in range(4)})
    with django_assert_num_queries(12):
        assert buyer.get(f"/orders/{order.number}").status_code == 200


@pytest.mark.parametrize("path", READ)
def test_somebody_elses_order_is_answered_like_an_unknown_one(buyer: Buyer, other: Buyer, path: str) -> None:
    theirs = buyer.get(path.format(cast.place(other.customer).number))
    unknown = buyer.get(path.format("260101000000000000"))
    assert (theirs.status_code, theirs.content) == (404, unknown.content)


@pytest.mark.parametrize("button", PRESS)
def test_somebody_elses_buttons_are_answered_like_unknown_ones(
    buyer: Buyer, other: Buyer, button: str
) -> None:
    order = cast.place(other.customer)
    body = {"pay_method": "cod"} if button == "choose-payment" else {}
    theirs = buyer.post(f"/orders/{order.number}/{button}", body)
    unknown = buyer.post(f"/orders/260101000000000000/{button}", body)
    assert (theirs.status_code, theirs.content) == (404, unknown.content)
    version = order.version
    order.refresh_from_db()
    assert order.version == version


@pytest.mark.parametrize("wrong", NOT_IDS)
@pytest.mark.parametrize("path", READ)
def test_what_cannot_be_a_number_is_answered_like_an_unknown_one(buyer: Buyer, path: str, wrong: str) -> None:
    unknown = buyer.get(path.format("260101000000000000"))
    answer = buyer.get(path.format(wrong))
    assert (answer.status_code, answer.content) == (404, unknown.content)


def test_parcels_show_what_is_in_them_and_undone_ones_do_not(buyer: Buyer) -> None:
    order = cast.prepared_order(customer=buyer.customer, basket={cast.make_sku().pk: 3})
    line = order.lines.get()
    for _ in range(2):
        ship_order(order.pk, parcels=[cast.parcel({line.pk: 1})], actor=cast.clerk())
    undo_ship(list_parcels(order)[0].pk, actor=cast.clerk())
    shown = buyer.get(f"/orders/{order.number}").json()
    assert [p["lines"] for p in shown["parcels"]] == [
        [{"line_id": str(line.pk), "quantity": 1, "sku_id": str(line.sku_id)}]
    ]
    assert shown["parcels"][0]["courier_name"]
    assert shown["parcels"][0]["tracking_no"].startswith("SF")
    assert (shown["status"], shown["is_part_shipped"]) == ("to_ship", True)
    assert shown["status_label"] == "Shipped in part"


def test_a_changed_price_is_what_the_order_costs(buyer: Buyer) -> None:
    order = cast.place(buyer.customer)
    change_price(order.pk, goods_fen=3000, freight_fen=0, reason=SECRET, actor=cast.clerk())
    shown = buyer.get(f"/orders/{order.number}").json()
    assert (shown["goods_fen"], shown["freight_fen"], shown["payable_fen"]) == (3000, 0, 3000)


def test_a_refund_on_its_way_is_shown(buyer: Buyer) -> None:
    order = one_of_each(buyer)["closed"]
    refund = buyer.get(f"/orders/{order.number}").json()["refunds"][0]
    assert (refund["amount_fen"], refund["is_done"]) == (order.paid_fen, False)


def test_the_timeline_tells_the_story_with_the_words_of_the_buyer(buyer: Buyer) -> None:
    order = one_of_each(buyer)["done"]
    story = buyer.get(f"/orders/{order.number}/timeline").json()["results"]
    assert [(entry["verb"], entry["by"]) for entry in story] == [
        ("place", "you"),
        ("pay", "system"),
        ("confirm", "shop"),
        ("prepare", "shop"),
        ("ship", "shop"),
        ("receive", "you"),
    ]
    assert story[0]["words"] == "Order placed"
    assert story[1]["amount_fen"] == order.payable_fen


def test_the_notice_of_a_cancellation_is_shown_its_inner_reason_is_not(buyer: Buyer) -> None:
    order = one_of_each(buyer)["closed"]
    answer = buyer.get(f"/orders/{order.number}/timeline")
    assert "对不起，卖完了" in [entry["notice"] for entry in answer.json()["results"]]
    assert SECRET not in answer.content.decode()


def test_a_buyer_reads_why_goods_were_cancelled(buyer: Buyer) -> None:
    order = cast.paid_order(customer=buyer.customer, basket={cast.make_sku().pk: 2})
    cancel_lines(order.pk, quantities={order.lines.get().pk: 1}, reason="缺货", actor=cast.clerk())
    story = buyer.get(f"/orders/{order.number}/timeline").json()["results"]
    assert [entry["notice"] for entry in story if entry["verb"] == "cancel_lines"] == ["缺货"]


def test_nothing_that_staff_keep_among_themselves_reaches_the_buyer(buyer: Buyer) -> None:
    order = cast.paid_order(customer=buyer.customer)
    actor = cast.clerk(name=SECRET)
    add_note(order.pk, text=SECRET, actor=actor)
    set_seller_remark(order.pk, text=SECRET, actor=actor)
    reveal_recipient(order.pk, purpose="reveal", actor=actor)
    hold_order(order.pk, reason=SECRET, actor=actor)
    cancel_paid(order.pk, reason=SECRET, actor=actor)
    for path in ("/orders", f"/orders/{order.number}", f"/orders/{order.number}/timeline"):
        assert SECRET not in buyer.get(path).content.decode()
    refused = buyer.post(f"/orders/{order.number}/cancel")
    assert refused.status_code == 409
    assert SECRET not in refused.content.decode()


def test_no_answer_holds_anything_of_another_buyer(buyer: Buyer, other: Buyer) -> None:
    body = order_body(
        buyer_remark="canary-remark", address=address(recipient="canary-name", detail="canary-road")
    )
    theirs = other.post("/orders", body, key="canary-key").json()["number"]
    other.post("/addresses", address(recipient="canary-book"))
    other.send("PATCH", "/me", {"nickname": "canary-nick"})
    one_of_each(buyer)
    own = [f"/orders/{order['number']}" for order in buyer.get("/orders").json()["results"]]
    lists = ["/shop", "/products", "/me", "/addresses", "/orders", "/orders/counts"]
    for path in [*lists, *own, *(f"{path}/timeline" for path in own), f"/orders/{theirs}"]:
        text = buyer.get(path).content.decode()
        assert "canary" not in text
        assert theirs not in text


@pytest.mark.usefixtures("buyer")
def test_a_parcel_that_comes_back_says_so_until_it_is_there() -> None:
    order = shipped_cod()
    buyer = Buyer(order.customer)
    parcel = list_parcels(order).get()

    def read() -> tuple[str, list[str]]:
        shown = buyer.get(f"/orders/{order.number}").json()["parcels"][0]
        return shown["state"], [event["code"] for event in shown["events"]]

    assert read() == ("sent", ["sent"])
    turn_back(parcel.pk, actor=cast.clerk())
    assert read() == ("refused", ["sent", "refused"])
    close_returned(order.pk, scrapped={}, reason="拒收", actor=cast.clerk("manager"))
    assert read() == ("returned", ["sent", "refused", "returned"])


def test_a_refused_parcel_that_is_delivered_after_all_has_arrived(buyer: Buyer) -> None:
    order = cast.shipped_order(customer=buyer.customer)
    parcel = list_parcels(order).get()
    turn_back(parcel.pk, actor=cast.clerk())
    arrive_parcel(parcel.pk, actor=cast.clerk())
    shown = buyer.get(f"/orders/{order.number}").json()["parcels"][0]
    assert (shown["state"], shown["has_arrived"]) == ("arrived", True)
    assert shown["state_words"] and "refused" not in [event["code"] for event in shown["events"]]


def test_orders_in_one_parcel_name_each_other_and_nobody_elses(buyer: Buyer, other: Buyer) -> None:
    first, second = (cast.prepared_order(customer=buyer.customer) for _ in range(2))
    theirs = cast.prepared_order(customer=other.customer)
    merge_orders([first.pk, second.pk], actor=cast.clerk())
    assert buyer.get(f"/orders/{first.number}").json()["goes_with"] == [second.number]
    assert other.get(f"/orders/{theirs.number}").json()["goes_with"] == []
    ship_together(first.pk, others=[second.pk], parcels=[cast.parcel()], actor=cast.clerk())
    # As a parcel of two buyers would look, which no verb makes.
    ship_order(theirs.pk, parcels=[cast.parcel()], actor=cast.clerk())
    shared, alone = list_parcels(first).get(), list_parcels(theirs).get()
    ParcelLine.objects.filter(parcel=alone).update(parcel=shared)
    shown = buyer.get(f"/orders/{first.number}").json()
    assert (shown["goes_with"], shown["parcels"][0]["shared_with"]) == ([], [second.number])
    assert theirs.number not in str(shown)
    ParcelLine.objects.filter(order_line__order=theirs).update(parcel=alone)
