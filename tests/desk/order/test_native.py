"""“Show WeChat QR” in the dialog of verifying."""

import pytest

from orders.payments.models import PayAttempt
from orders.payments.tasks import query_payment
from orders.services.steps import hold_order
from shop.store.choices import PayMethod
from shop.store.models import WeChatAccount
from tests import cast
from tests.console import browser, page_with
from tests.gateway import Gateway
from tests.pickup.counter import unpaid

HTMX = {"hx-request": "true"}


@pytest.fixture
def order(gateway: Gateway):
    return unpaid(pay_method=PayMethod.COD)


def test_the_dialog_offers_it_and_it_turns_paid(gateway: Gateway, order):
    clerk, path = browser("order_clerk"), f"/console/orders/{order.number}/native/"
    assert f'hx-post="{path}"' in page_with(200, clerk.get(f"/console/orders/{order.number}/verify/"))
    part = page_with(200, clerk.post(path, headers=HTMX))
    assert "data:image/png;base64," in part
    assert f'data-live="order:{order.pk}"' in part
    seen = part.split("?seen=")[1].split('"')[0]
    assert clerk.get(f"{path}?seen={seen}", headers=HTMX).status_code == 204
    attempt = PayAttempt.objects.get()
    gateway.do("scan", code_url=attempt.code_url, openid="anybody")
    query_payment(attempt.pk)
    paid = page_with(200, clerk.get(f"{path}?seen={seen}", headers=HTMX))
    assert "Paid" in paid
    assert "data-live" not in paid
    assert "To collect before" not in page_with(200, clerk.get(f"/console/orders/{order.number}/verify/"))


def test_the_dialog_opened_again_shows_the_code(order):
    clerk = browser("order_clerk")
    answer = clerk.post(f"/console/orders/{order.number}/native/")
    assert answer["Location"] == f"/console/orders/{order.number}/verify/"
    assert "data:image/png;base64," in page_with(200, clerk.get(answer["Location"]))


def test_why_there_is_none_is_said(order):
    hold_order(order.pk, reason="等客服确认", actor=cast.clerk())
    part = page_with(
        200, browser("order_clerk").post(f"/console/orders/{order.number}/native/", headers=HTMX)
    )
    assert "等客服确认" in part
    assert "data-live" not in part


def test_it_is_not_offered_where_wechat_pay_is_not_set_up(order):
    WeChatAccount.objects.update(tested_at=None)
    assert "Show WeChat QR" not in page_with(
        200, browser("order_clerk").get(f"/console/orders/{order.number}/verify/")
    )
