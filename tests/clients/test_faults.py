"""Each way the outside can be sick, and what it must be called."""

import socket
from collections.abc import Callable

import pytest

from shop.clients.errors import ClientError, Rejected, Unknown, Unreachable
from shop.clients.wechat_mini import WeChatMini
from shop.clients.wechat_pay import Credentials, WeChatPay
from shop.demo.standins import StandInServer
from tests.clients.conftest import Demo, order_arguments

KINDS = ["timeout_before", "timeout_after", "error_500", "truncated", "html", "wrong_type", "slow"]
DONE = {"timeout_after", "truncated", "html", "wrong_type", "slow"}


@pytest.fixture
def hasty(credentials: Credentials, standins: StandInServer) -> WeChatPay:
    return WeChatPay(credentials, base_url=standins.base_url, timeout=0.3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sick_answer_to_an_order_is_unknown_and_repeating_heals_it(
    hasty: WeChatPay, demo: Demo, kind: str
) -> None:
    demo.login_code()
    demo.add_fault("/v3/pay/transactions/jsapi", kind, seconds=2)

    with pytest.raises(Unknown):
        hasty.create_jsapi_order(**order_arguments())

    assert len(demo.state()["trades"]) == (1 if kind in DONE else 0)
    assert hasty.create_jsapi_order(**order_arguments())
    assert demo.state()["calls"]["order-0001"]["create"] == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "call",
    [
        lambda pay: pay.query("order-0001"),
        lambda pay: pay.query_refund("refund-1"),
        lambda pay: pay.test_connection(),
    ],
)
def test_a_sick_answer_to_a_question_is_unknown(
    hasty: WeChatPay, demo: Demo, kind: str, call: Callable[[WeChatPay], object]
) -> None:
    demo.add_fault("/v3/", kind, seconds=2)

    with pytest.raises(Unknown):
        call(hasty)


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "error_500", "html"])
def test_a_sick_answer_to_closing_is_unknown(hasty: WeChatPay, demo: Demo, kind: str) -> None:
    demo.order(hasty)
    demo.add_fault("/v3/", kind, seconds=2)

    with pytest.raises(Unknown):
        hasty.close("order-0001")


def test_a_slow_answer_within_the_time_is_an_answer(pay: WeChatPay, demo: Demo) -> None:
    demo.add_fault("/v3/", "slow", seconds=0.2)

    assert demo.order(pay)


@pytest.mark.parametrize(
    "kind", ["timeout_before", "timeout_after", "error_500", "truncated", "html", "slow"]
)
def test_a_sick_answer_of_the_mini_program_server_is_unknown(mini: WeChatMini, demo: Demo, kind: str) -> None:
    hasty = WeChatMini(mini._appid, mini._secret, base_url=mini._base_url, timeout=0.3)
    demo.add_fault("/", kind, seconds=2)

    with pytest.raises(Unknown):
        hasty.stable_token()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:{port}", "http://no-such-host.invalid", "nonsense", "http://"]
)
def test_where_nobody_listens_nothing_happened(credentials: Credentials, base_url: str) -> None:
    pay = WeChatPay(credentials, base_url=base_url.format(port=free_port()), timeout=1)

    with pytest.raises(Unreachable):
        pay.query("order-0001")


def test_a_redirect_is_not_followed(pay: WeChatPay, monkeypatch: pytest.MonkeyPatch) -> None:
    from_elsewhere = type("A", (), {"status": 302, "headers": {}, "body": b""})()

    with pytest.raises(Unknown):
        pay._judge(from_elsewhere)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        *((status, "ORDER_NOT_EXIST", Unknown) for status in (400, 403, 404)),
        *((status, "RATELIMIT_EXCEEDED", Rejected) for status in (401, 429)),
    ],
)
def test_an_unsigned_refusal_decides_nothing_unless_it_refuses_to_listen(
    pay: WeChatPay, status: int, code: str, error: type[ClientError]
) -> None:
    body = f'{{"code":"{code}","message":"no"}}'.encode()
    headers = {"content-type": "application/json"}
    answer = type("A", (), {"status": status, "headers": headers, "body": body})()

    with pytest.raises(error):
        pay._judge(answer)


def test_no_failure_tells_the_secret(mini: WeChatMini) -> None:
    lost = WeChatMini("wx1", "the-secret", base_url=f"http://127.0.0.1:{free_port()}", timeout=1)

    with pytest.raises(ClientError) as failure:
        lost.code_to_session("code")

    shown = repr(failure.value) + repr(failure.value.__cause__) + repr(failure.value.__context__)
    assert "the-secret" not in shown
