"""A deliverer killed (SIGKILL) in the middle of reading pushes: each step is written once, and no journey is wrong."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from orders.tracking.models import Journey, Tracking, TrackingEvent, TrackingPush
from orders.tracking.services.pushes import keep_push
from shop import clock
from shop.clients.tracking.news import BEIJING
from shop.couriers.models import Provider, ProviderAccount
from shop.events.models import Event, StuckTimer
from tests import cast
from tests.faults.conftest import FaultShop, wait_until
from tests.tracking.parcels import followed

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]
PARCELS, STEPS = 12, (("1", Journey.COLLECTED), ("2", Journey.IN_TRANSIT), ("202", Journey.DELIVERING))
CUSTOMER = "1000000"


@contextmanager
def news_cannot_be_written() -> Iterator[None]:
    """Whoever writes news waits, with its parcels locked; on a connection of its own."""
    beside = connection.copy()
    beside.set_autocommit(False)
    try:
        with beside.cursor() as cursor:
            cursor.execute("LOCK TABLE tracking_trackingevent IN SHARE MODE")
        yield
    finally:
        beside.close()


def write_push(tracking: Tracking, steps: int) -> str:
    """The whole history of so many steps, as 快递鸟 pushes it."""
    start = clock.now().astimezone(BEIJING).replace(microsecond=0) - timedelta(hours=9)
    traces = [
        {"AcceptTime": f"{start + timedelta(hours=n):%Y-%m-%d %H:00:00}", "AcceptStation": f"第 {n} 站"}
        for n in range(steps)
    ]
    code, _state = STEPS[steps - 1]
    parcel = {"ShipperCode": tracking.courier, "LogisticCode": tracking.tracking_no, "State": code}
    data = [parcel | {"Success": True, "Traces": traces}]
    return json.dumps({"EBusinessID": CUSTOMER, "Count": "1", "Data": data}, ensure_ascii=False)


def is_reading() -> bool:
    """Whether somebody waits to write news, in the middle of a batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s",
            ["%tracking_trackingevent%"],
        )
        return cursor.fetchone() is not None


def test_killed_in_the_middle_each_step_is_written_once(shop: FaultShop) -> None:
    cast.use_courier("SF")
    ProviderAccount.objects.update_or_create(
        provider=Provider.KDNIAO, defaults={"customer": CUSTOMER, "key": "test-key"}
    )
    trackings = [followed() for _ in range(PARCELS)]
    # Parcels of tests before this one may be told of at any time.
    news = TrackingEvent.objects.filter(tracking__in=trackings)
    pushes: set[str] = set()
    with news_cannot_be_written():
        for steps in (2, 1, 3):
            for tracking in trackings:
                text = write_push(tracking, steps)
                keep_push(Provider.KDNIAO, text)
                pushes.add(hashlib.sha256(text.encode()).hexdigest())
        wait_until(is_reading)
        shop.processes.kill("deliver")
    unread = TrackingPush.objects.filter(digest__in=pushes)
    assert (unread.count(), news.count()) == (PARCELS * len(STEPS), 0)
    # Its claim runs out by itself; that time is set forward instead of waited for.
    StuckTimer.objects.update(until=clock.now())
    shop.processes.start("deliver")
    wait_until(lambda: not unread.exists())
    assert_each_step_once([tracking.pk for tracking in trackings])


def assert_each_step_once(ids: list[int]) -> None:
    words = Counter((row.tracking_id, row.words) for row in TrackingEvent.objects.filter(tracking__in=ids))
    assert words == Counter((pk, f"第 {n} 站") for pk in ids for n in range(len(STEPS)))
    assert set(Tracking.objects.filter(pk__in=ids).values_list("state", flat=True)) == {Journey.DELIVERING}
    heard = Event.objects.filter(kind="tracking", subject_id__in=ids, verb="tracking.delivering")
    assert Counter(heard.values_list("subject_id", flat=True)) == Counter(ids)
