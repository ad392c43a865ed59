"""Handing out by phone: once for each press, however often it is sent, with the money where it owes."""

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.models import Means, Payment
from orders.payments.services.collecting import collect_payment
from orders.services.steps import hold_order, release_order
from orders.services.stocktake import Count, count_stock
from orders.stages import Stage
from pickup.models import Verification
from pickup.services.pins import set_pin
from pickup.services.verifiers import change_stores, switch_off, verifier_actor
from pickup.services.verifying import Handout, verify_pickup
from shop.events.models import Event
from shop.store.choices import PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.console import page_with
from tests.expect import fresh, list_statements, refused, verbs_of
from tests.pickup.counter import appoint, hand_out, unpaid, waiting
from tests.pickup.phone.phones import all_of, link_of, phone_of, press, read_card

MANAGER = cast.clerk("manager", name="王店长", id_=2)


def tone_of(answer: object) -> str:
    html = answer.content.decode()
    return html.partition('data-tone="')[2].partition('"')[0]


def test_all_of_it_by_one_press():
    order = waiting()
    verifier = appoint(order.pickup_store, nickname="小周")
    answer = press(phone_of(verifier), order)
    assert (answer.status_code, tone_of(answer)) == (200, "done")
    assert fresh(order).stage == Stage.DONE
    verification = Verification.objects.get()
    assert (verification.verifier, verification.operator_kind) == (verifier, "verifier")


def test_some_of_it_and_the_rest_later():
    order = waiting(basket={cast.make_sku(on_hand=9).pk: 3})
    phone, line = phone_of(appoint(order.pickup_store)), order.lines.get()
    answer = press(phone, order, **{f"line_{line.pk}": "1"})
    assert "Handed out in part" in page_with(200, answer)
    assert "still to be picked up: 2" in page_with(200, answer)
    assert fresh(order).pieces_to_send == 2
    line.refresh_from_db()
    press(phone, order)
    assert fresh(order).stage == Stage.DONE


@pytest.mark.parametrize("means", [Means.CASH, Means.TRANSFER])
def test_what_is_owed_is_collected_by_the_same_press(means):
    order = unpaid(pay_method=PayMethod.COD)
    verifier = appoint(order.pickup_store)
    answer = press(phone_of(verifier), order, means=means.value)
    assert "¥45.00" in page_with(200, answer)
    payment = Payment.objects.get()
    assert (payment.means, payment.collected_by_kind, payment.collected_by_id) == (
        means,
        "verifier",
        verifier.pk,
    )
    assert payment.store == order.pickup_store
    assert fresh(order).stage == Stage.DONE


def test_without_the_money_nothing_is_handed_out():
    order = unpaid(pay_method=PayMethod.COD)
    answer = press(phone_of(appoint(order.pickup_store)), order)
    assert "Not paid" in page_with(409, answer)
    assert (fresh(order).stage, Verification.objects.count(), Payment.objects.count()) == (order.stage, 0, 0)


def test_the_amount_that_was_read_is_the_amount_that_is_owed():
    order = unpaid(pay_method=PayMethod.COD)
    answer = press(phone_of(appoint(order.pickup_store)), order, means="cash", owed=order.owed_fen - 1)
    assert "Another amount" in page_with(409, answer)
    assert Payment.objects.count() == 0


def test_money_that_has_come_meanwhile_is_not_taken_again():
    order = unpaid(pay_method=PayMethod.COD)
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    body = {**read_card(phone, link), **all_of(order), "means": "cash", "sure": "1"}
    collect_payment(order.pk, actor=cast.clerk())
    answer = phone.post(f"{link}/verify/", body | {"version": fresh(order).version})
    assert answer.status_code == 409
    assert Payment.objects.count() == 1


def test_sent_again_under_its_nonce_it_says_the_same_and_does_nothing_more():
    order = unpaid(pay_method=PayMethod.COD, basket={cast.make_sku(on_hand=9).pk: 2})
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    line = order.lines.get().pk
    body = {**read_card(phone, link), f"line_{line}": "1", "means": "cash", "sure": "1"}
    pages = [page_with(200, phone.post(f"{link}/verify/", body)) for _ in range(3)]
    assert len({page.partition("<main")[2].partition("outcome-ways")[0] for page in pages}) == 1
    assert (Verification.objects.count(), Payment.objects.count()) == (1, 1)
    assert fresh(order).pieces_to_send == 1


def test_the_last_pieces_sent_again_say_done_and_not_already_done():
    order = waiting()
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    body = {**read_card(phone, link), **all_of(order), "sure": "1"}
    answers = [phone.post(f"{link}/verify/", body) for _ in range(2)]
    assert [tone_of(answer) for answer in answers] == ["done", "done"]
    fresh_nonce = phone.post(f"{link}/verify/", body | {"nonce": "0" * 32})
    assert (fresh_nonce.status_code, tone_of(fresh_nonce)) == (409, "look")
    assert "Already handed out" in fresh_nonce.content.decode()


