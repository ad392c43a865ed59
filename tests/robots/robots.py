"""Robots for tests, set up by the verbs."""

from typing import Any

from notifications.models import AlertKind, Robot
from notifications.robots.services.setting_up import add_robot
from shop import clock
from shop.demo.standins import StandInServer
from tests.cast import clerk

OWNER = clerk("owner", name="陈掌柜", id_=9)
URLS = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": f"https://oapi.dingtalk.com/robot/send?access_token={'0a' * 32}",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/5d1c0b1e-0000-4444-8888-c0ffee000001",
}


def make_robot(kind: str = "feishu", *, is_on: bool = True, **changes: Any) -> Robot:
    """One that has passed its test, at a group that nobody knows."""
    values = {"name": "门店群", "url": URLS[kind], "alert_kinds": list(AlertKind), **changes}
    robot = add_robot(kind, values, actor=OWNER)
    Robot.objects.filter(pk=robot.pk).update(tested_at=clock.now(), is_on=is_on)
    robot.refresh_from_db()
    return robot


def known_robot(server: StandInServer, kind: str = "feishu", **changes: Any) -> Robot:
    """One that its pretend group knows."""
    return make_robot(kind, **(server.world.robots.list_addresses()[kind] | changes))


def list_said(server: StandInServer) -> list[str]:
    """What stands in the pretend groups."""
    rows = server.world.ledger.find_all("SELECT content FROM robot_posts ORDER BY id")
    return [row["content"] for row in rows]
