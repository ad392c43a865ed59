"""The page of a payment link in a real browser: small, for everybody, and it turns paid by itself."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.gateway import PaymentEvidence
from orders.payments.models import Channel
from orders.payments.services.attempts import make_attempt
from orders.payments.services.evidence import apply_payment_evidence
from shop import clock
from shop.store.choices import PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW, Visitor
from tests.pay_links.links import IN_WECHAT, link_of, newest, path_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
MOST_BYTES = 30_000


def being_paid(order: Order) -> Order:
    """With a code that the gateway has given."""
    order = Order.objects.get(pk=order.pk)
    make_attempt(
        order,
        channel=Channel.NATIVE,
        code_url="weixin://wxpay/bizpayurl?pr=abcdefg",
        expires_at=clock.now() + timedelta(minutes=15),
    )
    return order


def tell_paid(order: Order) -> None:
    attempt = newest(order)
    apply_payment_evidence(PaymentEvidence(attempt.number, f"4200{attempt.pk:024d}", attempt.amount_fen))


def in_each_state() -> list[str]:
    """The addresses of pages, one for each thing they say."""
    StoreSettings.objects.update(
        transfer_on=True, transfer_bank="招商银行", transfer_name="W" * 40, transfer_number="6" * 40
    )
    orders = [
        cast.place(),
        cast.place(),
        cast.place(),
        cast.place(pay_method=PayMethod.TRANSFER),
        cast.place(),
    ]
    links = [link_of(order) for order in orders]
    being_paid(orders[1])
    tell_paid(being_paid(orders[2]))
    cancel_unpaid(orders[4].pk, reason="不要了", actor=cast.clerk())
    return [path_of(link) for link in links]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everybody_can_use_it_on_every_screen(live_shop: LiveShop, chromium: Browser, language: str) -> None:
    context = chromium.new_context(locale="zh-CN" if language == "zh-hans" else "en")
    visitor = Visitor(context, language)
    for path in in_each_state():
        visitor.visit(live_shop.url(path))
    visitor.visit(live_shop.url("/p/AAAAAAAAAAAAAAAAAAAAAA/"), status=404)
    context.close()
    assert visitor.problems == []


def test_it_turns_paid_by_itself_and_is_small(live_shop: LiveShop, chromium: Browser) -> None:
    order = cast.place()
    link = link_of(order)
    being_paid(order)
    fetched: list[Any] = []
    context = chromium.new_context(locale="en", viewport=NARROW, user_agent=IN_WECHAT)
    page = context.new_page()
    page.on("response", lambda answer: fetched.append((answer.url, len(answer.body()))))
    page.goto(live_shop.url(path_of(link)))
    picture = page.locator("img.pay-code")
    expect(picture).to_be_visible()
    drawn = len(picture.get_attribute("src") or "")
    assert sum(size for _url, size in fetched) - drawn < MOST_BYTES, fetched
    tell_paid(order)
    expect(page.locator("main")).to_contain_text("Paid", timeout=20_000)
    expect(picture).to_have_count(0)
    context.close()


def test_a_link_is_made_and_copied_in_two_presses(live_shop: LiveShop, device: Device) -> None:
    order = cast.place()
    page = open_page(device("order_clerk", locale="en"), live_shop, f"/console/orders/{order.number}/")
    page.locator("[data-dialog-open='#dialog-pay_link']:visible").first.click()
    page.locator("#dialog-pay_link button.btn-primary").click()
    dialog = page.locator("#dialog-pay_link")
    expect(dialog.locator("img")).to_be_visible()
    link = order.pay_links.get()
    expect(dialog.locator(f"[data-copy$='{path_of(link)}']")).to_be_visible()
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
