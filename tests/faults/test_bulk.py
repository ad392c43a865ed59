"""The worker dies (SIGKILL) in the middle of a bulk confirm: it resumes, and each order is moved once."""

from collections import Counter

import pytest

from orders.models import Order
from orders.stages import Stage
from shop import clock
from shop.events.models import Event
from shop.jobs.models import Job, JobState, RowState
from shop.jobs.registry import Subject
from shop.jobs.services import make_job
from shop.store.choices import PayMethod
from tests import cast
from tests.faults.conftest import FaultShop, wait_until

pytestmark = pytest.mark.fault

ORDERS = 300
KILLS_AT = (1, 40, 95, 170, 240, 295)


def place_to_confirm() -> list[Order]:
    buyer, sku = cast.make_customer(), cast.make_sku(on_hand=ORDERS * 2)
    return [
        cast.place(buyer, basket={sku.pk: 1}, pay_method=PayMethod.COD, key=f"bulk-{sku.pk}-{n}")
        for n in range(ORDERS)
    ]


def make(orders: list[Order], *, unfit: int) -> Job:
    maker = cast.actor_of(cast.make_staff("order_clerk"))
    for order in orders[:unfit]:
        cast.confirm_order(order.pk, actor=cast.clerk())
    subjects = [Subject(order.pk, order.number) for order in orders]
    return make_job("order.confirm", actor=maker, key="bulk", subjects=subjects)


def count_tried(job: Job) -> int:
    job.refresh_from_db()
    return job.tried


def assert_each_moved_once(job: Job, orders: list[Order], *, unfit: int) -> None:
    job.refresh_from_db()
    assert (job.state, job.total) == (JobState.DONE, ORDERS)
    assert (job.done, job.failed) == (ORDERS - unfit, unfit)
    states = Counter(job.rows.values_list("state", flat=True))
    assert states == Counter({RowState.DONE: ORDERS - unfit, RowState.FAILED: unfit})
    ids = [order.pk for order in orders]
    moves = Event.objects.filter(verb="order.confirm", subject_id__in=ids).values_list(
        "subject_id", flat=True
    )
    assert Counter(moves) == Counter(ids)
    assert set(Order.objects.filter(pk__in=ids).values_list("stage", flat=True)) == {Stage.CONFIRMED}
    ends = Event.objects.filter(kind="job", subject_id=job.pk, verb="job.finish")
    assert ends.count() == 1


def test_a_worker_killed_again_and_again_in_a_bulk_confirm(shop: FaultShop) -> None:
    orders = place_to_confirm()
    job = make(orders, unfit=3)
    kills = 0
    for point in KILLS_AT:
        wait_until(lambda point=point: count_tried(job) >= point)
        shop.processes.kill("worker")
        kills += count_tried(job) < ORDERS
        shop.processes.start("worker")
        # Its lease runs out by itself; that time is set forward instead of waited for.
        Job.objects.filter(pk=job.pk).update(lease_until=clock.now(), resume_at=clock.now())
    wait_until(lambda: count_tried(job) == ORDERS)
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_open)
    assert kills >= len(KILLS_AT) - 1
    assert_each_moved_once(job, orders, unfit=3)


def test_web_worker_and_deliverer_restarted_between_press_and_end(shop: FaultShop) -> None:
    orders = place_to_confirm()
    shop.processes.kill("deliver")
    job = make(orders, unfit=0)
    shop.processes.kill("worker")
    shop.processes.kill("web")
    shop.processes.start("web", "deliver", "worker")
    wait_until(lambda: count_tried(job) > 20)
    shop.processes.stop("worker")
    shop.processes.start("worker")
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now(), resume_at=clock.now())
    wait_until(lambda: count_tried(job) == ORDERS)
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_open)
    assert_each_moved_once(job, orders, unfit=0)
