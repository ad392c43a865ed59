"""“Get e-waybill” pressed by many, and against whoever changes or cancels the order at that moment."""

import pytest

from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_paid
from orders.services.place import Recipient
from orders.shipping.services.labelled import ship_labelled
from orders.shipping.services.ship import NewParcel, ship_order
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.services.asking import Wish, request_waybill
from orders.waybills.services.ending import void_waybill
from orders.waybills.services.whole import request_whole
from orders.waybills.tasks import ask_provider
from shop.couriers.models import Sender
from shop.errors import Refused
from shop.jobs.models import Job
from shop.jobs.registry import Subject
from shop.jobs.running import run_slice
from shop.jobs.services import make_job
from tests import cast
from tests.expect import fresh
from tests.races.conftest import codes_of, run_together
from tests.waybills.conftest import ScriptedProvider, set_up_couriers

ROUNDS = 6
STAFF = [cast.clerk(name="王店长", id_=1), cast.clerk("warehouse", name="李四", id_=2)]
ELSEWHERE = Recipient("李雷", "13800002222", "浙江省", "杭州市", "西湖区", "文三路9号")


@pytest.fixture(autouse=True)
def provider(open_shop: object, monkeypatch: pytest.MonkeyPatch) -> ScriptedProvider:
    scripted = ScriptedProvider()
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: scripted)
    set_up_couriers()
    return scripted


def press(order, actor=STAFF[0]):
    return lambda: request_waybill(order.pk, wish=Wish("ZTO"), actor=actor)


def test_pressed_50_times_by_two_people_there_is_one_code():
    order = cast.prepared_order()
    results = run_together([press(order, STAFF[n % 2]) for n in range(50)])
    assert codes_of(results) == ["ok"] * 50
    assert {waybill.pk for waybill in results} == set(Waybill.objects.values_list("pk", flat=True))


def test_without_the_lock_the_database_is_the_last_guard(switch_off_order_lock):
    order = cast.prepared_order()
    switch_off_order_lock(4)
    results = run_together([press(order, STAFF[n % 2]) for n in range(4)])
    # Who is slow finds the row of a faster one, and is content with it.
    assert {*codes_of(results)} == {"IntegrityError", "ok"}


def test_asked_by_20_workers_the_provider_hears_of_it_once(provider):
    waybill = press(cast.prepared_order())()
    run_together([lambda: ask_provider(waybill.pk)] * 20)
    assert provider.asked == [waybill.code]


def test_without_the_lease_it_would_be_asked_by_all(provider, monkeypatch):
    waybill = press(cast.prepared_order())()
    monkeypatch.setattr(
        "orders.waybills.tasks.lease_waybill",
        lambda pk: Waybill.objects.select_related("order__customer", "sender").get(pk=pk),
    )
    run_together([lambda: ask_provider(waybill.pk)] * 4)
    assert provider.asked == [waybill.code] * 4
    assert Waybill.objects.get().state == WaybillState.ISSUED


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_a_new_address_one_of_both_wins(_round):
    order = cast.prepared_order()
    change = lambda: change_address(order.pk, to=ELSEWHERE, actor=STAFF[0])  # noqa: E731
    results = run_together([press(order), change])
    has_changed = fresh(order).address_detail == ELSEWHERE.columns["address_detail"]
    refusals = [told.code for told in results if isinstance(told, Refused)]
    assert refusals == ([] if has_changed else ["has_label"])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_cancelling_one_of_both_wins(_round):
    order = cast.prepared_order()
    cancel = lambda: cancel_paid(order.pk, reason="x", actor=STAFF[0])  # noqa: E731
    results = run_together([press(order, STAFF[1]), cancel])
    assert codes_of(results).count("ok") == 1
    assert fresh(order).has_label == (fresh(order).stage == Stage.PREPARING)


def test_without_the_lock_a_label_and_a_cancellation_would_both_try(switch_off_order_lock):
    order = cast.prepared_order()
    switch_off_order_lock(2)
    cancel = lambda: cancel_paid(order.pk, reason="x", actor=STAFF[0])  # noqa: E731
    results = run_together([press(order, STAFF[1]), cancel])
    assert "stale" in codes_of(results)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_voiding_against_shipping_one_of_both_wins(_round):
    order = cast.prepared_order()
    waybill = press(order)()
    ask_provider(waybill.pk)
    waybill.refresh_from_db()
    parcel = NewParcel(waybill.courier, waybill.tracking_no)
    results = run_together(
        [
            lambda: ship_order(order.pk, parcels=[parcel], actor=STAFF[1]),
            lambda: void_waybill(waybill.pk, actor=STAFF[0]),
        ]
    )
    assert codes_of(results).count("ok") == 1
    assert (fresh(order).stage == Stage.SHIPPED) == (Waybill.objects.get().state == WaybillState.USED)


def press_in_bulk(order, actor):
    return lambda: request_whole(order.pk, wish=Wish("ZTO"), actor=actor)


def make_label_job(order, key):
    maker = cast.actor_of(cast.make_staff("warehouse"))
    typed = {"courier": "ZTO", "sender_id": Sender.objects.get(is_default=True).pk, "remark": key}
    subjects = [Subject(order.pk, order.number)]
    return make_job("order.label", actor=maker, key=key, subjects=subjects, typed=typed)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_in_two_jobs_and_a_dialog_at_once_there_is_one_e_waybill(_round, provider):
    order = cast.prepared_order()
    jobs = [make_label_job(order, key) for key in ("first", "second")]
    results = run_together([press(order), *(lambda pk=job.pk: run_slice(pk) for job in jobs)])
    assert not [told for told in results if isinstance(told, Exception)]
    assert [Job.objects.get(pk=job.pk).done for job in jobs] == [1, 1]
    waybill = Waybill.objects.get()
    run_together([lambda: ask_provider(waybill.pk)] * 4)
    assert provider.asked == [waybill.code]


def test_without_the_lock_two_jobs_would_ask_twice(switch_off_order_lock):
    order = cast.prepared_order()
    switch_off_order_lock(4)
    results = run_together([press_in_bulk(order, STAFF[n % 2]) for n in range(4)])
    # Who is slow finds the row of a faster one, and is content with it.
    assert {*codes_of(results)} == {"IntegrityError", "ok"}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_shipped_in_two_jobs_and_a_dialog_at_once_it_is_sent_once(_round):
    order = cast.prepared_order()
    waybill = press(order)()
    ask_provider(waybill.pk)
    waybill.refresh_from_db()
    parcel = NewParcel(waybill.courier, waybill.tracking_no)
    results = run_together(
        [
            lambda: ship_labelled(order.pk, actor=STAFF[0]),
            lambda: ship_labelled(order.pk, actor=STAFF[1]),
            lambda: ship_order(order.pk, parcels=[parcel], actor=STAFF[1]),
        ]
    )
    assert codes_of(results).count("ok") == 1
    assert order.lines.get().parcel_lines.count() == 1
