"""The worker dies in the middle of labelling and of shipping many orders: one number and one parcel for each."""

from collections import Counter

import pytest

from orders.models import Order
from orders.shipping.models import ParcelLine
from orders.stages import Stage
from orders.waybills.models import Waybill, WaybillState
from shop import clock
from shop.couriers.models import Sender
from shop.events.models import Event
from shop.jobs.models import Job, JobState
from shop.jobs.registry import Subject
from shop.jobs.services import make_job
from shop.staff.models import StaffUser
from tests import cast
from tests.faults.conftest import FaultShop, wait_until
from tests.faults.test_bulk import kill_at
from tests.faults.test_waybills import set_up

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
ORDERS = 120
KILLS_AT = (1, 30, 75, 110)


def prepare_orders() -> list[Order]:
    sku = cast.make_sku(on_hand=ORDERS)
    return [cast.prepared_order(basket={sku.pk: 1}, key=f"labels-{sku.pk}-{n}") for n in range(ORDERS)]


def make(kind: str, orders: list[Order], maker: StaffUser, **typed: object) -> Job:
    subjects = [Subject(order.pk, order.number) for order in orders]
    return make_job(kind, actor=cast.actor_of(maker), key=kind, subjects=subjects, typed=typed)


def run_with_kills(shop: FaultShop, job: Job) -> None:
    kills = kill_at(shop, job, KILLS_AT)
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_open, seconds=120)
    job.refresh_from_db()
    assert kills >= len(KILLS_AT) - 1
    assert (job.state, job.done, job.failed) == (JobState.DONE, ORDERS, 0)


def assert_once_each(verb: str, orders: list[Order]) -> None:
    ids = [order.pk for order in orders]
    moved = Event.objects.filter(kind="order", verb=verb, subject_id__in=ids)
    assert Counter(moved.values_list("subject_id", flat=True)) == Counter(ids)


def test_killed_again_and_again_while_many_orders_are_labelled_and_shipped(shop: FaultShop) -> None:
    set_up(shop)
    maker, orders = cast.make_staff("warehouse"), prepare_orders()
    sender = Sender.objects.get(is_default=True)
    job = make("order.label", orders, maker, courier="ZTO", sender_id=sender.pk, remark="")
    run_with_kills(shop, job)
    assert_once_each("order.label", orders)
    waybills = Waybill.objects.filter(order__in=orders)
    # Whoever was asking when the worker died holds a lease, which runs out by itself; so do lost tasks.
    late = waybills.filter(state__in=(WaybillState.REQUESTED, WaybillState.UNKNOWN))
    late.update(lease_until=clock.now(), next_try_at=clock.now())
    wait_until(lambda: set(waybills.values_list("state", flat=True)) == {WaybillState.ISSUED}, seconds=120)
    assert waybills.count() == ORDERS
    for waybill in waybills:
        assert [made["number"] for made in shop.told(waybill.code)["waybills"]] == [waybill.tracking_no]
    run_with_kills(shop, make("order.ship_part", orders, maker))
    assert_once_each("order.ship", orders)
    assert set(
        Order._base_manager.filter(pk__in=[order.pk for order in orders]).values_list("stage", flat=True)
    ) == {Stage.SHIPPED}
    assert ParcelLine.objects.filter(order_line__order__in=orders).count() == ORDERS
    assert set(waybills.values_list("state", flat=True)) == {WaybillState.USED}
