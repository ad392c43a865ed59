"""The buyer cannot come: an order that was to be picked up is sent, or the other way round, with its freight."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse

from orders.models import Order
from orders.payments.changes.difference import Difference
from orders.payments.models import PayAttempt, Refund
from orders.services.steps import confirm_order, prepare_order
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from pickup.codes import find_order, make_code
from pickup.services.converting import NewDelivery, change_delivery
from pickup.services.verifying import undo_verify
from shop import clock
from shop.actor import SYSTEM
from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from shop.store.models import PickupStore, StoreSettings
from shop.store.pickup_stores.services import close_store
from shop.store.pickup_stores.slots import list_slots
from tests import cast
from tests.console import browser, page_with
from tests.expect import fresh, refused, verbs_of
from tests.pickup.counter import hand_out

CLERK, MANAGER = cast.clerk("order_clerk"), cast.clerk("manager")
NAMELESS = replace(cast.HOME, recipient="", phone="")
TO_HOME = NewDelivery(Delivery.EXPRESS, NAMELESS)


def send(order: Order, wanted: NewDelivery = TO_HOME, **kwargs: object) -> Order:
    return change_delivery(order.pk, wanted, **{"actor": CLERK} | kwargs)


def pick_up(order: Order, **kwargs: object) -> Order:
    store = kwargs.pop("store", None) or cast.make_store()
    wanted = NewDelivery(Delivery.PICKUP, NAMELESS, store.pk, kwargs.pop("slot", None))
    return change_delivery(order.pk, wanted, **{"actor": CLERK} | kwargs)


def offer_pickup() -> None:
    cast.make_store()
    StoreSettings.objects.update(pickup_on=True, pickup_cod_on=True)


def test_sent_instead_it_owes_the_freight_and_its_time_to_ship_begins() -> None:
    order = fresh(cast.paid_pickup())
    sent = fresh(send(order))
    assert (sent.delivery, sent.pickup_store, sent.city) == ("express", None, "杭州市")
    assert (sent.recipient, sent.phone) == (order.recipient, order.phone)
    assert (sent.owed_fen, sent.stage) == (10_00, Stage.TO_CONFIRM)
    assert sent.supplement_by and sent.ship_by and sent.warn_at and sent.destination
    paid = cast.pay(sent)
    assert (paid.owed_fen, paid.supplement_by) == (0, None)
    for step in (confirm_order, prepare_order):
        step(order.pk, actor=CLERK)
    assert ship_order(order.pk, parcels=[cast.parcel()], actor=MANAGER).stage == Stage.SHIPPED


def test_the_code_that_was_shown_is_dead_and_comes_back_as_another() -> None:
    order = fresh(cast.paid_pickup())
    old = make_code(order)
    with refused("no_code", 404):
        find_order(old.short[:-1] + ("1" if old.short.endswith("0") else "0"), actor=SYSTEM)
    send(order, difference=Difference.KEEP)
    with refused("no_code", 404):
        find_order(old.link, actor=SYSTEM)
    pick_up(order, difference=Difference.KEEP)
    with refused("no_code", 404):
        find_order(old.short, actor=SYSTEM)
    assert find_order(make_code(fresh(order)).token, actor=SYSTEM) == order


def test_own_delivery_costs_its_fee_and_goes_only_where_it_goes() -> None:
    order = cast.paid_pickup()
    with refused("outside_area", 400):
        send(order, NewDelivery(Delivery.LOCAL, replace(NAMELESS, district="余杭区")))
    assert send(order, NewDelivery(Delivery.LOCAL, NAMELESS)).owed_fen == 5_00


def test_picked_up_instead_it_gives_the_freight_back_and_has_no_time_to_ship() -> None:
    order = cast.paid_order()
    offer_pickup()
    store = cast.make_store()
    picked = fresh(pick_up(order, store=store))
    assert (picked.delivery, picked.pickup_store, picked.region) == ("pickup", store, "")
    assert (picked.address_detail, picked.destination) == ("", 0)
    assert (picked.ship_by, picked.warn_at, picked.recipient) == (None, None, "林晓燕")
    assert Refund.objects.get().amount_fen == 10_00
    hand_out(picked)
    assert fresh(picked).stage == Stage.DONE
    undo_verify(picked.pk, reason="拿错了", actor=MANAGER)
    assert fresh(picked).ship_by is None


def test_to_and_fro_the_freight_is_paid_each_time_it_is_needed() -> None:
    order = cast.paid_order()
    offer_pickup()
    pick_up(order)
    assert Refund.objects.get().amount_fen == 10_00
    assert send(order).owed_fen == 10_00
    assert pick_up(order).owed_fen == 0
    assert Refund.objects.count() == 1


def test_unpaid_its_price_follows_and_the_open_payment_is_closed(gateway) -> None:
    order = cast.place_pickup()
    old = gateway.open(order)
    sent = send(order)
    assert (sent.stage, sent.payable_fen) == (Stage.UNPAID, order.payable_fen + 10_00)
    assert (sent.ship_by, sent.supplement_by) == (None, None)
    assert gateway.trade(old.number)["state"] == "CLOSED"
    assert gateway.open(order).amount_fen == sent.payable_fen


def test_what_is_refused_closes_no_payment(gateway) -> None:
    order = cast.place_pickup()
    gateway.open(order)
    cast.open_shop(express_on=False)
    with refused("delivery_not_offered", 400):
        send(order)
    assert PayAttempt.objects.get().state == "open"


def test_cash_at_the_store_becomes_cash_on_delivery_where_that_is_offered() -> None:
    order = cast.place_pickup(pay_method=PayMethod.COD)
    sent = fresh(send(order))
    assert (sent.stage, sent.pay_method) == (Stage.TO_CONFIRM, PayMethod.COD)
    assert (sent.owed_fen, sent.supplement_by) == (order.payable_fen + 10_00, None)


def test_cash_that_cannot_be_paid_on_delivery_is_paid_first() -> None:
    order = cast.place_pickup(pay_method=PayMethod.COD)
    confirm_order(order.pk, actor=CLERK)
    StoreSettings.objects.update(express_cod_on=False)
    sent = fresh(send(order))
    assert (sent.stage, sent.pay_method) == (Stage.UNPAID, PayMethod.WECHAT)
    assert sent.pay_by and sent.remind_by
    assert (sent.ship_by, sent.supplement_by) == (None, None)
    assert verbs_of(order)[-2:] == ["change_delivery", "await_payment"]
    paid = cast.pay(sent)
    assert (paid.stage, paid.owed_fen, paid.pay_by) == (Stage.TO_CONFIRM, 0, None)
    assert paid.ship_by
    StoreSettings.objects.update(wechat_on=False)
    other = cast.place_pickup(pay_method=PayMethod.COD)
    with refused("payment_not_offered", 400):
        send(other)


def test_on_hold_it_waits_for_its_payment_without_the_hold() -> None:
    order = cast.place_pickup(pay_method=PayMethod.COD)
    Order.objects.filter(pk=order.pk).update(is_short=True)
    order.lines.update(reserved=0, short=1)
    StoreSettings.objects.update(express_cod_on=False)
    sent = fresh(send(order))
    assert (sent.is_short, order.lines.get().short) == (False, 0)
    order.lines.update(reserved=1)


@pytest.mark.parametrize("make", [cast.paid_pickup, cast.place_pickup])
def test_a_buyer_changes_alone_only_what_is_not_paid(make) -> None:
    order = make()
    if order.paid_fen:
        with refused("already_paid"):
            send(order, actor=cast.buyer(order))
    else:
        assert send(order, actor=cast.buyer(order)).delivery == "express"


def test_handed_out_sent_or_labelled_it_stays_as_it_is() -> None:
    order = fresh(cast.paid_pickup(basket={cast.make_sku().pk: 2}))
    hand_out(order, {order.lines.get().pk: 1})
    with refused("already_shipped"):
        send(order)
    labelled = cast.prepared_order()
    Order.objects.filter(pk=labelled.pk).update(has_label=True)
    with refused("has_label"):
        pick_up(labelled)
    Order.objects.filter(pk=labelled.pk).update(has_label=False)


def test_what_is_no_conversion_is_refused() -> None:
    store = cast.make_store()
    order = cast.paid_pickup(store)
    with refused("same_delivery", 400):
        pick_up(order)
    with refused("address_needed", 400):
        send(order, NewDelivery(Delivery.EXPRESS, cast.HOME.person))
    sent = cast.paid_order()
    with refused("same_delivery", 400):
        send(sent, NewDelivery(Delivery.LOCAL, cast.HOME))
    closed = cast.make_store()
    close_store(closed.pk, actor=cast.clerk())
    with refused("store_closed", 400):
        pick_up(sent, store=closed)
    with refused("forbidden", 403):
        send(order, actor=cast.clerk("warehouse"))


def test_both_recipients_find_it_and_the_record_keeps_them_sealed() -> None:
    order = cast.paid_pickup()
    send(order, NewDelivery(Delivery.EXPRESS, replace(cast.HOME, recipient="周海", phone="13900001111")))
    assert order.hashes.count() == 2
    event = Event.objects.get(verb="order.change_delivery")
    assert event.data == {"before": "pickup", "after": "express", "difference_fen": 10_00}
    assert "周海" not in str(event.data)
    page = page_with(200, browser("manager").get(f"/console/orders/{order.number}/"))
    assert "Delivery changed" in page


def fill_in(**typed: object) -> dict[str, object]:
    values = {"way": "express", "recipient": "", "phone": "", "detail": cast.HOME.detail}
    return values | {name: getattr(cast.HOME, name) for name in ("province", "city", "district")} | typed


def test_sent_instead_by_the_dialog(in_english) -> None:
    order = fresh(cast.paid_pickup())
    console, url = browser("order_clerk"), f"/console/orders/{order.number}/send-instead/"
    dialog = page_with(200, console.get(url))
    assert "13800005678" not in dialog
    asked = page_with(422, console.post(url, {"version": order.version, **fill_in()}))
    assert "¥10.00 more" in asked
    assert page_with(422, console.post(url, {"version": order.version, **fill_in(detail="")}))
    answer = console.post(url, {"version": order.version, **fill_in(difference="settle")})
    assert answer.status_code == 302
    assert (fresh(order).delivery, fresh(order).owed_fen) == ("express", 10_00)


def test_picked_up_instead_by_the_dialog(in_english) -> None:
    order = fresh(cast.paid_order())
    offer_pickup()
    store = cast.make_store("滨江店")
    console, url = browser("order_clerk"), f"/console/orders/{order.number}/pick-up-instead/"
    dialog = page_with(200, console.get(url))
    assert "滨江店" in dialog and "¥10.00 back" in dialog
    answer = console.post(url, {"version": order.version, "store": store.pk, "difference": "settle"})
    assert answer.status_code == 302
    assert fresh(order).pickup_store == store
    page = page_with(200, console.get(f"/console/orders/{order.number}/"))
    assert "send-instead" in page and "pick-up-instead" not in page


def with_slots(name: str = "", **changes: object) -> PickupStore:
    return cast.make_store(name, **{"slot_minutes": 60, "slot_orders": 1} | changes)


def first_slot(store: PickupStore) -> datetime:
    return list_slots(store, clock.now())[0].starts_at


def test_where_the_store_has_time_slots_one_is_chosen_and_taken(gateway) -> None:
    offer_pickup()
    store = with_slots()
    at = first_slot(store)
    order, other = cast.place(), cast.place()
    gateway.open(order)
    for slot, code in ((None, "slot_needed"), (at + timedelta(minutes=1), "no_slot")):
        with refused(code, 400):
            pick_up(order, store=store, slot=slot)
    assert PayAttempt.objects.get().state == "open"
    picked = fresh(pick_up(order, store=store, slot=at))
    assert (picked.pickup_from, picked.pickup_until) == (at, at + timedelta(hours=1))
    with refused("slot_full"):
        pick_up(other, store=store, slot=at)
    assert fresh(send(order)).pickup_from is None
    assert fresh(pick_up(other, store=store, slot=at)).pickup_from == at


def test_the_dialog_offers_the_slots_of_the_store_that_is_chosen(in_english) -> None:
    offer_pickup()
    PickupStore.objects.all().delete()
    any_time, here, there = cast.make_store("滨江店"), with_slots("文三路店"), with_slots("清泰街店")
    order = fresh(cast.paid_order())
    console, url = browser("order_clerk"), f"/console/orders/{order.number}/pick-up-instead/"
    assert "pick_up_instead_slot" not in page_with(200, console.get(url))

    def press(status: int, **typed: object) -> str:
        typed |= {"version": order.version, "difference": "keep"}
        return page_with(status, console.post(url, typed))

    asked = press(422, store=here.pk)
    assert "Choose when the buyer comes to 文三路店." in asked
    assert f'value="{first_slot(here).isoformat()}"' in asked
    cast.place_pickup(here, slot=first_slot(here))
    taken = first_slot(here).isoformat()
    assert f'value="{taken}"' not in press(422, store=here.pk, slot=taken)
    assert "Choose when the buyer comes to 清泰街店." in press(422, store=there.pk, slot="x")
    press(302, store=there.pk, slot=first_slot(there).isoformat())
    assert fresh(order).pickup_from == first_slot(there)
    order = fresh(cast.paid_order())
    url = f"/console/orders/{order.number}/pick-up-instead/"
    press(302, store=any_time.pk)
    assert (fresh(order).pickup_store, fresh(order).pickup_from) == (any_time, None)


def test_the_first_store_and_one_that_is_full_say_so_at_once(in_english) -> None:
    offer_pickup()
    PickupStore.objects.all().delete()
    with_slots("文三路店", slot_minutes=60)
    order = cast.paid_order()
    url = f"/console/orders/{order.number}/pick-up-instead/"
    page = page_with(200, browser("order_clerk").get(url))
    assert "pick_up_instead_slot" in page and "Press the button" not in page
    PickupStore.objects.update(slot_minutes=240, hours=[[["09:00", "10:00"]]] * 7)
    page = page_with(200, browser("order_clerk").get(url))
    assert "文三路店 has no free time in the next days." in page


def test_the_buyer_chooses_a_slot_in_the_mini_program(client) -> None:
    order, store = cast.place(), with_slots()
    StoreSettings.objects.update(pickup_on=True)
    token = {"HTTP_AUTHORIZATION": f"Bearer {cast.make_token(order.customer)}"}
    url, at = f"/api/v1/orders/{order.number}/delivery", first_slot(store)
    pickup = {"store_id": str(store.pk), "recipient": "周海", "phone": "13900001111"}

    def ask(**more: str) -> HttpResponse:
        body = {"delivery": "pickup", "pickup": pickup | more}
        return client.post(url, body, content_type="application/json", **token)

    refusals = [
        (ask().status_code, ask().json()["code"]),
        (ask(slot="2020-01-01T10:00:00+08:00").json()["code"]),
    ]
    assert refusals == [(400, "slot_needed"), "no_slot"]
    assert datetime.fromisoformat(ask(slot=at.isoformat()).json()["pickup_slot"]["starts_at"]) == at


def test_the_buyer_changes_it_in_the_mini_program(client) -> None:
    order = cast.place_pickup()
    token = {"HTTP_AUTHORIZATION": f"Bearer {cast.make_token(order.customer)}"}
    url = f"/api/v1/orders/{order.number}/delivery"
    body = {"delivery": "express", "address": cast.address()}
    answer = client.post(url, body, content_type="application/json", **token)
    assert (answer.status_code, answer.json()["delivery"]) == (200, "express")
    assert answer.json()["payable_fen"] == order.payable_fen + 10_00
    pickup = {"store_id": str(cast.make_store().pk), "recipient": "周海", "phone": "13900001111"}
    back = {"delivery": "pickup", "pickup": pickup}
    answer = client.post(url, back, content_type="application/json", **token)
    assert (answer.status_code, answer.json()["payable_fen"]) == (200, order.payable_fen)
    assert client.post(url, back, content_type="application/json", **token).json()["code"] == "same_delivery"
    other = {"HTTP_AUTHORIZATION": f"Bearer {cast.make_token(cast.make_customer())}"}
    assert client.post(url, back, content_type="application/json", **other).status_code == 404
    bad = {"delivery": "express"}
    assert client.post(url, bad, content_type="application/json", **token).status_code == 400
