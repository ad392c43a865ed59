"""The counter in the mini-program: the same rules as on the phone page."""

import pytest

from orders.models import Order
from orders.services.steps import hold_order
from orders.stages import Stage
from pickup.codes import make_code
from pickup.models import Verification, Verifier
from pickup.services.verifiers import change_stores, switch_off
from shop.store.choices import PayMethod
from tests import cast
from tests.api.conftest import Buyer, refusal
from tests.expect import fresh
from tests.pickup.counter import appoint, hand_out, unpaid, waiting

MANAGER = cast.clerk("manager", name="王店长", id_=2)


def at_counter(order: Order, nickname: str = "小周") -> tuple[Buyer, dict[str, str]]:
    """A verifier's phone at the order's store, and where they say they are."""
    verifier = appoint(order.pickup_store, nickname=nickname)
    return Buyer(verifier.customer), {"store_id": str(order.pickup_store_id)}


def body_of(order: Order, **more: object) -> dict[str, object]:
    pieces = [
        {"line_id": str(line.pk), "quantity": line.to_send} for line in order.lines.all() if line.to_send
    ]
    store = {"store_id": str(order.pickup_store_id)}
    return {**store, "code": make_code(order).short, "version": order.version, "pieces": pieces, **more}


def test_who_hands_out_and_where():
    order = waiting()
    buyer, _here = at_counter(order)
    told = buyer.get("/verifier").json()
    assert [store["name"] for store in told["stores"]] == [order.pickup_store.name]
    assert told["crosses_stores"] is False


def test_who_is_no_verifier_finds_nothing_there():
    order = waiting()
    verifier = appoint(order.pickup_store)
    was_one = Buyer(verifier.customer)
    switch_off(verifier.pk, actor=MANAGER)
    paths = (
        "/verifier",
        "/verifier/waiting",
        "/verifier/handed-out",
        f"/verifier/codes/{make_code(order).token}",
    )
    for buyer in (Buyer(cast.make_customer()), was_one, Buyer(order.customer)):
        answers = [buyer.get(path) for path in paths] + [buyer.post("/verifier/verify", {"x": 1})]
        assert {refusal(answer) for answer in answers} == {(404, "not_found")}


def test_the_card_and_the_press():
    order = waiting(remark="要两个袋子")
    buyer, here = at_counter(order)
    card = buyer.get(f"/verifier/codes/{make_code(order).short}", **here).json()
    assert (card["recipient"], card["last_digits"], card["owed_fen"]) == ("林晓燕", "5678", 0)
    assert (card["buyer_remark"], card["is_elsewhere"]) == ("要两个袋子", False)
    body = body_of(order, version=card["version"])
    first = buyer.post("/verifier/verify", body, key="press-1")
    assert first.json()["is_last"] is True
    assert buyer.post("/verifier/verify", body, key="press-1").content == first.content
    assert refusal(buyer.post("/verifier/verify", body, key="press-2")) == (409, "already_done")
    assert refusal(buyer.post("/verifier/verify", body | {"version": 1}, key="press-1")) == (
        422,
        "idempotency_mismatch",
    )
    assert (fresh(order).stage, Verification.objects.count()) == (Stage.DONE, 1)
    told = buyer.get("/verifier/handed-out", **here).json()["results"]
    assert [(row["number"], row["recipient"], row["pieces"]) for row in told] == [(order.number, "林**", 1)]


def test_money_is_collected_with_it():
    order = unpaid(pay_method=PayMethod.COD)
    buyer, _here = at_counter(order)
    assert refusal(buyer.post("/verifier/verify", body_of(order), key="k")) == (409, "owes")
    wrong = body_of(order, collected={"means": "cash", "amount_fen": 1})
    assert refusal(buyer.post("/verifier/verify", wrong, key="k")) == (409, "amount_mismatch")
    body = body_of(order, collected={"means": "cash", "amount_fen": order.owed_fen})
    told = buyer.post("/verifier/verify", body, key="k").json()
    assert (told["means"], told["collected_fen"]) == ("cash", order.owed_fen)


def test_wrong_store_names_the_right_one_and_nothing_more():
    order, here = waiting(remark="要两个袋子"), cast.make_store()
    verifier = appoint(here)
    buyer = Buyer(verifier.customer)
    query = {"store_id": str(here.pk)}
    answer = buyer.get(f"/verifier/codes/{make_code(order).token}", **query)
    assert refusal(answer) == (409, "wrong_store")
    assert answer.json()["extra"]["store"] == order.pickup_store.name
    assert "要两个袋子" not in answer.content.decode() and order.number not in answer.content.decode()
    press = body_of(order, store_id=str(here.pk), reason="顺路")
    assert refusal(buyer.post("/verifier/verify", press, key="k")) == (409, "wrong_store")
    assert refusal(buyer.post("/verifier/verify", body_of(order), key="k")) == (404, "not_found")
    change_stores(verifier.pk, store_ids=[here.pk], crosses_stores=True, actor=MANAGER)
    card = buyer.get(f"/verifier/codes/{make_code(order).token}", **query, elsewhere="true").json()
    assert card["is_elsewhere"] is True
    assert buyer.post("/verifier/verify", press, key="k").json()["store"] == here.name


def test_what_stops_it_is_said():
    order = waiting()
    buyer, here = at_counter(order)
    hold_order(order.pk, reason="等客服确认", actor=MANAGER)
    answer = buyer.get(f"/verifier/codes/{make_code(order).short}", **here)
    assert refusal(answer) == (409, "held") and "等客服确认" in answer.json()["message"]
    other = waiting()
    code = make_code(other).short
    buyer, here = at_counter(other, "小吴")
    hand_out(other)
    answer = buyer.get(f"/verifier/codes/{code}", **here)
    assert refusal(answer) == (409, "already_done")
    assert answer.json()["extra"]["store"] == other.pickup_store.name
    assert refusal(buyer.get("/verifier/codes/none", **here)) == (404, "no_code")


def test_what_waits_with_and_without_the_last_digits():
    order, to_pay = waiting(), unpaid()
    Order.objects.filter(pk=to_pay.pk).update(pickup_store=order.pickup_store)
    buyer, here = at_counter(order)
    rows = buyer.get("/verifier/waiting", **here).json()["results"]
    assert [(row["number"], row["code"]) for row in rows] == [(order.number, make_code(order).token)]
    rows = buyer.get("/verifier/waiting", **here, last_digits="5678").json()["results"]
    assert {row["number"] for row in rows} == {order.number, to_pay.number}
    assert buyer.get("/verifier/waiting", **here, last_digits="0000").json()["results"] == []
    assert refusal(buyer.get("/verifier/waiting", store_id=str(cast.make_store().pk))) == (404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"pieces": []},
        {"pieces": [{"line_id": "1", "quantity": 0}]},
        {"collected": {"means": "gold", "amount_fen": 1}},
        {"version": "1"},
        {"store_id": 1},
        {"verifier_id": "1"},
        {"stage": "done"},
    ],
)
def test_what_cannot_be_read_is_refused(wrong):
    order = waiting()
    buyer, _here = at_counter(order)
    assert refusal(buyer.post("/verifier/verify", body_of(order, **wrong), key="k")) == (400, "invalid")
    assert Verification.objects.count() == 0
    assert Verifier.objects.count() == 1


def test_pieces_of_another_order_are_not_found():
    order, other = waiting(), waiting()
    buyer, _here = at_counter(order)
    body = body_of(order, pieces=[{"line_id": str(other.lines.get().pk), "quantity": 1}])
    assert refusal(buyer.post("/verifier/verify", body, key="k")) == (404, "not_found")