def test_a_nonce_is_for_one_press_only():
    first, second = waiting(), waiting()
    Order.objects.filter(pk=second.pk).update(pickup_store=first.pickup_store)
    phone = phone_of(appoint(first.pickup_store))
    nonce = "a" * 32
    assert press(phone, first, nonce=nonce).status_code == 200
    assert press(phone, second, nonce=nonce).status_code == 422
    assert fresh(second).stage != Stage.DONE
    assert press(phone, second).status_code == 200


def test_a_nonce_of_another_verifier_is_another_one():
    orders = [waiting(), waiting()]
    Order.objects.update(pickup_store=orders[0].pickup_store)
    for order in orders:
        assert (
            press(phone_of(appoint(orders[0].pickup_store)), fresh(order), nonce="b" * 32).status_code == 200
        )


def test_a_refused_press_leaves_its_nonce_free():
    order = waiting()
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    hold_order(order.pk, reason="等一下", actor=MANAGER)
    body = {"nonce": "c" * 32, "version": fresh(order).version, **all_of(order), "sure": "1"}
    assert phone.post(f"{link}/verify/", body).status_code == 409
    release_order(order.pk, actor=MANAGER)
    answer = phone.post(f"{link}/verify/", body | {"version": fresh(order).version})
    assert answer.status_code == 200


def test_a_card_that_has_grown_old_is_looked_at_again():
    order = waiting(basket={cast.make_sku(on_hand=9).pk: 3})
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    body = {**read_card(phone, link), **all_of(order), "sure": "1"}
    hand_out(order, {order.lines.get().pk: 1})
    assert phone.post(f"{link}/verify/", body).status_code == 409
    assert Verification.objects.count() == 1


def test_without_scripts_it_is_asked_once_more():
    order = waiting()
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    body = {**read_card(phone, link), **all_of(order)}
    asked = page_with(200, phone.post(f"{link}/verify/", body))
    assert "Hand the goods out?" in asked and f'value="{body["nonce"]}"' in asked
    assert Verification.objects.count() == 0
    assert phone.post(f"{link}/verify/", body | {"sure": "1"}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": ""},
        {"nonce": "short"},
        {"nonce": "A" * 32},
        {"version": "x"},
        {"means": "gold"},
        {"owed": "-1"},
        {"owed": "9" * 4000},
        {"version": "9" * 4000},
        {"means": "cash", "owed": str(2**31)},
        {"elsewhere": "a\x00b"},
    ],
)
def test_what_cannot_be_read_is_refused_and_changes_nothing(wrong):
    order = waiting()
    assert press(phone_of(appoint(order.pickup_store)), order, **wrong).status_code == 422
    assert Verification.objects.count() == 0


@pytest.mark.parametrize("pieces", ["0", ""])
def test_nothing_chosen_is_not_all(pieces):
    order = waiting()
    line = order.lines.get().pk
    answer = press(phone_of(appoint(order.pickup_store)), order, **{f"line_{line}": pieces})
    assert answer.status_code == 400
    assert Verification.objects.count() == 0


@pytest.mark.parametrize("pieces", ["2", "-1", "9999999", "1.5", "x"])
def test_more_than_is_left_is_refused(pieces):
    order = waiting()
    line = order.lines.get().pk
    answer = press(phone_of(appoint(order.pickup_store)), order, **{f"line_{line}": pieces})
    assert answer.status_code in (409, 422)
    assert Verification.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["line_0", "line_-1", "line_x", "line_9999999999999999999", "line_١", "line_"]
)
def test_what_names_no_line_is_no_line(name):
    order = waiting()
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    answer = phone.post(f"{link}/verify/", {**read_card(phone, link), name: "1", "sure": "1"})
    assert answer.status_code == 400
    assert Verification.objects.count() == 0


def test_a_line_of_another_order_is_not_handed_out_with_it():
    order, other = waiting(), waiting()
    answer = press(phone_of(appoint(order.pickup_store)), order, **all_of(other))
    assert answer.status_code == 404
    assert Verification.objects.count() == 0


def test_what_is_short_stays_back_also_from_a_press_that_names_it():
    skus = [cast.make_sku(on_hand=9) for _ in range(2)]
    order = waiting(basket={sku.pk: 2 for sku in skus})
    short, there = order.lines.order_by("pk")
    count_stock([Count(short.sku_id, 1)], reason="盘点", actor=MANAGER)
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    assert f'name="line_{short.pk}"' not in page_with(200, phone.get(link))
    assert "Short of stock" in page_with(409, press(phone, order))
    assert Verification.objects.count() == 0
    answer = press(phone, order, **{f"line_{short.pk}": "0", f"line_{there.pk}": "2"})
    assert "Handed out in part" in page_with(200, answer)
    assert fresh(order).pieces_to_send == 2


def test_what_was_cancelled_and_refunded_meanwhile_is_not_handed_out():
    order = waiting(basket={cast.make_sku(on_hand=9).pk: 3})
    line = order.lines.get().pk
    phone, link = phone_of(appoint(order.pickup_store)), link_of(order)
    body = {**read_card(phone, link), **all_of(order), "sure": "1"}
    cancel_lines(order.pk, quantities={line: 1}, reason="不要了", actor=MANAGER)
    refund_part(order.pk, PartRefund(1_00, "有瑕疵", frozenset({line})), actor=MANAGER)
    for version in (body["version"], fresh(order).version):
        assert phone.post(f"{link}/verify/", {**body, "version": version}).status_code == 409
    assert Verification.objects.count() == 0
    assert press(phone, fresh(order)).status_code == 200
    assert fresh(order).stage == Stage.DONE


