"""Goods that nobody comes for: they wait, people are told once, the buyer is reminded, somebody puts it off."""

from datetime import timedelta

import pytest

from notifications.models import Alert, AlertKind
from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from pickup.services.converting import NewDelivery, change_delivery
from pickup.services.verifying import undo_verify
from pickup.uncollected.board import list_tab
from pickup.uncollected.models import Waiting
from pickup.uncollected.selectors import list_to_note
from pickup.uncollected.services import (
    follow_order,
    note_uncollected,
    remind_pickup,
    snooze_pickup,
    store_goods,
)
from shop import clock
from shop.customers.erasure import SEALED
from shop.events.delivery import drain
from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.console import browser, page_with
from tests.expect import count_queries, fresh, refused
from tests.pickup.counter import forgotten, hand_out

pytestmark = pytest.mark.django_db(transaction=True)
CLERK, MANAGER = cast.clerk("order_clerk"), cast.clerk("manager")
DAYS = timedelta(days=7, minutes=1)
BOARD = "/console/pickup/uncollected/"


def waits(**kwargs: object) -> Order:
    order = cast.paid_pickup(**kwargs)
    drain()
    return fresh(order)


def overdue(**kwargs: object) -> Order:
    order = forgotten(**kwargs)
    drain()
    return fresh(order)


def rows(tab: str = "open") -> list[int]:
    return [row.pk for row in list_tab(tab, MANAGER)]


def test_it_waits_from_the_payment_on_until_it_is_handed_out() -> None:
    order = waits()
    row = Waiting.objects.get()
    assert (row.order_id, row.is_waiting, row.due_at - row.since) == (order.pk, True, timedelta(days=7))
    hand_out(order)
    drain()
    assert not Waiting.objects.get().is_waiting
    undo_verify(order.pk, reason="拿错了", actor=MANAGER)
    drain()
    assert Waiting.objects.get().is_waiting


def test_what_is_paid_at_the_store_waits_from_placing_on_and_an_unpaid_one_not_at_all() -> None:
    cast.place_pickup()
    paid_there = cast.place_pickup(pay_method=PayMethod.COD)
    cast.paid_order()
    drain()
    assert [row.order_id for row in Waiting.objects.all()] == [paid_there.pk]


def test_another_number_of_days_counts_for_what_waits_from_then_on() -> None:
    first = waits()
    StoreSettings.objects.update(uncollected_days=2)
    second = waits()
    terms = {row.order_id: row.due_at - row.since for row in Waiting.objects.all()}
    assert terms == {first.pk: timedelta(days=7), second.pk: timedelta(days=2)}


def test_sent_or_cancelled_it_waits_no_more() -> None:
    sent, cancelled = waits(), waits()
    change_delivery(sent.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=CLERK)
    cancel_paid(cancelled.pk, reason="不要了", actor=MANAGER)
    drain()
    assert not Waiting.objects.filter(is_waiting=True).exists()
    with refused("not_picked_up"):
        remind_pickup(sent.pk, actor=CLERK)


def test_people_are_told_once_and_not_before_it_is_time() -> None:
    order = waits()
    assert list_to_note(clock.now(), [], 10) == []
    with refused("not_due"):
        note_uncollected(order.pk)
    with clock.at(clock.now() + DAYS):
        assert list_to_note(clock.now(), [], 10) == [order.pk]
        note_uncollected(order.pk)
        assert list_to_note(clock.now(), [], 10) == []
        with refused("not_due"):
            note_uncollected(order.pk)
        drain()
    assert Alert.objects.filter(kind=AlertKind.UNCOLLECTED, order=order, handled_at=None).count() == 1
    assert Event.objects.get(verb="order.note_uncollected").data == {"days": 7}


def test_once_for_ever_though_it_waits_anew() -> None:
    order = overdue()
    hand_out(order)
    undo_verify(order.pk, reason="拿错了", actor=MANAGER)
    drain()
    with clock.at(clock.now() + 2 * DAYS):
        assert list_to_note(clock.now(), [], 10) == []
        assert rows() == [order.pk]


@pytest.mark.parametrize("end", ["remind", "snooze", "hand_out", "send"])
def test_the_alert_is_over_when_somebody_has_done_something(end) -> None:
    order = overdue()
    acts = {
        "remind": lambda: remind_pickup(order.pk, actor=CLERK),
        "snooze": lambda: snooze(order),
        "hand_out": lambda: hand_out(order),
        "send": lambda: change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=CLERK),
    }
    acts[end]()
    drain()
    assert Alert.objects.get(kind=AlertKind.UNCOLLECTED).handled_at is not None


