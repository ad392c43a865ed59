"""Announcing a payment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop.clients.errors import Rejected
from shop.clients.wechat_pay import WeChatPay
from tests.clients.conftest import Demo, order_arguments


def test_it_gives_a_prepay_id(pay: WeChatPay, demo: Demo) -> None:
    prepay_id = demo.order(pay)

    assert prepay_id.startswith("wx")
    assert demo.state()["trades"][0]["amount_fen"] == 100


def test_the_same_order_gives_the_same_prepay_id(pay: WeChatPay, demo: Demo) -> None:
    assert demo.order(pay) == demo.order(pay)


def test_the_same_number_with_another_sum_is_refused(pay: WeChatPay, demo: Demo) -> None:
    demo.order(pay)

    with pytest.raises(Rejected) as refusal:
        demo.order(pay, amount_fen=101)

    assert (refusal.value.code, refusal.value.status) == ("OUT_TRADE_NO_USED", 403)


def test_a_paid_order_is_refused(pay: WeChatPay, demo: Demo) -> None:
    demo.paid_order(pay)

    with pytest.raises(Rejected, match="ORDERPAID"):
        demo.order(pay)


def test_a_closed_order_is_refused(pay: WeChatPay, demo: Demo) -> None:
    demo.order(pay)
    pay.close("order-0001")

    with pytest.raises(Rejected, match="ORDER_CLOSED"):
        demo.order(pay)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "short"},
        {"number": "x" * 33},
        {"number": "order 0001"},
        {"number": "订单订单订单"},
        {"amount_fen": 0},
        {"amount_fen": -1},
        {"amount_fen": 1.5},
        {"amount_fen": True},
        {"description": ""},
        {"openid": "never-seen"},
        {"notify_url": "http://shop.example/hooks"},
        {"notify_url": "https://shop.example/hooks?a=1"},
        {"notify_url": "ftp://127.0.0.1/hooks"},
        {"notify_url": "https://shop.example/" + "x" * 255},
        {"expires_at": datetime.now(UTC) - timedelta(minutes=1)},
        {"expires_at": datetime.now(UTC) + timedelta(days=91)},
    ],
)
def test_a_field_against_the_rules_is_refused(pay: WeChatPay, demo: Demo, changes: dict[str, Any]) -> None:
    demo.login_code()

    with pytest.raises(Rejected, match="PARAM_ERROR"):
        pay.create_jsapi_order(**{**order_arguments(), **changes})

    assert demo.state()["trades"] == []


def test_http_is_good_enough_on_this_machine(pay: WeChatPay, demo: Demo) -> None:
    assert demo.order(pay, notify_url="http://127.0.0.1:9/hooks")


@pytest.mark.parametrize("description", ["杯" * 200, "x" * 200, "a" + "🍵" * 100, "broken \ud800 text"])
def test_a_long_or_broken_description_is_cut_to_what_the_gateway_takes(
    pay: WeChatPay, demo: Demo, description: str
) -> None:
    assert demo.order(pay, description=description)


def test_another_appid_is_refused(pay: WeChatPay, demo: Demo) -> None:
    demo.login_code()
    stranger = WeChatPay(
        type(pay._credentials)(**(vars(pay._credentials) | {"appid": "wx0000000000000000"})),
        base_url=pay._base_url,
    )

    with pytest.raises(Rejected, match="APPID_MCHID_NOT_MATCH"):
        stranger.create_jsapi_order(**order_arguments())
