"""What is left to people: a provider that says no or nothing, and a courier who comes for what is not there."""

from datetime import timedelta

import pytest

from orders.collections.handlers import end_with_courier, end_with_parcel
from orders.collections.invariants import nobody_comes_for_nothing, waiting_collections_are_asked
from orders.collections.models import Collection, CollectionState
from orders.collections.selectors import list_troubled
from orders.collections.services.asking import hand_over
from orders.collections.services.ending import call_off, call_off_by_phone
from orders.scope import ALL
from orders.shipping.models import Parcel
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import arrive_parcel, undo_ship
from shop import clock
from shop.clients.errors import Rejected, Unknown, Unreachable
from shop.events.models import Event, EventDelivery
from tests import cast
from tests.collecting.conftest import WAREHOUSE, ScriptedCaller, answer, call, sent_parcel, verbs
from tests.expect import refused

NO, LATER = Rejected("105", "业务错误[快递员已出发]", 200), timedelta(minutes=11)


def troubled() -> list[int]:
    return list(list_troubled(ALL).values_list("pk", flat=True))


def undo(parcel: Parcel) -> None:
    undo_ship(parcel.pk, actor=WAREHOUSE)
    end_with_parcel(Event.objects.filter(verb="order.undo_ship").latest("pk"))


def replace(parcel: Parcel, courier: str) -> None:
    why = WhyReplaced.TYPED
    replace_number(parcel.pk, courier=courier, tracking_no="990011223344", why=why, actor=WAREHOUSE)
    end_with_courier(Event.objects.filter(verb="order.replace_number").latest("pk"))


def test_a_courier_who_comes_for_a_parcel_that_was_taken_back_is_asked_off_once(
    caller: ScriptedCaller,
) -> None:
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    undo(parcel)
    caller.say(NO)
    collection = answer(collection, times=3)
    assert (collection.state, caller.called_off) == (CollectionState.CALLED, [collection.code])
    assert verbs(collection) == ["ask", "called", "cancel", "keep"]
    assert troubled() == [collection.pk], "somebody has to call them"
    call_off_by_phone(collection.pk, actor=WAREHOUSE, expected_version=collection.version)
    assert (verbs(collection)[-1], troubled()) == ("cancel_by_phone", [])
    assert not Collection.objects.exclude(state=CollectionState.CANCELLED).exists()


def test_when_the_time_is_over_nobody_comes_any_more(caller: ScriptedCaller) -> None:
    collection = answer(call(*sent_parcel()))
    call_off(collection.pk, actor=WAREHOUSE)
    caller.say(NO)
    assert answer(collection).is_not_called_off and troubled() == [collection.pk]
    with clock.at(clock.now() + timedelta(hours=4)):
        assert troubled() == []


@pytest.mark.parametrize("error", [Unknown("timeout"), Unreachable("no route")])
def test_what_is_not_answered_for_a_while_is_told_once(caller: ScriptedCaller, error: Exception) -> None:
    caller.say(*[error] * 4)
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    assert "linger" not in verbs(collection)
    with clock.at(clock.now() + LATER):
        collection = answer(collection, times=2)
        assert verbs(collection).count("linger") == 1 and troubled() == [collection.pk]
        hand_over(parcel.pk, order_id=order.pk, how=CollectionState.BY_PHONE, actor=WAREHOUSE)
        assert troubled() == [] and answer(collection).state == CollectionState.BY_PHONE
    assert collection.stuck_at is None and len(caller.asked) == 3


def test_who_is_to_be_called_is_waited_for_first(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    call(order, parcel)
    with refused("already_handed_over"):
        hand_over(parcel.pk, order_id=order.pk, how=CollectionState.BY_PHONE, actor=WAREHOUSE)


def test_a_calling_off_that_is_not_answered_is_told_and_ends_with_its_time(caller: ScriptedCaller) -> None:
    collection = answer(call(*sent_parcel()))
    with clock.at(clock.now() + LATER):
        call_off(collection.pk, actor=WAREHOUSE)
        caller.say(*[Unknown("timeout")] * 3)
        assert "linger" not in verbs(answer(collection)), "it is a question of its own"
    with clock.at(clock.now() + 2 * LATER + timedelta(minutes=1)):
        assert verbs(answer(collection))[-1] == "linger" and troubled() == [collection.pk]
    with clock.at(clock.now() + timedelta(hours=4)):
        collection = answer(collection)
    assert (collection.state, collection.next_try_at) == (CollectionState.CALLED, None)
    assert ("没说" in collection.last_error) and len(caller.called_off) == 2


def test_one_that_a_person_called_off_is_not_answered_any_more(caller: ScriptedCaller) -> None:
    collection = answer(call(*sent_parcel()))
    call_off(collection.pk, actor=WAREHOUSE)
    caller.say(Unknown("timeout"))
    collection = answer(collection)
    call_off_by_phone(collection.pk, actor=WAREHOUSE, expected_version=collection.version)
    assert answer(collection).state == CollectionState.CANCELLED and len(caller.called_off) == 1
    with refused("forbidden"):
        call_off_by_phone(collection.pk, actor=cast.clerk("support"))


def test_with_another_courier_the_first_is_called_off(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    replace(parcel, "YTO")
    assert answer(collection).state == CollectionState.CANCELLED
    assert caller.called_off == [collection.code] and troubled() == []


def test_with_another_number_the_same_courier_comes(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    replace(parcel, "ZTO")
    assert answer(collection).state == CollectionState.CALLED and caller.called_off == []


def test_one_whose_answer_is_lost_is_called_off_with_it(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    caller.say(Unknown("timeout"))
    collection = answer(call(order, parcel))
    replace(parcel, "YTO")
    assert answer(collection, times=2).state == CollectionState.CANCELLED
    assert (caller.asked, caller.called_off) == ([collection.code] * 2, [collection.code])


@pytest.mark.parametrize("leave", ["replaced", "arrived"])
def test_for_one_that_needs_nobody_nobody_is_called(caller: ScriptedCaller, leave: str) -> None:
    order, parcel = sent_parcel()
    collection = call(order, parcel)
    if leave == "replaced":
        replace(parcel, "YTO")
    else:
        arrive_parcel(parcel.pk, actor=cast.clerk())
    assert (answer(collection).state, caller.asked, troubled()) == (CollectionState.FAILED, [], [])


def test_by_hand_is_taken_back_where_the_courier_was_another(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel("SF")
    said = hand_over(parcel.pk, order_id=order.pk, how=CollectionState.DROPPED_OFF, actor=WAREHOUSE)
    replace(parcel, "YTO")
    said.refresh_from_db()
    assert said.state == CollectionState.CANCELLED


def test_the_books_find_a_courier_who_is_called_for_nothing(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    assert list(nobody_comes_for_nothing()) == list(waiting_collections_are_asked()) == []
    Parcel.objects.filter(pk=parcel.pk).update(courier="YTO")
    assert list(nobody_comes_for_nothing()) == [], "the deliverer has it still to end"
    undelivered = list(EventDelivery.objects.filter(done_at=None).values_list("pk", flat=True))
    EventDelivery.objects.update(done_at=clock.now())
    assert len(list(nobody_comes_for_nothing())) == 1
    EventDelivery.objects.filter(pk__in=undelivered).update(done_at=None)
    Collection.objects.filter(pk=collection.pk).update(stuck_at=clock.now())
    assert len(list(waiting_collections_are_asked())) == 1
    Collection.objects.filter(pk=collection.pk).update(stuck_at=None)
    Parcel.objects.filter(pk=parcel.pk).update(courier="ZTO")
