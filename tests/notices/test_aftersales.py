"""Buyers hear what the shop has decided about their after-sale, and when their time is nearly over."""

from datetime import timedelta

import pytest

from aftersales.choices import Kind
from aftersales.services.answering import refuse_aftersale
from aftersales.services.applying import withdraw_aftersale
from aftersales.services.deadlines import look_at_aftersale
from aftersales.services.settling import refund_return, resend
from orders.models import Order
from orders.shipping.exchanges.sending import Carriage
from shop import clock
from shop.customers.consents import accept_messages
from shop.events.delivery import drain
from tests import cast
from tests.aftersales.cases import STORE, agreed, agreed_return, asked, open_returns, received_order, taken_in
from tests.notices.conftest import CHANGED, left, messages, subscribe, tell


@pytest.fixture(autouse=True)
def _returns(wechat) -> None:
    open_returns()


def told(order: Order) -> list[str]:
    """What is told of an order beside its parcels."""
    return [notice.kind for notice in left(order) if notice.kind != "shipped"]


def test_a_return_that_is_agreed_to() -> None:
    assert told(agreed_return(received_order()).order) == ["return_ok"]


def test_a_refund_that_is_agreed_to() -> None:
    assert told(agreed(received_order(), Kind.REFUND).order) == ["refund_ok"]


def test_of_goods_that_were_not_sent_the_change_of_the_order_tells() -> None:
    assert told(agreed(cast.paid_order(), Kind.CANCEL).order) == ["changed"]


def test_a_refusal() -> None:
    aftersale = refuse_aftersale(asked(received_order(), Kind.RETURN).pk, reason="已使用", actor=cast.clerk())
    assert told(aftersale.order) == ["refused"]


def test_what_came_back_is_refunded_or_others_are_sent() -> None:
    refunded = refund_return(taken_in(received_order()).pk, actor=STORE)
    assert told(refunded.order) == ["return_ok", "refund_ok"]
    exchanged = taken_in(received_order(), Kind.EXCHANGE)
    resend(exchanged.pk, carriage=Carriage("SF", "SF1234567890123"), actor=STORE)
    assert told(exchanged.order) == ["return_ok", "exchanged"]


def test_a_time_that_is_nearly_over_where_the_buyer_has_to_move() -> None:
    waits_for_us, waits_for_them = asked(received_order(), Kind.RETURN), agreed_return(received_order())
    for aftersale in (waits_for_us, waits_for_them):
        aftersale.refresh_from_db()
        with clock.at(aftersale.look_at + timedelta(seconds=1)):
            look_at_aftersale(aftersale.pk)
            drain()
    assert told(waits_for_us.order) == []
    assert told(waits_for_them.order) == ["return_ok", "return_due"]


def test_what_buyers_do_themselves_is_no_news_to_them() -> None:
    order = received_order()
    withdraw_aftersale(asked(order, Kind.RETURN).pk, actor=cast.buyer(order))
    assert told(order) == []


def test_it_is_said_in_the_words_of_the_shops_template(wechat) -> None:
    order = agreed_return(received_order()).order
    subscribe(order, wechat)
    accept_messages(order.customer, [CHANGED])
    assert tell(left(order)[-1]).state == "sent"
    (message,) = messages(wechat)
    assert "已同意退货" in message["content"]
