"""The worked examples of the vendors' signatures, what their stand-ins refuse, and how much of a text is sent."""

import time
from pathlib import Path

import pytest

from shop.clients.errors import Rejected
from shop.clients.robots import LONGEST_BYTES, SERVICES, Hook, cut, sign_dingtalk, sign_feishu
from shop.demo.standins import StandInServer, run_in_thread


def test_the_signatures_of_the_examples() -> None:
    assert sign_dingtalk("SEC1", 1700000000000) == "ukR4+WoOOBTGaOauYqugxVrMSFyr92q4hPxJxuOkiio="
    assert sign_feishu("SEC1", 1700000000) == "s3Va4ru9IQUY6HTJcYx7OEVyXl0V0S/y32v4ZbfOHCI="


def test_a_long_text_is_cut_between_two_characters() -> None:
    assert cut("好" * 1000) == "好" * (LONGEST_BYTES // 3)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> StandInServer:
    with run_in_thread(Path(tmp_path_factory.mktemp("robots"))) as server:
        yield server  # type: ignore[misc]


def hook_of(server: StandInServer, kind: str, **changes: str) -> Hook:
    made = server.world.robots.list_addresses()[kind]
    token = SERVICES[kind].read_token(made["url"], base_url=server.base_url)
    return Hook(**{"token": token, "secret": made["secret"], **changes})


def post(server: StandInServer, kind: str, hook: Hook) -> None:
    SERVICES[kind].post_text(hook, "您有新的订单", base_url=server.base_url)


@pytest.mark.parametrize("kind", SERVICES)
def test_each_takes_what_is_signed(server: StandInServer, kind: str) -> None:
    post(server, kind, hook_of(server, kind))


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("wecom", {"token": "x" * 36}, "93000"),
        ("dingtalk", {"token": "0" * 64}, "300001"),
        ("dingtalk", {"secret": "wrong"}, "310000"),
        ("dingtalk", {"secret": ""}, "310000"),
        ("feishu", {"token": "x" * 36}, "19001"),
        ("feishu", {"secret": "wrong"}, "19021"),
        ("feishu", {"secret": ""}, "19021"),
    ],
)
def test_what_is_not_of_this_robot_is_refused(
    server: StandInServer, kind: str, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(Rejected) as caught:
        post(server, kind, hook_of(server, kind, **changes))
    assert caught.value.code == code


@pytest.mark.parametrize(("kind", "code"), [("dingtalk", "310000"), ("feishu", "19021")])
def test_a_clock_that_is_more_than_an_hour_wrong_is_refused(
    server: StandInServer, monkeypatch: pytest.MonkeyPatch, kind: str, code: str
) -> None:
    hook, late = hook_of(server, kind), time.time() - 3700
    monkeypatch.setattr("shop.clients.robots.time.time", lambda: late)
    monkeypatch.setattr("shop.demo.standins.robots.groups.now", lambda: late + 3700)
    with pytest.raises(Rejected) as caught:
        post(server, kind, hook)
    assert caught.value.code == code


def test_the_one_and_twentieth_in_a_minute_is_refused(server: StandInServer) -> None:
    server.world.ledger.write("DELETE FROM robot_posts")
    hook = hook_of(server, "wecom")
    for _ in range(20):
        post(server, "wecom", hook)
    with pytest.raises(Rejected) as caught:
        post(server, "wecom", hook)
    assert caught.value.code == "45009"
