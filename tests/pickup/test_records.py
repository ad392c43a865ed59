"""The records of what was handed out: found by store, verifier and day, each seen where its order is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pickup.models import Verification
from pickup.services.verifying import undo_verify
from shop import clock
from tests import cast
from tests.console import browser, page_with, sign_in
from tests.pickup.counter import appoint, hand_out, waiting

URL = "/console/pickup/records/"
MANAGER = cast.clerk("manager", name="王店长", id_=2)


def shown(client: Client, **query: object) -> list[int]:
    return [row.pk for row in client.get(URL, query).context["page"].rows]


@pytest.fixture
def days() -> list[Verification]:
    """Of the day before yesterday, of yesterday and of today, each at a store of its own."""
    rows = [hand_out(waiting()) for _ in range(3)]
    for row, ago in zip(rows, (2, 1, 0), strict=True):
        Verification.objects.filter(pk=row.pk).update(at=clock.now() - timedelta(days=ago))
    return rows


def day(ago: int) -> str:
    return (timezone.localdate(clock.now()) - timedelta(days=ago)).isoformat()


def test_found_by_days_both_ends_included(days):
    owner = browser()
    old, middle, new = (row.pk for row in days)
    assert shown(owner) == [new, middle, old]
    assert shown(owner, since=day(1)) == [new, middle]
    assert shown(owner, until=day(1)) == [middle, old]
    assert shown(owner, since=day(1), until=day(1)) == [middle]
    page = page_with(200, owner.get(URL, {"since": day(1), "until": day(1)}))
    assert f"Handed out {day(1)} – {day(1)}" in page
    assert "until" not in owner.get(URL, {"until": "2026-02-30"}).context["form"].cleaned_data


def test_pages_of_days_follow_the_time_and_not_the_number(days, monkeypatch):
    owner = browser()
    # The first was handed out last, as a clock that went wrong would have it.
    Verification.objects.filter(pk=days[0].pk).update(at=clock.now() + timedelta(minutes=1))
    assert shown(owner, since=day(3))[0] == days[0].pk
    cursor = f"{Verification.objects.get(pk=days[2].pk).at.isoformat()}~{days[2].pk}"
    assert shown(owner, since=day(3), older=cursor) == [days[1].pk]


def test_found_by_store_verifier_and_what_was_undone():
    order, other = waiting(), waiting()
    verifier = appoint(order.pickup_store, nickname="小周")
    credited, plain = hand_out(order, verifier_id=verifier.pk), hand_out(other)
    undo_verify(other.pk, reason="拿错了", actor=MANAGER)
    owner = browser()
    assert shown(owner, store=order.pickup_store_id) == [credited.pk]
    assert shown(owner, verifier=verifier.pk) == [credited.pk]
    assert shown(owner, undone="yes") == [plain.pk]
    page = page_with(200, owner.get(f"/console/pickup/verifiers/{verifier.pk}/"))
    assert order.number in page.replace(" ", "")
    assert other.number not in page.replace(" ", "")


def test_who_works_at_a_store_sees_what_was_handed_out_there():
    order, other = waiting(), waiting()
    here, there = hand_out(order), hand_out(other)
    clerk = sign_in(cast.make_staff("store_clerk", stores=[order.pickup_store]))
    assert shown(clerk) == [here.pk]
    assert shown(clerk, store=other.pickup_store_id) == []
    assert shown(browser("support")) == [there.pk, here.pk]


def test_the_way_to_their_sheet_is_shown_to_who_exports():
    store = waiting().pickup_store
    link = f"/console/exports/new/?sheet=handed_out&amp;filter=delivery%3Dpickup%26store%3D{store.pk}"
    assert link in page_with(200, browser("finance").get(URL, {"store": store.pk}))
    assert "/console/exports/new/" not in page_with(200, browser("order_clerk").get(URL))
    page_with(200, browser("manager").get(link.replace("&amp;", "&")))
