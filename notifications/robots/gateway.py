"""The clients of the robots; their vendors' addresses are settings."""

from django.conf import settings

from notifications.robots.choices import RobotKind
from notifications.robots.models import Robot
from shop.clients.robots import SERVICES, Hook

_BASE_URLS = {
    RobotKind.WECOM: "WECOM_ROBOT_URL",
    RobotKind.DINGTALK: "DINGTALK_ROBOT_URL",
    RobotKind.FEISHU: "FEISHU_ROBOT_URL",
}


def post_text(robot: Robot, text: str) -> None:
    """Have a robot say it. Raises ClientError; `BadCredentials` for an address that is none of its vendor's."""
    base_url = find_base_url(robot.kind)
    service = SERVICES[robot.kind]
    hook = Hook(service.read_token(robot.url, base_url=base_url), robot.secret)
    service.post_text(hook, text, base_url=base_url)


def find_base_url(kind: str) -> str:
    base_url: str = getattr(settings, _BASE_URLS[RobotKind(kind)])
    return base_url
