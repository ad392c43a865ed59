"""Two people who upload one file of tracking numbers: whatever each of them was shown, it is shipped once."""

from dataclasses import replace

import pytest

from orders.desk.bulk import sheet
from orders.desk.bulk.sheet import SHIPMENTS
from orders.models import Order
from orders.shipping.models import Parcel
from orders.shipping.services.shares import Share
from shop.actor import Actor
from shop.jobs.models import Job
from shop.jobs.services import confirm_job
from shop.jobs.sheets.checking import Unit
from shop.jobs.sheets.services import upload_sheet
from tests import cast
from tests.expect import fresh
from tests.races.conftest import Rendezvous, run_together
from tests.sheets.importing import work
from tests.sheets.making import csv

NUMBER = "SF1234567890123"


@pytest.fixture
def part() -> tuple[Order, str]:
    """An order of which a part goes into a parcel that was sent before, so that no stage or number stops it."""
    buyer, sku = cast.make_customer(), cast.make_sku()
    before = cast.prepared_order(customer=buyer)
    parcel = replace(cast.parcel(), tracking_no=NUMBER)
    cast.ship_order(before.pk, parcels=[parcel], actor=cast.clerk())
    return cast.prepared_order(customer=buyer, basket={sku.pk: 9}), sku.code


def upload_twice(order: Order, code: str) -> list[Job]:
    """The jobs of two people, both checked and confirmed."""
    raw, jobs = csv("订单号,运单号,SKU编码,数量", f"{order.number},{NUMBER},{code},2"), []
    for _ in range(2):
        actor = cast.actor_of(cast.make_staff("warehouse"))
        job = work(upload_sheet(SHIPMENTS, "发货.csv", raw, actor=actor, key="key"))
        confirm_job(job.pk, actor=actor)
        jobs.append(job)
    return jobs


def meet_before_shipping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both workers have checked the row once more before either of them locks its order."""
    rendezvous, apply = Rendezvous(2), SHIPMENTS.apply

    def meet(unit: Unit, actor: Actor) -> None:
        rendezvous.meet()
        apply(unit, actor)

    monkeypatch.setitem(SHIPMENTS.__dict__, "apply", meet)


def test_one_file_of_two_people_is_shipped_once(
    part: tuple[Order, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = upload_twice(*part)
    meet_before_shipping(monkeypatch)
    run_together([lambda job=job: work(job) for job in jobs])
    assert sorted(Job.objects.values_list("done", "failed")) == [(0, 1), (1, 0)]
    assert fresh(part[0]).pieces_shipped == 2
    assert Parcel.objects.count() == 1


def test_without_the_version_it_would_be_shipped_twice(
    part: tuple[Order, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_share = sheet._make_share

    def forget_version(wanted: sheet.Wanted) -> Share:
        return replace(make_share(wanted), version=None)  # type: ignore[arg-type]  # what the control leaves out

    monkeypatch.setattr(sheet, "_make_share", forget_version)
    jobs = upload_twice(*part)
    meet_before_shipping(monkeypatch)
    run_together([lambda job=job: work(job) for job in jobs])
    assert fresh(part[0]).pieces_shipped == 4


def test_the_second_to_come_is_told_that_it_was_shipped_under_this_number(part: tuple[Order, str]) -> None:
    first, second = upload_twice(*part)
    work(first)
    work(second)
    assert (second.done, second.failed) == (0, 1)
    assert second.rows.get().reason == "已用这个单号发货。"
    again = csv("订单号,运单号,SKU编码,数量", f"{part[0].number},{NUMBER},{part[1]},2")
    actor = cast.actor_of(cast.make_staff("warehouse"))
    job = work(upload_sheet(SHIPMENTS, "发货.csv", again, actor=actor, key="key"))
    assert [row.fate for row in job.rows.all()] == ["same"]
