"""Today at a verifier's store, and the ways that lead to an order."""

from datetime import timedelta

import pytest
from django.test import Client

from orders.models import Order
from pickup.codes import make_code
from pickup.models import Verification
from pickup.services.verifying import undo_verify
from shop import clock
from shop.store.choices import PayMethod
from tests import cast
from tests.console import ENGLISH, page_with
from tests.expect import count_queries
from tests.pickup.counter import appoint, hand_out, unpaid, waiting
from tests.pickup.phone.phones import link_of, phone_of

MANAGER = cast.clerk("manager", name="王店长", id_=2)


def at_one_store(*orders: Order) -> None:
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(pickup_store=orders[0].pickup_store)


def test_what_waits_at_the_store_and_nothing_else():
    mine, owed, sent, elsewhere = waiting(), unpaid(pay_method=PayMethod.COD), cast.paid_order(), waiting()
    at_one_store(mine, owed)
    to_pay = unpaid()
    at_one_store(mine, to_pay)
    shown = page_with(200, phone_of(appoint(mine.pickup_store)).get("/v/"))
    assert link_of(mine) in shown and link_of(owed) in shown
    assert "Collect ¥45.00" in shown
    assert link_of(elsewhere) not in shown and link_of(to_pay) not in shown
    assert sent.number not in shown
    assert "林**" in shown and "林晓燕" not in shown and mine.phone not in shown


def test_what_was_handed_out_today_with_what_was_undone():
    first, second = waiting(), waiting()
    at_one_store(first, second)
    verifier = appoint(first.pickup_store, nickname="小周")
    hand_out(first, verifier_id=verifier.pk)
    second.refresh_from_db()
    hand_out(second)
    undo_verify(second.pk, reason="拿错了", actor=MANAGER)
    phone = phone_of(verifier)
    shown = page_with(200, phone.get("/v/done/"))
    assert first.number[-6:] in shown and "小周" in shown and shown.count("Undone") == 1
    Verification.objects.update(at=clock.now() - timedelta(days=1, hours=1))
    assert first.number[-6:] not in page_with(200, phone.get("/v/done/"))


def test_money_and_pin_are_a_press_away_and_lead_back():
    phone = phone_of(appoint(cast.make_store(), nickname="小周"))
    shown = page_with(200, phone.get("/v/"))
    assert "小周" in shown
    for path in ("/v/cash/", "/v/account/"):
        assert f'href="{path}"' in shown
        assert 'href="/v/"' in page_with(200, phone.get(path))


@pytest.mark.parametrize("path", ["/v/", "/v/done/", "/v/find/?shown=5678"])
def test_pages_cost_the_same_however_much_waits(path):
    first = waiting()
    phone = phone_of(appoint(first.pickup_store))
    hand_out(first)
    phone.get(path)
    few = count_queries(lambda: phone.get(path))
    for _ in range(4):
        order = waiting()
        at_one_store(first, order)
        order.refresh_from_db()
        hand_out(order)
        at_one_store(first, waiting())
    assert count_queries(lambda: phone.get(path)) == few <= 7


def test_pages_of_twenty_lead_on():
    first = waiting()
    rest = [waiting() for _ in range(21)]
    at_one_store(first, *rest)
    phone = phone_of(appoint(first.pickup_store))
    shown = page_with(200, phone.get("/v/"))
    assert shown.count('class="phone-row"') == 20
    older = f"/v/?older={rest[1].pk}"
    assert older in shown
    assert page_with(200, phone.get(older)).count('class="phone-row"') == 2


@pytest.mark.parametrize(
    "write", [str, str.lower, lambda text: text.replace("-", " "), lambda text: f" {text} "]
)
def test_a_typed_code_leads_to_its_card_however_it_was_typed(write):
    order = waiting()
    answer = phone_of(appoint(order.pickup_store)).post("/v/find/", {"shown": write(make_code(order).short)})
    assert (answer.status_code, answer["Location"]) == (302, link_of(order))


def test_a_scanned_link_leads_to_its_card():
    order = waiting()
    answer = phone_of(appoint(order.pickup_store)).post("/v/find/", {"shown": make_code(order).link})
    assert answer["Location"] == link_of(order)


def test_a_code_of_what_was_handed_out_says_so():
    order = waiting()
    code = make_code(order).short
    hand_out(order)
    answer = phone_of(appoint(order.pickup_store)).post("/v/find/", {"shown": code})
    assert "Already handed out" in answer.content.decode()


@pytest.mark.parametrize("text", ["ABCD-2345", "AAAAAAAAAAAAAAAAAAAAAA", "x" * 200, "12345"])
def test_a_code_of_nothing_is_answered_alike(text):
    answer = phone_of(appoint(cast.make_store())).post("/v/find/", {"shown": text})
    assert "No such code" in page_with(404, answer)


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "a\x00b"])
def test_what_cannot_be_looked_up_is_said_beside_the_field(text):
    order = waiting()
    shown = page_with(422, phone_of(appoint(order.pickup_store)).post("/v/find/", {"shown": text}))
    assert 'role="alert"' in shown and link_of(order) in shown


def test_the_last_digits_of_a_phone_lead_to_masked_results_of_the_store():
    mine, elsewhere, to_pay = waiting(), waiting(), unpaid()
    at_one_store(mine, to_pay)
    phone = phone_of(appoint(mine.pickup_store))
    answer = phone.post("/v/find/", {"shown": "5678"})
    shown = page_with(200, phone.get(answer["Location"]))
    assert link_of(mine) in shown and link_of(to_pay) in shown and link_of(elsewhere) not in shown
    assert "林晓燕" not in shown and mine.phone not in shown
    assert "Nothing waits here for this phone" in page_with(200, phone.get("/v/find/?shown=0000"))


def test_a_code_in_an_address_is_not_looked_up():
    order = waiting()
    answer = phone_of(appoint(order.pickup_store)).get("/v/find/", {"shown": make_code(order).short})
    assert (answer.status_code, answer["Location"]) == (302, "/v/")


def test_who_has_several_stores_chooses_where_they_are():
    mine, other = waiting(), waiting()
    phone = phone_of(appoint(mine.pickup_store, other.pickup_store))
    shown = page_with(200, phone.get("/v/"))
    assert link_of(mine) in shown and link_of(other) not in shown and other.pickup_store.name in shown
    phone.post("/v/store/", {"store": other.pickup_store_id})
    shown = page_with(200, phone.get("/v/"))
    assert link_of(other) in shown and link_of(mine) not in shown


def test_nobody_else_gets_in():
    for path in ("/v/", "/v/done/", "/v/find/"):
        answer = Client(headers=ENGLISH).get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/v/sign-in/?next=")
    forged = Client()
    forged.cookies["verifier"] = f"{appoint(cast.make_store()).pk}:1abcde:forged"
    assert forged.get("/v/").status_code == 302
