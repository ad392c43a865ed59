"""What robots say of alerts: each once, several at once as a digest, when it is not quiet and nobody has handled it."""

from datetime import time, timedelta

import pytest

from notifications.hearing import list_heard, note_audible
from notifications.models import Alert, AlertKind, Robot, RobotNote
from notifications.robots.choices import NoteState
from notifications.robots.selectors import list_due
from notifications.robots.services.answers import lease_robot, note_sending
from notifications.robots.services.setting_up import drop_robot
from notifications.robots.tasks import send_waiting
from notifications.services import handle_alerts
from shop import clock
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from shop.events.delivery import drain
from shop.store.choices import PayMethod
from tests import cast
from tests.caching import forget_cached
from tests.robots.robots import OWNER, known_robot, list_said

KINDS = ["wecom", "dingtalk", "feishu"]


def ring(times: int = 1) -> list[str]:
    """So many new orders ring; their numbers."""
    numbers = [cast.paid_order().number for _ in range(times)]
    drain()
    return numbers


def work(robot: Robot) -> None:
    """The worker does what waits, as if the robot had rested."""
    Robot.objects.update(rests_until=None, lease_until=None)
    RobotNote.objects.filter(due_at__isnull=False, sent_at__isnull=False).update(due_at=clock.now())
    send_waiting(robot.pk)


