"""Verifiers: appointed among those who signed in, bound to stores, and stopped at once."""

import pytest

from orders.models import Order
from orders.stages import Stage
from pickup.codes import make_code
from pickup.models import Verification, Verifier
from pickup.selectors import find_candidates, list_verifiers_of
from pickup.services.verifiers import appoint_verifier, change_stores, switch_off, switch_on, verifier_actor
from pickup.services.verifying import undo_verify
from shop.customers.erasure import list_obstacles
from shop.events.models import Event
from tests import cast
from tests.console import browser, page_with
from tests.expect import fresh, refused
from tests.pickup.counter import appoint, hand_out, unpaid, waiting

MANAGER = cast.clerk("manager", name="王店长", id_=2)


def test_appointed_once_at_stores_that_there_are():
    store, customer = cast.make_store(), cast.make_customer("小周")
    with refused("stores_required", 400):
        appoint_verifier(customer.pk, store_ids=[], actor=MANAGER)
    with refused("stores_required", 400):
        appoint_verifier(customer.pk, store_ids=[store.pk, 987654], actor=MANAGER)
    with refused("forbidden", 403):
        appoint_verifier(customer.pk, store_ids=[store.pk], actor=cast.clerk("order_clerk"))
    with refused("not_found", 404):
        appoint_verifier(987654, store_ids=[store.pk], actor=MANAGER)
    verifier = appoint_verifier(customer.pk, store_ids=[store.pk], actor=MANAGER)
    assert (verifier.is_on, verifier.name) == (True, f"小周 (#{customer.pk})")
    with refused("already_verifier"):
        appoint_verifier(customer.pk, store_ids=[store.pk], actor=MANAGER)
    assert "小周" not in str(Event.objects.get(verb="verifier.appoint").data)


def test_switched_off_they_hand_out_no_more_at_once_and_are_switched_off_once():
    order = waiting()
    verifier = appoint(order.pickup_store)
    switch_off(verifier.pk, actor=MANAGER, expected_version=1)
    with refused("stale"):
        switch_off(verifier.pk, actor=cast.clerk(id_=3), expected_version=1)
    with refused("not_verifier", 400):
        hand_out(order, actor=verifier_actor(verifier))
    switch_on(verifier.pk, actor=MANAGER)
    hand_out(order, actor=verifier_actor(verifier))


def test_bound_to_other_stores():
    order = waiting()
    verifier = appoint(cast.make_store())
    with refused("not_verifier"):
        hand_out(order, verifier_id=verifier.pk)
    change_stores(verifier.pk, store_ids=[order.pickup_store_id], actor=MANAGER)
    hand_out(order, verifier_id=verifier.pk)
    assert [e.verb for e in Event.objects.filter(kind="verifier")] == ["verifier.appoint", "verifier.change"]


def test_of_a_store_they_are_found_by_a_part_of_the_name():
    store = cast.make_store()
    zhou, wu = appoint(store, nickname="周小明"), appoint(store, nickname="吴大海")
    appoint(cast.make_store(), nickname="周小红")
    assert list_verifiers_of(store.pk, words="小明") == [zhou]
    assert list_verifiers_of(store.pk) == [zhou, wu]
    switch_off(zhou.pk, actor=MANAGER)
    assert list_verifiers_of(store.pk) == [wu]


def test_candidates_by_number_and_by_part_of_the_nickname_without_those_who_are_it():
    customer, other = cast.make_customer("海边的卡夫卡"), cast.make_customer("海鸥")
    assert [row.pk for row in find_candidates("海")] == [other.pk, customer.pk]
    assert find_candidates(str(customer.pk)) == [customer]
    appoint_verifier(other.pk, store_ids=[cast.make_store().pk], actor=MANAGER)
    assert list(find_candidates("海")) == [customer]
    assert find_candidates("  ") == []


def test_a_verifier_is_not_erased_before_he_is_switched_off():
    verifier = appoint(cast.make_store())
    assert len(list_obstacles(verifier.customer)) == 1
    switch_off(verifier.pk, actor=MANAGER)
    assert list_obstacles(verifier.customer) == []


def test_appointed_by_the_pages():
    store, customer, console = cast.make_store("滨江店"), cast.make_customer("小周"), browser("manager")
    url = f"/console/pickup/verifiers/appoint/?who={customer.pk}"
    assert "小周" in page_with(200, console.get(url))
    assert "Choose at least one store" in page_with(422, console.post(url, {"person": customer.pk}))
    console.post(url, {"person": customer.pk, "stores": [store.pk]})
    verifier = Verifier.objects.get()
    assert "滨江店" in page_with(200, console.get("/console/pickup/verifiers/"))
    page = f"/console/pickup/verifiers/{verifier.pk}/"
    assert "小周" in page_with(200, console.get(page))
    console.post(f"{page}switch-off/", {"version": verifier.version})
    assert not Verifier.objects.get().is_on
    assert "小周" in page_with(200, console.get("/console/pickup/verifiers/?state=off"))


def test_on_the_page_one_may_be_let_cross_stores():
    verifier, console = appoint(cast.make_store()), browser("manager")
    url = f"/console/pickup/verifiers/{verifier.pk}/"
    body = {"version": verifier.version, "stores": list(verifier.stores.values_list("pk", flat=True))}
    console.post(f"{url}change-stores/", body | {"elsewhere": "on"})
    assert Verifier.objects.get().crosses_stores
    assert "May hand out what waits there" in page_with(200, console.get(url))
    console.post(f"{url}change-stores/", body | {"version": verifier.version + 1})
    assert not Verifier.objects.get().crosses_stores


