"""What the phone needs to pay, and how the phone's side judges it."""

import pytest

from shop.clients.wechat_pay import WeChatPay
from tests.clients.conftest import Demo

Parameters = dict[str, str]


@pytest.fixture
def parameters(pay: WeChatPay, demo: Demo) -> Parameters:
    return pay.client_parameters(demo.order(pay))


def test_the_buyer_can_pay_with_them(pay: WeChatPay, demo: Demo, parameters: Parameters) -> None:
    answer = demo.post("pay", **parameters, openid="buyer-1")

    assert answer == {"http": 200, "state": "SUCCESS", "number": "order-0001"}


@pytest.mark.parametrize("name", ["timeStamp", "nonceStr", "package", "signType", "paySign"])
def test_a_changed_parameter_is_refused(demo: Demo, parameters: Parameters, name: str) -> None:
    answer = demo.post("pay", **parameters | {name: parameters[name] + "1"}, openid="buyer-1")

    assert (answer["http"], answer["code"]) == (400, "SIGN_ERROR")
    assert demo.state()["trades"][0]["state"] == "NOTPAY"


def test_another_buyer_cannot_pay(pay: WeChatPay, demo: Demo, parameters: Parameters) -> None:
    assert demo.post("pay", **parameters, openid="buyer-2")["http"] == 400


def test_nobody_pays_twice(pay: WeChatPay, demo: Demo, parameters: Parameters) -> None:
    demo.post("pay", **parameters, openid="buyer-1")

    assert demo.post("pay", **parameters, openid="buyer-1")["code"] == "ORDERPAID"


def test_a_closed_order_cannot_be_paid(pay: WeChatPay, demo: Demo, parameters: Parameters) -> None:
    pay.close("order-0001")

    assert demo.post("pay", **parameters, openid="buyer-1")["code"] == "ORDER_CLOSED"


def test_a_lapsed_order_cannot_be_paid_but_stays_open(
    pay: WeChatPay, demo: Demo, standins, parameters: Parameters
) -> None:
    standins.world.ledger.write("UPDATE trades SET expires_at = 1")

    assert demo.post("pay", **parameters, openid="buyer-1")["code"] == "ORDER_CLOSED"
    assert pay.query("order-0001").state == "NOTPAY"


def test_a_prepay_id_holds_two_hours_and_is_then_renewed(pay: WeChatPay, demo: Demo, standins) -> None:
    first = demo.order(pay)
    standins.world.ledger.write("UPDATE trades SET prepay_at = prepay_at - 7201")

    assert demo.post("pay", **pay.client_parameters(first), openid="buyer-1")["code"] == "ORDER_CLOSED"
    assert demo.order(pay) != first
