"""“Call the courier” pressed by many, against what others say of the parcel, and asked by many workers."""

import pytest

from orders.collections.models import Collection, CollectionState
from orders.collections.services.asking import hand_over
from orders.collections.services.ending import call_off
from orders.collections.tasks import ask_caller
from tests import cast
from tests.collecting.conftest import ScriptedCaller, answer, call, sent_parcel
from tests.races.conftest import codes_of, run_together
from tests.waybills.conftest import set_up_couriers

ROUNDS = 6
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]


@pytest.fixture(autouse=True)
def caller(open_shop: object, monkeypatch: pytest.MonkeyPatch) -> ScriptedCaller:
    scripted = ScriptedCaller()
    monkeypatch.setattr("orders.collections.tasks.open_caller", lambda _name: scripted)
    set_up_couriers()
    return scripted


def press(order, parcel, actor=STAFF[0]):
    return lambda: call(order, parcel, actor=actor)


def drop_off(order, parcel, actor=STAFF[1]):
    how = CollectionState.DROPPED_OFF
    return lambda: hand_over(parcel.pk, order_id=order.pk, how=how, actor=actor)


def test_pressed_by_many_there_is_one_collection():
    order, parcel = sent_parcel()
    results = run_together([press(order, parcel, STAFF[n % 2]) for n in range(20)])
    assert codes_of(results) == ["ok"] * 20
    assert {row.pk for row in results} == set(Collection.objects.values_list("pk", flat=True))


def test_without_the_locks_the_database_is_the_last_guard(switch_off_order_lock):
    order, parcel = sent_parcel()
    switch_off_order_lock(2)
    told = codes_of(run_together([press(order, parcel), press(order, parcel, STAFF[1])]))
    assert told[-1] == "ok" and told[0] in ("IntegrityError", "stale", "ok")
    assert Collection.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_called_and_dropped_off_at_once_one_of_both_stands(_round):
    order, parcel = sent_parcel()
    told = codes_of(run_together([press(order, parcel), drop_off(order, parcel)]))
    assert told == ["already_handed_over", "ok"] and Collection.objects.count() == 1


def test_asked_by_20_workers_the_provider_hears_of_it_once(caller):
    collection = call(*sent_parcel())
    run_together([lambda: ask_caller(collection.pk)] * 20)
    assert caller.asked == [collection.code]


def test_without_the_lease_it_would_be_asked_by_all(caller, monkeypatch):
    collection = call(*sent_parcel())
    rows = Collection.objects.select_related("order__customer", "sender", "parcel")
    monkeypatch.setattr("orders.collections.tasks.lease_collection", lambda pk: rows.get(pk=pk))
    run_together([lambda: ask_caller(collection.pk)] * 4)
    assert caller.asked == [collection.code] * 4
    assert Collection.objects.get().state == CollectionState.CALLED


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_called_off_by_two_it_is_called_off_once(_round, caller):
    collection = answer(call(*sent_parcel()))
    acts = [lambda a=actor: call_off(collection.pk, actor=a) for actor in STAFF]
    assert codes_of(run_together(acts)).count("ok") == 1
    run_together([lambda: ask_caller(collection.pk)] * 4)
    assert caller.called_off == [collection.code]
