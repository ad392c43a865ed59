"""Robots are set up: their addresses go in and never come out, and lead to their vendor alone."""

import logging

import pytest
from django.db import connection
from django.test import Client

from notifications.models import Robot
from notifications.robots.services.setting_up import add_robot, change_robot, remove_robot
from notifications.robots.services.testing import send_test
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from shop.events.models import Event
from tests.cast import clerk
from tests.console import browser, page_with
from tests.expect import refused
from tests.robots.robots import OWNER, URLS, known_robot, list_said, make_robot

pytestmark = pytest.mark.usefixtures("in_english")
URL = "/console/settings/robots/"
TYPED = {
    "name": "门店群",
    "url": URLS["feishu"],
    "secret": "what-only-the-robot-knows",
    "alert_kinds": ["new_order"],
    "quiet": "shop",
}


@pytest.fixture
def owner() -> Client:
    return browser("owner")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/open-apis/bot/v2/hook/5d1c0b1e-0000-4444-8888-c0ffee000001",
        "https://open.feishu.cn@evil.example/open-apis/bot/v2/hook/5d1c0b1e-0000-4444-8888-c0ffee000001",
        "https://open.feishu.cn/open-apis/bot/v2/hook/../../x/5d1c0b1e-0000-4444-8888",
        "http://open.feishu.cn/open-apis/bot/v2/hook/5d1c0b1e-0000-4444-8888-c0ffee000001",
        URLS["wecom"],
        URLS["feishu"] + "?x=1",
        "https://open.feishu.cn/open-apis/bot/v2/hook/",
    ],
)
def test_an_address_of_another_host_or_kind_is_refused(url: str) -> None:
    with refused("wrong_address"):
        add_robot("feishu", {"name": "x", "url": url}, actor=OWNER)


def test_secrets_are_sealed_and_the_record_names_them_only() -> None:
    robot = make_robot(secret="robot-secret-0001")
    change_robot(robot.pk, {"secret": "robot-secret-0002"}, actor=OWNER)
    assert Event.objects.get(verb="robot.change").data == {"fields": ["secret"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM notifications_robot")
        assert all(value.startswith("v2:") for value in cursor.fetchone())


def test_another_secret_must_be_tested_again_and_an_empty_one_keeps_the_stored_one() -> None:
    robot = make_robot(secret="robot-secret-0001")
    kept = change_robot(robot.pk, {"secret": "", "url": "", "name": "后厨群"}, actor=OWNER)
    assert (kept.secret, kept.url, kept.is_ready) == ("robot-secret-0001", URLS["feishu"], True)
    assert not change_robot(robot.pk, {"secret": "other"}, actor=OWNER).is_ready


def test_a_removed_robot_keeps_nothing_and_is_gone() -> None:
    robot = make_robot(secret="robot-secret-0001")
    remove_robot(robot.pk, actor=OWNER)
    row = Robot.objects.get()
    assert (row.url, row.secret, row.is_on) == ("", "", False)
    with refused("not_found"):
        change_robot(robot.pk, {"name": "x"}, actor=OWNER)


@pytest.mark.parametrize("role", ["manager", "order_clerk", "finance"])
def test_only_the_owner_sets_robots_up(role: str) -> None:
    with refused("forbidden"):
        add_robot("feishu", {"name": "x", "url": URLS["feishu"]}, actor=clerk(role))


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_the_test_button_speaks_and_says_what_came_back(
    groups: StandInServer, owner: Client, kind: str
) -> None:
    robot = known_robot(groups, kind, keyword="订单")
    Robot.objects.update(tested_at=None)
    page = page_with(200, owner.post(f"{URL}{robot.pk}/test/", follow=True))
    assert "The robot has taken the test" in page and "Test passed" in page
    assert list_said(groups)[0].startswith("【订单】")


def test_a_wrong_secret_is_told_in_words_and_no_log_holds_the_address(
    groups: StandInServer, owner: Client, caplog: pytest.LogCaptureFixture
) -> None:
    robot = known_robot(groups, "dingtalk", secret="wrong")
    with caplog.at_level(logging.DEBUG):
        page = page_with(200, owner.post(f"{URL}{robot.pk}/test/", follow=True))
    assert "Refused by signature" in page and "sign not match (310000)" in page
    assert groups.world.robots.dingtalk_token not in caplog.text + page


def test_a_page_that_is_no_answer_is_said_to_be_none(groups: StandInServer) -> None:
    robot = known_robot(groups)
    groups.world.faults.add(Fault("/open-apis", "html", 1, 0))
    with refused("robot_failed") as caught:
        send_test(robot.pk, actor=OWNER)
    assert "No believable answer" in str(caught.value)


def test_a_robot_is_added_changed_and_removed_on_its_pages(owner: Client) -> None:
    assert "No robot yet" in page_with(200, owner.get(URL))
    assert "Now send a test" in page_with(200, owner.post(f"{URL}new/feishu/", TYPED, follow=True))
    robot = Robot.objects.get()
    assert (robot.alert_kinds, robot.only_unheard) == (["new_order"], False)
    typed = TYPED | {"version": str(robot.version), "only_unheard": "yes", "url": "", "secret": ""}
    assert "The robot is saved." in page_with(200, owner.post(f"{URL}{robot.pk}/", typed, follow=True))
    page = page_with(200, owner.get(f"{URL}{robot.pk}/"))
    assert URLS["feishu"] not in page and TYPED["secret"] not in page
    gone = {"version": str(Robot.objects.get().version)}
    owner.post(f"{URL}{robot.pk}/remove/", gone)
    assert owner.get(f"{URL}{robot.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "https://example.com/"}, "url"),
        ({"name": ""}, "name"),
        ({"alert_kinds": ["moon"]}, "alert_kinds"),
        ({"quiet": "own"}, "quiet_from"),
        ({"quiet": "own", "quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(owner: Client, changes: dict[str, str], field: str) -> None:
    answer = owner.post(f"{URL}new/feishu/", TYPED | changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
