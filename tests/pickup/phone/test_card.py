"""The card of an order on a verifier's phone: what it shows, to whom, and what stops it."""

import re

import pytest
from django.test import Client

from orders.models import Order
from orders.services.steps import hold_order
from orders.stages import AftersaleMark
from pickup.codes import make_code, next_version
from pickup.models import Verification, Verifier
from pickup.services.verifiers import change_stores, switch_off
from shop.events.models import Event
from shop.store.choices import PayMethod
from tests import cast
from tests.console import ENGLISH, page_with
from tests.expect import count_queries
from tests.pickup.counter import appoint, hand_out, unpaid, waiting
from tests.pickup.phone.phones import link_of, phone_of

MANAGER = cast.clerk("manager", name="王店长", id_=2)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_the_card_says_what_the_clerk_needs():
    order = waiting(remark="要两个袋子", basket={cast.make_sku(name="500g 袋装").pk: 2})
    html = page_with(200, phone_of(appoint(order.pickup_store)).get(link_of(order)))
    shown = text_of(html)
    for words in ("林晓燕", "…5678", "要两个袋子", "500g 袋装", "/ 2", "Paid", order.pickup_store.name):
        assert words in shown
    assert order.phone not in html


def test_what_is_to_be_collected_is_told_large_and_not_taken_for_paid():
    order = unpaid(pay_method=PayMethod.COD)
    shown = text_of(page_with(200, phone_of(appoint(order.pickup_store)).get(link_of(order))))
    assert "To collect ¥45.00" in shown
    assert "Cash" in shown and "Transfer" in shown
    assert "Paid" not in shown


def test_to_anybody_else_the_link_shows_nothing_of_the_order():
    order = waiting(remark="要两个袋子")
    verifier = appoint(order.pickup_store)
    pages = [Client(headers=ENGLISH), phone_of(verifier)]
    switch_off(verifier.pk, actor=MANAGER)
    for phone in pages:
        shown = page_with(200, phone.get(link_of(order)))
        assert "Show this to the staff" in shown
        assert (
            order.number not in shown and "要两个袋子" not in shown and order.pickup_store.name not in shown
        )


def test_looking_changes_nothing():
    order = waiting()
    phone, before = phone_of(appoint(order.pickup_store)), Event.objects.count()
    for _ in range(3):
        phone.get(link_of(order))
    order.refresh_from_db()
    assert (Event.objects.count(), Verification.objects.count(), order.version) == (before, 0, order.version)


def test_at_a_store_that_is_not_theirs_the_name_of_the_right_one_is_all_they_are_told():
    order = waiting(remark="要两个袋子")
    shown = page_with(200, phone_of(appoint(cast.make_store())).get(link_of(order)))
    assert "Wrong store" in shown and order.pickup_store.name in shown
    for words in ("要两个袋子", "林晓燕", order.number, order.number[-6:], "云雾"):
        assert words not in shown


def test_at_another_of_their_stores_they_go_over_to_the_right_one_by_one_press():
    order, other = waiting(), cast.make_store("滨江店")
    phone = phone_of(appoint(order.pickup_store, other))
    phone.post("/v/store/", {"store": other.pk})
    shown = page_with(200, phone.get(link_of(order)))
    assert "Wrong store" in shown and f"I am at “{order.pickup_store.name}” now" in shown
    answer = phone.post("/v/store/", {"store": order.pickup_store_id, "next": link_of(order)})
    assert (answer.status_code, answer["Location"]) == (302, link_of(order))
    assert "林晓燕" in page_with(200, phone.get(link_of(order)))


def test_a_store_that_is_not_theirs_is_not_believed():
    order = waiting()
    phone = phone_of(appoint(cast.make_store()))
    for store in (order.pickup_store_id, "0", "x", "-1", ""):
        assert phone.post("/v/store/", {"store": store}).status_code == 404
    phone.cookies["verifier_store"] = str(order.pickup_store_id)
    assert "Wrong store" in page_with(200, phone.get(link_of(order)))


def done(order: Order) -> None:
    hand_out(order, actor=cast.clerk("order_clerk", name="李四", id_=7))


def held(order: Order) -> None:
    hold_order(order.pk, reason="等客服确认", actor=MANAGER)


def disputed(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(aftersale_mark=AftersaleMark.OPEN)


@pytest.mark.parametrize(
    ("happen", "tone", "words"),
    [
        (done, "look", ("Already handed out", "李四")),
        (held, "stop", ("On hold", "等客服确认")),
        (disputed, "stop", ("After-sale open",)),
    ],
)
def test_what_stops_it_fills_the_screen_with_the_reason(happen, tone, words):
    order = waiting()
    link, phone = link_of(order), phone_of(appoint(order.pickup_store))
    happen(order)
    html = page_with(200, phone.get(link))
    assert f'data-tone="{tone}"' in html
    assert all(each in text_of(html) for each in words)
    assert "<form" not in html.partition("outcome-ways")[0]
    Order.objects.update(aftersale_mark=AftersaleMark.NONE)


def test_codes_that_no_order_has_are_answered_alike():
    order = waiting()
    verifier, former = appoint(order.pickup_store), link_of(order)
    Order.objects.filter(pk=order.pk).update(code_version=next_version(order))
    answers = [
        phone_of(verifier).get(path)
        for path in (former, "/v/none", f"/v/{'A' * 22}", "/v/ABCD-EFGH", "/v/%F0%9F%92%A9")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_card_costs_few_queries_however_many_goods():
    skus = {cast.make_sku().pk: 1 for _ in range(5)}
    order = waiting(basket=skus)
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    phone.get(link)
    # Whose phone it is, their stores, the order with whether a PIN is asked for, its lines, the shop's name.
    assert count_queries(lambda: phone.get(link)) <= 5
    code = make_code(order).short
    # A typed code leads there: whose phone it is, their stores, the order.
    assert count_queries(lambda: phone.post("/v/find/", {"shown": code})) <= 3


def test_who_may_cross_stores_gets_the_card_with_a_question_why():
    order = waiting()
    verifier = appoint(cast.make_store("滨江店"))
    phone, link = phone_of(verifier), link_of(order)
    assert "Wrong store" in page_with(200, phone.get(f"{link}?here=1"))
    change_stores(verifier.pk, store_ids=own(verifier), crosses_stores=True, actor=MANAGER)
    assert "Hand out here all the same" in page_with(200, phone.get(link))
    shown = text_of(page_with(200, phone.get(f"{link}?here=1")))
    assert f"These goods wait at “{order.pickup_store.name}”" in shown
    assert "Why it is handed out here" in shown


def own(verifier: Verifier) -> list[int]:
    return list(verifier.stores.values_list("pk", flat=True))


def test_pages_are_kept_by_nobody_and_name_no_address_to_others():
    order = waiting()
    answer = phone_of(appoint(order.pickup_store)).get(link_of(order))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert make_code(order).token in link_of(order)
