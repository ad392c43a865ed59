"""What a robot has to say, worked on by many at once: its group reads it once."""

import time

import pytest

from notifications.models import Robot, RobotNote
from notifications.robots.tasks import send_waiting
from shop import clock
from shop.events.delivery import drain
from tests import cast
from tests.races.conftest import run_together
from tests.robots.robots import make_robot


@pytest.fixture(autouse=True)
def said(open_shop: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []

    def post(_robot: Robot, text: str) -> None:
        texts.append(text)
        time.sleep(0.2)

    monkeypatch.setattr("notifications.robots.tasks.post_text", post)
    return texts


def note_only(_robot: Robot, _notes: object) -> bool:
    """As `note_sending` without asking for the lease."""
    return bool(RobotNote.objects.update(sent_at=clock.now()))


def test_20_senders_say_it_once(said):
    robot = make_robot()
    cast.paid_order()
    drain()
    run_together([lambda: send_waiting(robot.pk)] * 20)
    assert len(said) == 1
    assert [note.state for note in RobotNote.objects.all()] == ["sent"]


def test_without_the_lease_it_would_be_said_by_all(said, monkeypatch):
    robot = make_robot()
    cast.paid_order()
    drain()
    monkeypatch.setattr("notifications.robots.tasks.lease_robot", lambda pk: Robot.objects.get(pk=pk))
    monkeypatch.setattr("notifications.robots.tasks.note_sending", note_only)
    run_together([lambda: send_waiting(robot.pk)] * 4)
    assert len(said) > 1


def test_the_event_told_by_20_deliverers_leaves_one_row():
    make_robot()
    cast.paid_order()
    run_together([drain] * 20)
    assert RobotNote.objects.count() == 1
