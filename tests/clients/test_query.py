"""Asking what became of a payment."""

from datetime import UTC, datetime

import pytest

from shop.clients.errors import BadSignature, Rejected, Unknown
from shop.clients.wechat_pay import Credentials, WeChatPay
from shop.demo.standins import StandInServer, import_paid_trade
from tests.clients.conftest import Demo


def test_the_query_of_an_unpaid_order_says_that_nothing_was_paid(pay: WeChatPay, demo: Demo) -> None:
    demo.order(pay)

    found = pay.query("order-0001")

    assert (found.state, found.trade_no, found.paid_at) == ("NOTPAY", "", None)


def test_the_query_of_a_paid_order_says_who_paid_what_and_when(pay: WeChatPay, demo: Demo) -> None:
    demo.paid_order(pay)

    found = pay.query("order-0001")

    assert (found.number, found.state, found.amount_fen, found.openid) == (
        "order-0001",
        "SUCCESS",
        100,
        "buyer-1",
    )
    assert len(found.trade_no) == 28
    assert abs((datetime.now(UTC) - found.paid_at).total_seconds()) < 60


def test_the_query_of_a_closed_order_says_so(pay: WeChatPay, demo: Demo) -> None:
    demo.order(pay)
    pay.close("order-0001")

    assert pay.query("order-0001").state == "CLOSED"


def test_an_unknown_order_is_none(pay: WeChatPay) -> None:
    assert pay.query("order-9999") is None


@pytest.mark.parametrize("number", ["a/../b", "50%", "a b?c=d#e", "订单", "a|b*c-d", "\ud800"])
def test_an_odd_number_is_asked_for_as_it_is(pay: WeChatPay, number: str) -> None:
    assert pay.query(number) is None


def test_a_refunded_order_says_so(pay: WeChatPay, standins: StandInServer) -> None:
    import_paid_trade(
        standins.world.ledger, number="old-1", amount_fen=9, openid="b", paid_at=datetime.now(UTC)
    )
    trade = pay.query("old-1")
    pay.refund(
        trade_no=trade.trade_no,
        refund_number="r1",
        refund_fen=4,
        total_fen=9,
        reason="x",
        notify_url="https://shop.example/h",
    )

    assert pay.query("old-1").state == "REFUND"


def change(credentials: Credentials, **changes: str) -> Credentials:
    return Credentials(**(vars(credentials) | changes))


def test_an_answer_signed_by_a_stranger_is_not_believed(
    credentials: Credentials, standins: StandInServer, demo: Demo, pay: WeChatPay
) -> None:
    demo.paid_order(pay)
    other = change(credentials, platform_public_key=standins.world.credentials.merchant_public_key)

    with pytest.raises(BadSignature) as failure:
        WeChatPay(other, base_url=standins.base_url).query("order-0001")

    assert failure.value.reason == "signature"


def test_a_refusal_signed_by_a_stranger_is_not_believed(
    credentials: Credentials, standins: StandInServer
) -> None:
    """ "No such order" says that nothing was paid: that is a fact about money."""
    other = change(credentials, platform_public_key=standins.world.credentials.merchant_public_key)

    with pytest.raises(BadSignature):
        WeChatPay(other, base_url=standins.base_url).query("order-0001")


def test_another_merchants_answer_is_not_believed(
    credentials: Credentials, standins: StandInServer, demo: Demo, pay: WeChatPay
) -> None:
    demo.paid_order(pay)

    with pytest.raises(BadSignature) as failure:
        WeChatPay(change(credentials, appid="wx0"), base_url=standins.base_url).query("order-0001")

    assert failure.value.reason == "merchant"


def test_an_answer_about_another_number_is_not_believed(
    pay: WeChatPay, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"mchid": pay._credentials.mchid, "appid": pay._credentials.appid, "out_trade_no": "other"}
    monkeypatch.setattr(pay, "_find", lambda target: facts)

    with pytest.raises(Unknown):
        pay.query("order-0001")


def test_a_wrong_merchant_key_is_refused(credentials: Credentials, standins: StandInServer) -> None:
    other = change(credentials, merchant_private_key=standins.world.credentials.platform_private_key)

    with pytest.raises(Rejected) as refusal:
        WeChatPay(other, base_url=standins.base_url).query("order-0001")

    assert (refusal.value.code, refusal.value.status) == ("SIGN_ERROR", 401)
