"""After-sales as the mini-program asks for them."""

from datetime import timedelta
from typing import Any

import pytest

from aftersales.choices import Kind
from aftersales.models import Aftersale
from aftersales.services.answering import agree_return, refuse_aftersale
from aftersales.terms.services.terms import change_terms
from orders.models import Order
from orders.payments.models import Refund
from shop import clock
from shop.files.models import Picture
from tests import cast
from tests.aftersales.cases import OWNER, SUPPORT, asked, reason, received_order
from tests.api.conftest import Buyer, refusal, wrong_fields
from tests.expect import fresh

pytestmark = pytest.mark.django_db


def body(order: Order, kind: str = "refund", **more: Any) -> dict[str, Any]:
    pieces = [{"line_id": str(line.pk), "quantity": line.quantity} for line in order.lines.all()]
    return {"kind": kind, "pieces": pieces, "reason_id": str(reason().pk), **more}


def ask(order: Order, kind: str = "refund", *, key: str = "k1", **more: Any) -> Any:
    path = f"/orders/{order.number}/aftersales"
    return Buyer(order.customer).post(path, body(order, kind, **more), key=key)


def test_what_can_be_asked_is_said_line_by_line():
    order = received_order(basket={cast.make_sku().pk: 2})
    options = Buyer(order.customer).get(f"/orders/{order.number}/aftersale-options").json()
    line = {"line_id": str(order.lines.get().pk), "unsent": 0, "sent": 2}
    assert options == {"refused": "", "kinds": ["refund", "return", "exchange"], "lines": [line]}
    with clock.at(clock.now() + timedelta(days=8)):
        late = Buyer(order.customer).get(f"/orders/{order.number}/aftersale-options").json()
    assert late["lines"] == [] and "over" in late["refused"]


def test_a_request_is_made_once_for_its_key():
    order = received_order(basket={cast.make_sku(price_fen=35_00).pk: 1})
    first = ask(order, words="少了一罐", amount_fen=20_00)
    assert first.status_code == 201
    again = ask(order, words="少了一罐", amount_fen=20_00)
    assert again.json() == first.json()
    shown = first.json()
    assert (shown["state"], shown["asked_fen"], shown["actions"]) == ("asked", 20_00, ["withdraw"])
    assert Aftersale.objects.count() == 1
    assert refusal(ask(order, key="k2")) == (409, "line_in_aftersale")


def test_pictures_are_the_buyers_own_and_used_once():
    order = received_order()
    mine = Picture.objects.create(
        path="a.jpg", width=1, height=1, created_at=clock.now(), customer_id=order.customer_id
    )
    other = Picture.objects.create(
        path="b.jpg", width=1, height=1, created_at=clock.now(), customer_id=cast.make_customer().pk
    )
    assert refusal(ask(order, image_ids=[str(other.pk)])) == (400, "bad_pictures")
    shown = ask(order, image_ids=[str(mine.pk)], key="k3").json()
    assert len(shown["images"]) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"pieces": []}, "pieces"),
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": -1}, "amount_fen"),
        ({"amount_fen": 12.5}, "amount_fen"),
        ({"reason_id": "x"}, "reason_id"),
        ({"words": "x" * 501}, "words"),
        ({"image_ids": [str(n) for n in range(10)]}, "image_ids"),
        ({"extra": 1}, "extra"),
    ],
)
def test_bodies_that_cannot_be(changes, field):
    order = received_order()
    assert wrong_fields(ask(order, **changes)) == [field]


def test_an_order_of_another_buyer_is_not_there():
    order, other = received_order(), received_order()
    path = f"/orders/{order.number}/aftersales"
    assert refusal(Buyer(other.customer).post(path, body(order), key="k")) == (404, "not_found")
    mine = asked(order, Kind.REFUND)
    assert refusal(Buyer(other.customer).get(f"/aftersales/{mine.number}")) == (404, "not_found")
    for press in ("withdraw", "send-back", "renumber", "reason", "dispute", "withdraw-dispute"):
        sent = {"withdraw": {}, "withdraw-dispute": {}, "reason": {"reason_id": str(reason().pk)}}
        sent["dispute"] = {"about": "other"}
        parcel = {"courier": "YTO", "tracking_no": "YT1"}
        answer = Buyer(other.customer).post(f"/aftersales/{mine.number}/{press}", sent.get(press, parcel))
        assert refusal(answer) == (404, "not_found")


def test_a_return_from_asking_to_its_parcel():
    order = received_order()
    number = ask(order, "return").json()["number"]
    agree_return(Aftersale.objects.get(number=number).pk, notice="请附上订单号", actor=SUPPORT)
    buyer = Buyer(order.customer)
    shown = buyer.get(f"/aftersales/{number}").json()
    assert (shown["state"], shown["answer"], shown["return_to"]["address"]) == (
        "to_return",
        "请附上订单号",
        "良渚街道勾运路 8 号",
    )
    assert shown["actions"] == ["withdraw", "send_back"]
    parcel = {"courier": "YTO", "tracking_no": "yt 8800123456789"}
    for _again in range(2):
        sent = buyer.post(f"/aftersales/{number}/send-back", parcel).json()
        assert (sent["state"], sent["parcels"][0]["tracking_no"]) == ("returning", "YT8800123456789")
    assert refusal(buyer.post(f"/aftersales/{number}/send-back", parcel | {"tracking_no": "YT1"}))[0] == 409
    for _again in range(2):
        assert buyer.post(f"/aftersales/{number}/withdraw").json()["state"] == "withdrawn"
    assert [row["number"] for row in buyer.get("/aftersales").json()["results"]] == [number]


def test_a_refused_request_is_disputed_and_taken_back():
    order = received_order()
    number = ask(order).json()["number"]
    refuse_aftersale(Aftersale.objects.get(number=number).pk, reason="已过期", actor=SUPPORT)
    buyer, path = Buyer(order.customer), f"/aftersales/{number}"
    assert buyer.get(path).json()["actions"] == ["dispute"]
    for _again in range(2):
        shown = buyer.post(f"{path}/dispute", {"about": "other", "words": "不合理"}).json()
        assert (shown["dispute"]["state"], shown["dispute"]["words"]) == ("open", "不合理")
    assert shown["actions"] == ["withdraw_dispute"]
    for _again in range(2):
        assert buyer.post(f"{path}/withdraw-dispute").json()["dispute"]["state"] == "withdrawn"
    assert wrong_fields(buyer.post(f"{path}/dispute", {"about": "gift"})) == ["about"]


def test_just_paid_orders_are_cancelled_without_asking_for_some_minutes():
    change_terms({"cancel_minutes": 10}, actor=OWNER)
    order = cast.paid_order()
    shown = ask(order, "cancel").json()
    assert (shown["state"], fresh(order).stage, Refund.objects.count()) == ("refunding", "closed", 1)
    late = cast.paid_order()
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert ask(late, "cancel", key="k9").json()["state"] == "asked"


def test_reasons_in_use_are_offered():
    order = received_order()
    names = [row["name"] for row in Buyer(order.customer).get("/aftersale-reasons").json()["results"]]
    assert names == ["不想要了", "收到时已破损"]
