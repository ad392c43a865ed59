"""Making a payment impossible."""

import pytest

from shop.clients.errors import Rejected
from shop.clients.wechat_pay import WeChatPay
from tests.clients.conftest import Demo


def test_it_closes_an_unpaid_order(pay: WeChatPay, demo: Demo) -> None:
    demo.order(pay)

    pay.close("order-0001")

    assert demo.state()["trades"][0]["state"] == "CLOSED"


def test_closing_twice_is_quiet(pay: WeChatPay, demo: Demo) -> None:
    demo.order(pay)

    pay.close("order-0001")
    pay.close("order-0001")

    assert demo.state()["calls"]["order-0001"]["close"] == 2


def test_a_paid_order_is_not_closed(pay: WeChatPay, demo: Demo) -> None:
    demo.paid_order(pay)

    with pytest.raises(Rejected, match="ORDERPAID"):
        pay.close("order-0001")

    assert demo.state()["trades"][0]["state"] == "SUCCESS"


def test_an_unknown_order_is_refused(pay: WeChatPay) -> None:
    with pytest.raises(Rejected, match="ORDER_NOT_EXIST"):
        pay.close("order-9999")
