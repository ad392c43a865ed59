"""Calling the courier for a parcel: once, under one code, whatever the provider answers; and what people do."""

from datetime import timedelta

import pytest

from orders.collections.handlers import end_with_parcel
from orders.collections.models import Collection, CollectionState
from orders.collections.selectors import list_due
from orders.collections.services.asking import Window, hand_over
from orders.collections.services.ending import call_off
from orders.shipping.models import Parcel
from orders.shipping.services.ship import arrive_parcel, undo_ship
from shop import clock
from shop.clients.errors import Rejected, Unknown, Unreachable
from shop.couriers.models import CourierAccount, Provider, ProviderAccount
from shop.events.models import Event
from tests import cast
from tests.collecting.conftest import WAREHOUSE, ScriptedCaller, answer, call, sent_parcel, soon, verbs
from tests.expect import refused, verbs_of

NO = Rejected("105", "业务错误[不在揽收范围]", 200)


def say(how: CollectionState, order, parcel) -> Collection:
    return hand_over(parcel.pk, order_id=order.pk, how=how, actor=WAREHOUSE)


def test_the_courier_is_asked_for_what_was_chosen(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    window = soon()
    collection = answer(call(order, parcel, window=window))
    (request,) = caller.requests
    assert (collection.state, request.code) == (CollectionState.CALLED, f"{order.number}-C1")
    assert (request.tracking_no, request.receiver.name) == (parcel.tracking_no, order.recipient)
    assert (request.start, request.end) == (window.start, window.end)
    assert request.goods and request.sender.postcode == "310013"
    assert verbs(collection) == ["ask", "called"] and "hand_over" in verbs_of(order)


def test_a_second_press_is_the_same_collection(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    first = answer(call(order, parcel))
    assert call(order, parcel).pk == first.pk and answer(first).version == 2
    assert caller.asked == [first.code]


def test_without_an_answer_it_is_asked_again_under_its_code(caller: ScriptedCaller) -> None:
    caller.say(Unknown("timeout"), NO)
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel), times=2)
    assert collection.state == CollectionState.UNKNOWN, "a no after no answer proves nothing"
    assert call(order, parcel).pk == collection.pk
    assert list_due(clock.now() + timedelta(minutes=1), (), 9) == [collection.pk]
    assert answer(collection).state == CollectionState.CALLED and set(caller.asked) == {collection.code}


def test_who_was_not_reached_has_not_heard_of_it(caller: ScriptedCaller) -> None:
    caller.say(Unreachable("no route"), NO)
    collection = answer(call(*sent_parcel()), times=2)
    assert (collection.state, collection.last_error) == (CollectionState.FAILED, "业务错误[不在揽收范围]")


def test_after_a_no_it_can_be_called_anew_under_another_code(caller: ScriptedCaller) -> None:
    caller.say(NO)
    order, parcel = sent_parcel()
    answer(call(order, parcel))
    again = answer(call(order, parcel))
    assert (again.state, again.code) == (CollectionState.CALLED, f"{order.number}-C2")


@pytest.mark.parametrize("was_heard", [True, False])
def test_nobody_is_called_for_a_time_that_is_over(caller: ScriptedCaller, was_heard: bool) -> None:
    caller.say(Unknown("timeout") if was_heard else Unreachable("no route"))
    collection = answer(call(*sent_parcel()))
    with clock.at(clock.now() + timedelta(hours=4)):
        collection = answer(collection)
    assert (collection.state, collection.next_try_at) == (CollectionState.FAILED, None)
    assert ("服务商没说" in collection.last_error) is was_heard and len(caller.asked) == 1


def test_a_late_answer_to_what_somebody_settled_changes_nothing(caller: ScriptedCaller) -> None:
    caller.say(Unknown("timeout"))
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    assert say(CollectionState.BY_PHONE, order, parcel).pk == collection.pk
    assert answer(collection).state == CollectionState.BY_PHONE
    assert verbs(collection) == ["ask", "lose", "by_phone"] and len(caller.asked) == 1


