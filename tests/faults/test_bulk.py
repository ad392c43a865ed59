"""The worker dies (SIGKILL) in the middle of a job: it resumes, and each row is done once."""

from collections import Counter
from collections.abc import Iterable

import pytest

from orders.models import Order
from orders.stages import Stage
from shop import clock
from shop.catalog.models import Sku
from shop.catalog.product_sheet import PRODUCTS
from shop.events.models import Event
from shop.jobs.models import Job, JobState, RowState
from shop.jobs.registry import Subject
from shop.jobs.services import confirm_job, make_job
from shop.jobs.sheets.services import upload_sheet
from shop.store.choices import PayMethod
from tests import cast
from tests.faults.conftest import FaultShop, wait_until
from tests.sheets.making import csv

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


def kill_at(shop: FaultShop, job: Job, points: Iterable[int]) -> int:
    """Kill the worker when so many rows are done; returns how often that was before the end."""
    kills = 0
    for point in points:
        wait_until(lambda point=point: count_tried(job) >= point)
        shop.processes.kill("worker")
        kills += count_tried(job) < job.total
        shop.processes.start("worker")
        set_forward(job)
    return kills


def set_forward(job: Job) -> None:
    """The lease of a dead worker runs out by itself; that time is set forward instead of waited for."""
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now(), resume_at=clock.now())


def test_a_worker_killed_again_and_again_in_a_bulk_confirm(shop: FaultShop) -> None:
    orders = place_to_confirm()
    job = make(orders, unfit=3)
    kills = kill_at(shop, job, KILLS_AT)
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
    set_forward(job)
    wait_until(lambda: count_tried(job) == ORDERS)
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_open)
    assert_each_moved_once(job, orders, unfit=0)


def test_a_worker_killed_while_it_checks_a_sheet_and_while_it_applies_it(shop: FaultShop) -> None:
    maker = cast.actor_of(cast.make_staff("owner"))
    mark = f"K{maker.id}-"
    rows = [f"{mark}{at},{mark}{at},x,{'many' if at < 3 else 1}" for at in range(ORDERS)]
    job = upload_sheet(
        PRODUCTS, "商品.csv", csv("商品名称,SKU编码,规格,价格", *rows), actor=maker, key="killed"
    )
    wait_until(lambda: get_job(job).started_at is not None)
    shop.processes.kill("worker")
    shop.processes.start("worker")
    set_forward(job)
    wait_until(lambda: get_job(job).state == JobState.CHECKED)
    assert not Sku.objects.filter(code__startswith=mark).exists()
    confirm_job(job.pk, actor=maker)
    kills = kill_at(shop, get_job(job), KILLS_AT[1:])
    wait_until(lambda: not get_job(job).is_open)
    job.refresh_from_db()
    assert kills >= len(KILLS_AT) - 2
    assert (job.state, job.done, job.failed) == (JobState.DONE, ORDERS - 3, 3)
    assert Counter(job.rows.values_list("state", flat=True)) == {
        RowState.DONE: ORDERS - 3,
        RowState.FAILED: 3,
    }
    added = Sku.objects.filter(code__startswith=mark)
    assert added.count() == added.values("product_id").distinct().count() == ORDERS - 3


def get_job(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)