def snooze(order: Order, days: int = 3) -> Order:
    return snooze_pickup(order.pk, until=clock.now() + timedelta(days=days), reason="下周来取", actor=CLERK)


def test_put_off_it_comes_back_by_itself() -> None:
    order = overdue()
    assert rows() == [order.pk]
    snooze(order)
    assert (rows(), rows("snoozed")) == ([], [order.pk])
    with clock.at(clock.now() + timedelta(days=4)):
        assert (rows(), rows("snoozed")) == ([order.pk], [])
    with refused("reason_required", 400):
        snooze_pickup(order.pk, until=clock.now() + DAYS, reason=" ", actor=CLERK)
    with refused("bad_moment", 400):
        snooze(order, days=15)
    with refused("forbidden", 403):
        snooze_pickup(order.pk, until=clock.now() + DAYS, reason="等", actor=cast.clerk("support"))


def test_the_buyer_is_reminded_once_in_three_days() -> None:
    order = waits()
    remind_pickup(order.pk, actor=CLERK)
    with refused("reminded_lately"):
        remind_pickup(order.pk, actor=MANAGER)
    with clock.at(clock.now() + timedelta(days=3, minutes=1)):
        remind_pickup(order.pk, actor=CLERK)
    assert Event.objects.filter(verb="order.remind_pickup").count() == 2


def test_where_the_goods_lie_is_kept_sealed_and_on_the_record_once() -> None:
    order = waits()
    store_goods(order.pk, text=" 冷柜 2 层 ", actor=CLERK)
    store_goods(order.pk, text="冷柜 2 层", actor=CLERK)
    assert Waiting.objects.select_related("order__customer").get().storage_note == "冷柜 2 层"
    assert Event.objects.filter(verb="order.store_goods").count() == 1
    assert "冷柜" not in str(Waiting.objects.values("storage_note"))
    dialog = page_with(200, browser("order_clerk").get(f"/console/orders/{order.number}/verify/"))
    assert "冷柜 2 层" in dialog


def test_events_carried_twice_change_nothing() -> None:
    order = waits()
    before = Waiting.objects.values().get()
    follow_order(order.pk)
    assert Waiting.objects.values().get() == before


def test_what_has_just_been_sent_instead_is_gone_before_its_event_is_carried() -> None:
    order = overdue()
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=CLERK)
    assert rows() == []
    assert browser("order_clerk").get(BOARD).status_code == 200


def test_the_board_shows_who_did_not_come(in_english) -> None:
    order = overdue(customer=cast.make_customer("小林"))
    store_goods(order.pk, text="A3 货架", actor=CLERK)
    console = browser("order_clerk")
    page = page_with(200, console.get(BOARD))
    for words in (order.number, "A3 货架", order.pickup_store.name):
        assert words in page.replace(" ", "") or words in page
    assert "13800005678" not in page and "林晓燕" not in page
    url = f"/console/orders/{order.number}/snooze-pickup/?next={BOARD}"
    answer = console.post(url, {"version": order.version, "days": 3, "reason": "出差"})
    assert answer.status_code == 302
    assert "Everything is picked up in time" in page_with(200, console.get(BOARD))
    assert order.number in page_with(200, console.get(f"{BOARD}?tab=snoozed")).replace(" ", "")
    assert browser("support").get(BOARD).status_code == 403


def test_it_asks_as_often_for_many_as_for_one() -> None:
    overdue()
    console = browser("order_clerk")
    console.get(BOARD)
    one = count_queries(lambda: console.get(BOARD))
    for _ in range(3):
        overdue()
    assert count_queries(lambda: console.get(BOARD)) == one


def test_of_other_stores_nothing_is_on_the_board() -> None:
    order = overdue()
    elsewhere = cast.make_store()
    actor = cast.clerk("order_clerk")
    here, there = (
        type(actor)(**{**vars(actor), "store_ids": frozenset({pk})})
        for pk in (order.pickup_store_id, elsewhere.pk)
    )
    assert [row.pk for row in list_tab("open", here)] == [order.pk]
    assert not list_tab("open", there).exists()


def test_where_they_lie_is_sealed_anew_when_a_buyer_is_erased() -> None:
    assert any(find(cast.make_customer()).model is Waiting for find in SEALED)