def test_it_is_called_off_and_can_be_called_again(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    call_off(collection.pk, actor=WAREHOUSE, expected_version=collection.version)
    caller.say(Unknown("timeout"))
    assert answer(collection).state == CollectionState.CANCELLING
    assert answer(collection).state == CollectionState.CANCELLED
    assert set(caller.called_off) == {collection.code}
    assert call(order, parcel).code == f"{order.number}-C2"


def test_a_courier_who_comes_all_the_same(caller: ScriptedCaller) -> None:
    collection = answer(call(*sent_parcel()))
    call_off(collection.pk, actor=WAREHOUSE)
    caller.say(Rejected("105", "业务错误[已揽收]", 200))
    collection = answer(collection)
    assert (collection.state, collection.last_error) == (CollectionState.CALLED, "业务错误[已揽收]")


@pytest.mark.parametrize("how", [CollectionState.BY_PHONE, CollectionState.DROPPED_OFF])
def test_what_people_do_themselves_is_noted_once_and_taken_back(how: CollectionState) -> None:
    order, parcel = sent_parcel("SF")
    said = say(how, order, parcel)
    assert say(how, order, parcel).pk == said.pk and said.provider == ""
    other = (set(CollectionState) & {CollectionState.BY_PHONE, CollectionState.DROPPED_OFF} - {how}).pop()
    with refused("already_handed_over"):
        say(other, order, parcel)
    assert call_off(said.pk, actor=WAREHOUSE).state == CollectionState.CANCELLED
    assert say(other, order, parcel).state == other


def test_what_is_called_already_is_called_off_first(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    answer(call(order, parcel))
    with refused("already_handed_over"):
        say(CollectionState.DROPPED_OFF, order, parcel)


def test_only_a_way_to_the_courier_can_be_said() -> None:
    with refused("bad_hand_over"):
        say(CollectionState.CALLED, *sent_parcel())


def test_a_time_lies_ahead_and_within_two_days() -> None:
    order, parcel = sent_parcel()
    now, hour = clock.now(), timedelta(hours=1)
    for window in (
        Window(now - 3 * hour, now - hour),
        Window(now + 2 * hour, now + hour),
        Window(now + 48 * hour, now + 50 * hour),
    ):
        with refused("bad_window"):
            call(order, parcel, window=window)
    assert not Collection.objects.exists()


def test_where_no_provider_calls_only_people_can() -> None:
    with refused("cannot_call"):
        call(*sent_parcel("SF"))
    made = ProviderAccount.objects.create(
        provider=Provider.KUAIDI100, customer="k", key="s", tested_at=clock.now()
    )
    CourierAccount.objects.filter(code="ZTO").update(provider=made.provider)
    with refused("cannot_call"):
        call(*sent_parcel())


def test_a_parcel_that_is_gone_is_not_collected(sender) -> None:
    order, parcel = sent_parcel()
    with refused("not_found"):
        call(cast.shipped_order(), parcel)
    sender.is_default = False
    sender.save()
    with refused("no_sender"):
        call(order, parcel)
    Parcel.objects.filter(pk=parcel.pk).update(has_moved=True)
    with refused("parcel_collected"):
        call(order, parcel)
    arrive_parcel(parcel.pk, actor=cast.clerk())
    with refused("parcel_arrived"):
        call(order, parcel)


def test_support_may_not() -> None:
    order, parcel = sent_parcel()
    with refused("forbidden"):
        call(order, parcel, actor=cast.clerk("support"))


def undo(parcel: Parcel) -> None:
    undo_ship(parcel.pk, actor=WAREHOUSE)
    end_with_parcel(Event.objects.filter(verb="order.undo_ship").latest("pk"))


def test_of_a_parcel_that_is_taken_back_the_courier_is_called_off(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    undo(parcel)
    assert answer(collection).state == CollectionState.CANCELLED
    assert caller.called_off == [collection.code]


def test_one_that_is_being_called_meanwhile_is_called_off_with_its_answer(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    caller.say(Unknown("timeout"))
    collection = answer(call(order, parcel))
    undo(parcel)
    assert answer(collection).state == CollectionState.CANCELLING
    assert answer(collection).state == CollectionState.CANCELLED


def test_for_one_that_was_taken_back_nobody_is_called(caller: ScriptedCaller) -> None:
    order, parcel = sent_parcel()
    collection = call(order, parcel)
    undo(parcel)
    assert (answer(collection).state, caller.asked) == (CollectionState.FAILED, [])