def test_above_the_amount_of_the_settings_the_press_takes_the_pin():
    StoreSettings.objects.update(pickup_pin_above_fen=0)
    order = waiting()
    verifier = appoint(order.pickup_store)
    phone = phone_of(verifier)
    assert "Choose a PIN first" in page_with(409, press(phone, order, pin="271828"))
    set_pin(verifier, "271828")
    assert "Your PIN" in page_with(200, phone.get(link_of(order)))
    assert "Type your PIN" in page_with(422, press(phone, order))
    assert "Wrong PIN" in page_with(422, press(phone, order, pin="000001"))
    assert Verification.objects.count() == 0
    assert press(phone, order, pin="271828").status_code == 200


def test_at_a_foreign_store_the_press_is_refused_too():
    order = waiting()
    phone = phone_of(appoint(cast.make_store()))
    body = {"nonce": "d" * 32, "version": order.version, **all_of(order), "sure": "1", "elsewhere": "顺路"}
    answer = phone.post(f"{link_of(order)}/verify/", body)
    assert "Wrong store" in page_with(409, answer)
    assert Verification.objects.count() == 0


def test_who_was_switched_off_is_asked_to_sign_in():
    order = waiting()
    verifier = appoint(order.pickup_store)
    phone, link = phone_of(verifier), link_of(order)
    body = {**read_card(phone, link), **all_of(order), "sure": "1"}
    switch_off(verifier.pk, actor=MANAGER)
    answer = phone.post(f"{link}/verify/", body)
    assert answer.status_code == 302 and answer["Location"].startswith("/v/sign-in/")
    assert Verification.objects.count() == 0


def test_across_stores_by_who_may_with_the_reason_on_record():
    order, here = unpaid(pay_method=PayMethod.COD), cast.make_store("滨江店")
    verifier = appoint(here, nickname="小周")
    change_stores(verifier.pk, store_ids=[here.pk], crosses_stores=True, actor=MANAGER)
    phone, link = phone_of(verifier), link_of(order)
    body = {**read_card(phone, f"{link}?here=1"), **all_of(order), "means": "cash", "sure": "1"}
    assert phone.post(f"{link}/verify/", body).status_code == 422
    answer = phone.post(f"{link}/verify/", body | {"elsewhere": "顾客搬家了"})
    assert "滨江店" in page_with(200, answer)
    verification = Verification.objects.get()
    assert (verification.store, Payment.objects.get().store) == (here, here)
    event = Event.objects.get(verb="order.verify")
    assert "顾客搬家了" in event.sealed
    assert "顾客搬家了" not in str(event.data)


def test_across_stores_needs_the_right_and_a_reason_in_the_service_too():
    order, here = waiting(), cast.make_store()
    verifier = appoint(here)
    with refused("not_found", 404):
        verify_pickup(order.pk, Handout(here.pk, elsewhere="顺路"), actor=verifier_actor(verifier))
    change_stores(verifier.pk, store_ids=[here.pk], crosses_stores=True, actor=MANAGER)
    for reason in ("", "   "):
        with refused("not_found", 404):
            verify_pickup(order.pk, Handout(here.pk, elsewhere=reason), actor=verifier_actor(verifier))
    with refused("wrong_store"):
        verify_pickup(order.pk, Handout(here.pk, elsewhere="顺路"), actor=MANAGER)
    verify_pickup(order.pk, Handout(here.pk, elsewhere="顺路"), actor=verifier_actor(verifier))
    assert verbs_of(order)[-1] == "verify"


def test_the_right_to_cross_stores_is_on_record():
    verifier = appoint(cast.make_store())
    own = list(verifier.stores.values_list("pk", flat=True))
    change_stores(verifier.pk, store_ids=own, crosses_stores=True, actor=MANAGER)
    change_stores(verifier.pk, store_ids=own, crosses_stores=True, actor=MANAGER)
    event = Event.objects.get(verb="verifier.change")
    assert event.data == {"before": {"crosses_stores": False}, "after": {"crosses_stores": True}}


def test_a_press_costs_few_queries_more_than_the_verb():
    first, second = waiting(), waiting()
    Order.objects.filter(pk=second.pk).update(pickup_store=first.pickup_store)
    verifier = appoint(first.pickup_store)
    actor = verifier_actor(verifier)
    verb = list_statements(lambda: hand_out(first, actor=actor))
    second.refresh_from_db()
    phone, link = phone_of(verifier), link_of(second)
    body = {**read_card(phone, link), **all_of(second), "sure": "1"}
    asked = list_statements(lambda: phone.post(f"{link}/verify/", body))
    assert fresh(second).stage == Stage.DONE
    # Whose phone it is, their stores, the order of the code; the lock of the nonce, the answer that is kept.
    assert len(asked) <= len(verb) + 5, asked
