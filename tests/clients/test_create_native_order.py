"""Announcing a payment by a code, and what the pretend WeChat makes of it."""

from typing import Any

import pytest

from shop.clients.errors import Rejected
from shop.clients.wechat_pay import WeChatPay
from tests.clients.conftest import Demo, order_arguments


def make(pay: WeChatPay, **changes: Any) -> str:
    wanted = {name: value for name, value in order_arguments().items() if name != "openid"}
    return pay.create_native_order(**(wanted | changes))


def scan(demo: Demo, code_url: str, openid: str = "passer-by") -> dict[str, Any]:
    return demo.post("scan", code_url=code_url, openid=openid)


def test_it_gives_a_code_and_the_same_one_again(pay: WeChatPay, demo: Demo) -> None:
    code_url = make(pay)
    assert code_url.startswith("weixin://wxpay/bizpayurl")
    assert make(pay) == code_url
    assert len(demo.state()["trades"]) == 1


def test_anybody_pays_it_once_and_the_gateway_says_who(pay: WeChatPay, demo: Demo) -> None:
    code_url = make(pay)
    waiting = pay.query("order-0001")
    assert waiting is not None
    assert (waiting.state, waiting.openid) == ("NOTPAY", "")
    assert scan(demo, code_url)["state"] == "SUCCESS"
    paid = pay.query("order-0001")
    assert paid is not None
    assert (paid.state, paid.openid, paid.amount_fen) == ("SUCCESS", "passer-by", 100)
    assert paid.raw["trade_type"] == "NATIVE"
    assert scan(demo, code_url)["code"] == "ORDERPAID"


def test_what_was_closed_cannot_be_scanned_any_more(pay: WeChatPay, demo: Demo) -> None:
    code_url = make(pay)
    pay.close("order-0001")
    assert scan(demo, code_url)["code"] == "ORDER_CLOSED"
    with pytest.raises(Rejected, match="ORDER_CLOSED"):
        make(pay)


def test_one_number_is_never_both_a_code_and_a_payment_on_the_phone(pay: WeChatPay, demo: Demo) -> None:
    make(pay)
    with pytest.raises(Rejected, match="OUT_TRADE_NO_USED"):
        demo.order(pay)


def test_a_prepay_id_is_no_code_and_a_code_no_prepay_id(pay: WeChatPay, demo: Demo) -> None:
    prepay_id = demo.order(pay)
    assert scan(demo, prepay_id)["code"] == "PARAM_ERROR"
    code_url = make(pay, number="order-0002")
    parameters = pay.client_parameters(code_url)
    assert demo.post("pay", **parameters, openid="buyer-1")["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    "changes", [{"number": "x"}, {"amount_fen": 0}, {"notify_url": "http://a.example/b"}]
)
def test_a_field_against_the_rules_is_refused(pay: WeChatPay, changes: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="PARAM_ERROR"):
        make(pay, **changes)


def test_a_payer_has_no_place_in_it(pay: WeChatPay) -> None:
    body = pay._write_order("order-0001", 100, "杯子", order_arguments()["expires_at"], "https://a.example/b")
    with pytest.raises(Rejected, match="PARAM_ERROR"):
        pay._call("POST", "/v3/pay/transactions/native", body | {"payer": {"openid": "buyer-1"}})
