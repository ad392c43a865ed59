"""F1: the worker dies (SIGKILL) at twenty points of two thousand rows that ship: each row is done once."""

from collections import Counter

import pytest

from orders.desk.bulk.sheet import SHIPMENTS
from orders.models import Order
from orders.shipping.models import Parcel
from orders.stages import Stage
from shop.events.models import Event
from shop.jobs.models import JobState, RowState
from shop.jobs.services import confirm_job
from shop.jobs.sheets.services import upload_sheet
from shop.store.choices import PayMethod
from tests import cast
from tests.faults.conftest import FaultShop, wait_until
from tests.faults.test_bulk import get_job, kill_at
from tests.sheets.making import csv

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

ROWS = 2000
WRONG = 40
KILLS_AT = tuple(range(WRONG + 20, ROWS, 97))


def place_confirmed() -> list[Order]:
    buyer, sku = cast.make_customer(), cast.make_sku(on_hand=ROWS)
    orders = [
        cast.place(buyer, basket={sku.pk: 1}, pay_method=PayMethod.COD, key=f"f1-{sku.pk}-{n}")
        for n in range(ROWS - WRONG)
    ]
    return [cast.confirm_order(order.pk, actor=cast.clerk()) for order in orders]


def make_number(at: int) -> str:
    return f"SF77{at:011d}"


def test_a_worker_killed_at_twenty_points_ships_every_row_once(shop: FaultShop) -> None:
    orders = place_confirmed()
    lines = [f"{order.number},{make_number(at)}" for at, order in enumerate(orders)]
    lines += [f"2611300000{at:08d},{make_number(ROWS + at)}" for at in range(1, WRONG + 1)]
    maker = cast.actor_of(cast.make_staff("warehouse"))
    job = upload_sheet(SHIPMENTS, "发货.csv", csv("订单号,运单号", *lines), actor=maker, key="f1")
    wait_until(lambda: get_job(job).state == JobState.CHECKED)
    confirm_job(job.pk, actor=maker)
    kills = kill_at(shop, get_job(job), KILLS_AT)
    wait_until(lambda: not get_job(job).is_open, seconds=120)
    job.refresh_from_db()
    assert len(KILLS_AT) >= 20 and kills >= len(KILLS_AT) - 1
    assert (job.state, job.total, job.done, job.failed) == (JobState.DONE, ROWS, ROWS - WRONG, WRONG)
    states = Counter(job.rows.values_list("state", flat=True))
    assert states == {RowState.DONE: ROWS - WRONG, RowState.FAILED: WRONG}
    assert_each_shipped_once(orders)


def assert_each_shipped_once(orders: list[Order]) -> None:
    ids = [order.pk for order in orders]
    shipped = Event.objects.filter(verb="order.ship", subject_id__in=ids).values_list("subject_id", flat=True)
    assert Counter(shipped) == Counter(ids)
    assert set(Order.objects.filter(pk__in=ids).values_list("stage", flat=True)) == {Stage.SHIPPED}
    numbers = Parcel.objects.filter(tracking_no__startswith="SF77").values_list("tracking_no", flat=True)
    assert Counter(numbers) == Counter(make_number(at) for at in range(len(orders)))
