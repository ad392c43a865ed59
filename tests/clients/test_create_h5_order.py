"""Announcing a payment in a phone's browser, and what the pretend WeChat makes of it."""

from typing import Any

import pytest
import requests

from shop.clients.errors import Rejected
from shop.clients.wechat_pay import WeChatPay
from tests.clients.conftest import Demo, order_arguments

FROM_SHOP = {"Referer": "http://127.0.0.1:8000/"}


def make(pay: WeChatPay, **changes: Any) -> str:
    wanted = {name: value for name, value in order_arguments().items() if name != "openid"}
    return pay.create_h5_order(**(wanted | {"payer_ip": "192.0.2.7"} | changes))


def confirm(h5_url: str) -> str:
    return requests.post(h5_url, timeout=10).text


def test_it_gives_an_address_and_the_same_payment_again(pay: WeChatPay, demo: Demo) -> None:
    first, second = make(pay), make(pay)
    assert first.startswith(f"{demo.base_url}/h5/checkmweb?prepay_id=mweb")
    assert first.partition("&")[0] == second.partition("&")[0]
    assert len(demo.state()["trades"]) == 1


def test_its_page_pays_once_and_leads_back(pay: WeChatPay, demo: Demo) -> None:
    h5_url = f"{make(pay)}&redirect_url=http%3A%2F%2F127.0.0.1%3A8000%2Fp%2Fx%2F"
    assert "¥1.00" in requests.get(h5_url, headers=FROM_SHOP, timeout=10).text
    assert 'href="http://127.0.0.1:8000/p/x/"' in confirm(h5_url)
    paid = pay.query("order-0001")
    assert paid is not None
    assert (paid.state, paid.openid, paid.raw["trade_type"]) == ("SUCCESS", "h5-payer", "MWEB")
    assert "the order is paid" in confirm(h5_url)


@pytest.mark.parametrize("headers", [{}, FROM_SHOP | {"User-Agent": "Mobile MicroMessenger/8.0"}])
def test_its_page_opens_for_nobody_from_elsewhere_or_in_wechat(
    pay: WeChatPay, headers: dict[str, str]
) -> None:
    assert requests.get(make(pay), headers=headers, timeout=10).status_code == 400


def test_another_address_of_the_phone_is_another_payment(pay: WeChatPay) -> None:
    make(pay)
    with pytest.raises(Rejected, match="OUT_TRADE_NO_USED"):
        make(pay, payer_ip="192.0.2.8")


def test_what_was_closed_is_not_paid_any_more(pay: WeChatPay) -> None:
    h5_url = make(pay)
    pay.close("order-0001")
    assert "the order is closed" in confirm(h5_url)


@pytest.mark.parametrize("changes", [{"payer_ip": "no address"}, {"number": "x"}, {"amount_fen": 0}])
def test_a_field_against_the_rules_is_refused(pay: WeChatPay, changes: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="PARAM_ERROR"):
        make(pay, **changes)


def test_an_address_is_no_code_and_no_prepay_id(pay: WeChatPay, demo: Demo) -> None:
    h5_url = make(pay)
    assert demo.post("scan", code_url=h5_url, openid="buyer-1")["code"] == "PARAM_ERROR"