def press(order: Order, role: str = "order_clerk", **typed: object):
    console = browser(role)
    url = f"/console/orders/{order.number}/verify/"
    dialog = page_with(200, console.get(url))
    return dialog, console.post(url, {"version": order.version, **typed})


def test_by_hand_in_the_console():
    order = waiting(remark="要两个袋子")
    verifier = appoint(order.pickup_store, nickname="小周")
    line = order.lines.get()
    dialog, answer = press(order, **{f"line_{line.pk}": 1, "verifier": verifier.pk})
    for words in ("要两个袋子", "小周", order.pickup_store.name, "林晓燕"):
        assert words in dialog
    assert answer.status_code == 302
    assert fresh(order).stage == Stage.DONE
    assert Verification.objects.get().verifier == verifier
    records = page_with(200, browser("support").get(f"/console/pickup/records/?verifier={verifier.pk}"))
    assert "小周" in records
    assert "order_clerk 王" in records


def test_on_the_order_page_verifying_is_one_press_away_before_it_is_confirmed_too():
    order = waiting()
    Order.objects.filter(pk=order.pk).update(stage=Stage.TO_CONFIRM)
    shown = page_with(200, browser("order_clerk").get(f"/console/orders/{order.number}/"))
    (_head, step, *_rest) = shown.split('<div class="next-step">')
    assert "#dialog-verify" in step.split("</section>")[0]
    sent = cast.paid_order()
    assert "#dialog-verify" not in page_with(
        200, browser("order_clerk").get(f"/console/orders/{sent.number}/")
    )


def test_the_order_page_says_who_handed_out_what_and_what_was_undone():
    order = waiting()
    verifier = appoint(order.pickup_store, nickname="小周")
    hand_out(order, verifier_id=verifier.pk)
    undo_verify(order.pk, reason="拿错了", actor=MANAGER)
    hand_out(fresh(order), actor=verifier_actor(verifier))
    shown = page_with(200, browser("order_clerk").get(f"/console/orders/{order.number}/"))
    assert shown.count("小周 (#") == 2 and shown.count("Undone") == 1
    assert "1 handed out" in shown and "1 shipped" not in shown
    assert f"verifier #{verifier.customer_id}" in shown
    assert "Picked up at" in shown and "Shipped at" not in shown
    rows = page_with(200, browser("order_clerk").get("/console/pickup/records/"))
    assert "the verifier" in rows and f">#{verifier.customer_id}<" not in rows


def test_nothing_chosen_is_not_all():
    order = waiting()
    _dialog, answer = press(order, **{f"line_{order.lines.get().pk}": 0})
    assert answer.status_code in (400, 404)
    assert Verification.objects.count() == 0


def test_what_owes_asks_for_the_money_in_the_dialog():
    order = unpaid(pay_method="cod")
    line = order.lines.get()
    _dialog, answer = press(order, **{f"line_{line.pk}": 1, "owed": order.owed_fen})
    assert answer.status_code == 422
    _dialog, answer = press(order, **{f"line_{line.pk}": 1, "owed": order.owed_fen, "means": "cash"})
    assert answer.status_code == 302
    assert fresh(order).stage == Stage.DONE


@pytest.mark.parametrize(("role", "status"), [("manager", 302), ("order_clerk", 403)])
def test_undone_by_a_supervisor(role, status):
    order = waiting()
    hand_out(order)
    console = browser(role)
    url = f"/console/orders/{order.number}/undo-verify/"
    answer = console.post(url, {"version": fresh(order).version, "reason": "拿错了"})
    assert answer.status_code == status
    assert (fresh(order).stage == Stage.PREPARING) == (status == 302)


def test_found_by_its_code_in_the_search_box():
    order = waiting()
    for typed in (make_code(order).short, make_code(order).short.replace("-", "").lower()):
        answer = browser("support").get("/console/orders/", {"q": typed}, follow=True)
        assert order.number in page_with(200, answer).replace(" ", "")


def test_the_link_shows_nothing_of_the_order(client):
    order = waiting()
    link = make_code(order).link
    pages = [client.get(path) for path in (f"/v/{link.rpartition('/')[2]}", "/v/none-at-all")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0]["Cache-Control"] == pages[1]["Cache-Control"]
    for words in (order.number, order.pickup_store.name, "林晓燕"):
        assert words not in pages[0].content.decode()


def test_the_api_gives_the_code_to_its_buyer_alone(client):
    order = waiting()
    token = {"HTTP_AUTHORIZATION": f"Bearer {cast.make_token(order.customer)}"}
    url = f"/api/v1/orders/{order.number}/pickup-code"
    code = make_code(order)
    assert client.get(url, **token).json() == {"short": code.short, "link": code.link}
    assert client.get(f"{url}.png", **token).content.startswith(b"\x89PNG")
    assert client.get(f"{url}.svg", **token)["Content-Type"] == "image/svg+xml"
    other = {"HTTP_AUTHORIZATION": f"Bearer {cast.make_token(cast.make_customer())}"}
    assert client.get(url, **other).status_code == 404
    hand_out(order)
    assert client.get(url, **token).json()["code"] == "no_code"