def states() -> list[str]:
    return list(RobotNote.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_one_alert_is_said_in_full_with_its_link_and_nothing_of_the_buyer(
    groups: StandInServer, kind: str
) -> None:
    robot = known_robot(groups, kind)
    (number,) = ring()
    assert list_due(clock.now(), (), 9) == [robot.pk]
    work(robot)
    (said,) = list_said(groups)
    assert said.splitlines()[0] == "您有新的订单，请及时处理"
    assert number in said and f"http://127.0.0.1:8000/console/orders/{number}/" in said
    assert not any(word in said for word in ("林晓燕", "林", "5678", "文三路"))
    work(robot)
    assert len(list_said(groups)) == 1
    assert states() == [NoteState.SENT]


def test_several_are_one_digest(groups: StandInServer) -> None:
    robot = known_robot(groups, "wecom")
    numbers = ring(5)
    work(robot)
    (said,) = list_said(groups)
    assert "您有 5 笔新订单" in said
    assert all(number in said for number in numbers)
    assert states() == [NoteState.SENT] * 5


def test_it_rests_between_two_messages_so_that_no_limit_is_reached(groups: StandInServer) -> None:
    robot = known_robot(groups, "dingtalk")
    ring()
    work(robot)
    ring()
    assert list_due(clock.now(), (), 9) == []
    assert list_due(clock.now() + timedelta(seconds=4), (), 9) == [robot.pk]


def test_a_robot_speaks_only_of_its_kinds(groups: StandInServer) -> None:
    known_robot(groups, alert_kinds=[AlertKind.URGE])
    ring()
    assert not RobotNote.objects.exists()


def test_what_was_handled_meanwhile_is_not_said(groups: StandInServer) -> None:
    robot = known_robot(groups)
    ring()
    handle_alerts([Alert.objects.get().pk], actor=OWNER)
    work(robot)
    assert list_said(groups) == []
    assert states() == [NoteState.DROPPED]


def test_in_quiet_hours_it_waits_for_their_end_and_tells_what_is_still_unhandled(
    groups: StandInServer,
) -> None:
    moment = clock.now()
    robot = known_robot(groups, quiet="own", quiet_from=time(0, 0), quiet_until=time(23, 59, 59))
    ring(3)
    work(robot)
    assert list_said(groups) == []
    assert all(note.due_at and note.due_at > moment for note in RobotNote.objects.all())
    handle_alerts([Alert.objects.order_by("pk")[0].pk], actor=OWNER)
    Robot.objects.update(quiet="never")
    RobotNote.objects.filter(due_at__isnull=False).update(due_at=clock.now())
    work(robot)
    (said,) = list_said(groups)
    assert "您有 2 笔新订单" in said


def test_only_when_nobody_can_hear_it(groups: StandInServer) -> None:
    robot = known_robot(groups, only_unheard=True)
    note_audible("finance")
    assert AlertKind.REFUND_FAILED in list_heard(clock.now())
    assert AlertKind.NEW_ORDER not in list_heard(clock.now())
    note_audible("warehouse")
    ring()
    work(robot)
    assert list_said(groups) == []
    assert states() == [NoteState.WAITING]
    forget_cached()
    RobotNote.objects.update(due_at=clock.now())
    work(robot)
    assert len(list_said(groups)) == 1


def test_in_the_quiet_hours_of_the_shop_nobody_hears(groups: StandInServer) -> None:
    store = cast.open_shop(quiet_from=time(0, 0), quiet_until=time(23, 59, 59))
    note_audible("owner")
    assert store.quiet_from and list_heard(clock.now()) == set()


@pytest.mark.parametrize("fault", ["error_500", "html", "truncated", "timeout_before"])
def test_what_goes_without_an_answer_is_said_once_more_and_then_given_up(
    groups: StandInServer, fault: str
) -> None:
    robot = known_robot(groups)
    groups.world.faults.add(Fault("/open-apis", fault, 2, 0))
    ring()
    work(robot)
    assert states() == [NoteState.WAITING]
    work(robot)
    work(robot)
    assert states() == [NoteState.UNKNOWN]
    assert RobotNote.objects.get().last_error
    assert len(list_said(groups)) in (0, 2)


def test_a_limit_that_is_reached_all_the_same_is_waited_for(groups: StandInServer) -> None:
    robot = known_robot(groups, "wecom")
    for _ in range(20):
        groups.world.ledger.write(
            "INSERT INTO robot_posts (provider, content, said_at) VALUES ('wecom', 'x', ?)",
            clock.now().timestamp(),
        )
    ring()
    work(robot)
    note = RobotNote.objects.get()
    assert (note.state, note.sent_at) == (NoteState.WAITING, None)
    assert Robot.objects.get().failures == 1
    groups.world.ledger.write("DELETE FROM robot_posts")
    work(robot)
    assert states() == [NoteState.SENT]
    assert Robot.objects.get().failures == 0


@pytest.mark.parametrize("why", ["keyword", "ip"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_for_good_silences_it_and_tells_the_owner(
    groups: StandInServer, kind: str, why: str
) -> None:
    robot = known_robot(groups, kind)
    groups.world.ledger.set_behaviour({"robot_refusal": why})
    ring()
    work(robot)
    drain()
    robot.refresh_from_db()
    assert robot.refused_at and robot.refusal
    assert Alert.objects.filter(kind=AlertKind.ROBOT, subject_id=robot.pk).exists()
    ring()
    assert RobotNote.objects.filter(alert__kind=AlertKind.NEW_ORDER).count() == 1
    assert not RobotNote.objects.filter(state=NoteState.SENT).exists()


def test_a_worker_that_was_killed_while_it_sent_is_followed_by_one_more_try(groups: StandInServer) -> None:
    robot = known_robot(groups)
    ring()
    taken = lease_robot(robot.pk)
    assert taken and note_sending(taken, list(RobotNote.objects.all()))
    send_waiting(robot.pk)
    assert list_said(groups) == []  # the lease of the dead one holds
    work(robot)
    assert len(list_said(groups)) == 1
    assert states() == [NoteState.SENT]


def test_who_has_lost_the_lease_sends_nothing(groups: StandInServer) -> None:
    robot = known_robot(groups)
    ring()
    taken = lease_robot(robot.pk)
    assert taken is not None
    Robot.objects.update(lease_until=clock.now() + timedelta(seconds=1))
    assert not note_sending(taken, list(RobotNote.objects.all()))


def test_a_day_later_it_is_given_up(groups: StandInServer) -> None:
    robot = known_robot(groups)
    ring()
    RobotNote.objects.update(left_at=clock.now() - timedelta(days=1, seconds=1))
    work(robot)
    assert (states(), list_said(groups)) == ([NoteState.FAILED], [])


def test_one_that_is_switched_off_says_nothing_of_what_waited(groups: StandInServer) -> None:
    robot = known_robot(groups)
    ring()
    drop_robot(robot.pk, actor=OWNER)
    work(robot)
    assert (states(), list_said(groups)) == ([NoteState.DROPPED], [])


def test_what_is_about_no_order_is_told_in_its_sentence(groups: StandInServer) -> None:
    robot = known_robot(groups, "wecom")
    broken = known_robot(groups, "feishu", name="财务群", alert_kinds=[AlertKind.NEW_ORDER])
    groups.world.ledger.set_behaviour({"robot_refusal": "keyword"})
    cast.paid_order(pay_method=PayMethod.WECHAT)
    drain()
    work(broken)
    drain()
    groups.world.ledger.set_behaviour({"robot_refusal": ""})
    RobotNote.objects.filter(alert__kind=AlertKind.NEW_ORDER, robot=robot).delete()
    work(robot)
    (said,) = list_said(groups)
    assert "财务群" in said and f"/console/settings/robots/{broken.pk}/" in said
