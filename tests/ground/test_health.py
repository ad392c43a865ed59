"""What the machinery says of itself: the disk that runs full, the broker that is away, work that waits."""

import socket
import time
from datetime import timedelta

import pytest

from shop import clock
from shop.events import health
from shop.events.health import Disk, get_health, get_last_sweep_at, is_broker_up, measure_disk
from shop.events.models import Event, EventDelivery, StuckTimer
from shop.events.sweeping import sweep

GB = 1024**3


@pytest.mark.parametrize(
    ("free", "total", "is_low"),
    [
        (2 * GB, 10 * GB, False),
        (2 * GB - 1, 10 * GB, True),
        (2 * GB, 20 * GB, False),
        (10 * GB, 100 * GB, False),
        (10 * GB - 1, 100 * GB, True),
    ],
)
def test_a_disk_is_low_under_two_gigabytes_or_a_tenth(free: int, total: int, is_low: bool) -> None:
    assert Disk(free, total).is_low == is_low


def test_the_disk_is_that_of_the_data(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    disk = measure_disk()
    assert disk is not None and 0 < disk.free_bytes <= disk.total_bytes


def test_of_a_folder_that_is_not_there_nothing_is_said(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path / "nowhere"
    assert measure_disk() is None


def test_a_broker_that_answers_is_up() -> None:
    assert is_broker_up()


def test_a_broker_that_is_away_is_not_up(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert not is_broker_up()


def test_a_broker_that_hangs_is_not_up_and_holds_no_page_up(settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert not is_broker_up()
    assert 0.25 < time.monotonic() - began < 1


@pytest.mark.django_db
def test_before_the_first_round_of_the_timers_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert get_last_sweep_at() is None
    monkeypatch.setattr("shop.events.sweeping.TIMERS", {})
    for hours in (0, 1):
        with clock.at(clock.now() + timedelta(hours=hours)):
            sweep()
            assert get_last_sweep_at() == clock.now()


@pytest.mark.django_db
def test_all_of_it_together(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = clock.now()
    event = Event.objects.create(kind="probe", subject_id=1, number=1, verb="probe", at=moment)
    for handler, changes in (("waiting", {}), ("done", {"done_at": moment}), ("dead", {"dead_at": moment})):
        EventDelivery.objects.create(event=event, handler=handler, due_at=moment, **changes)
    StuckTimer.objects.create(timer="test", subject_id=1, until=moment, attempts=12, dead_at=moment)
    StuckTimer.objects.create(timer="test", subject_id=2, until=moment, attempts=1)
    monkeypatch.setattr(health, "measure_disk", lambda: Disk(1, 2))
    found = get_health()
    assert (found.last_sweep_at, found.undelivered, found.put_aside) == (None, 1, 2)
    assert (found.is_broker_up, found.disk) == (True, Disk(1, 2))
