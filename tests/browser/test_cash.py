"""Cash sheets on wide and narrow screens, with the longest names, counted and closed by hand."""

import itertools

import pytest
from playwright.sync_api import expect

from pickup.cash.models import CashClosing
from shop.store.choices import PayMethod
from tests import cast
from tests.browser.axe import find_violations
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW, WIDE
from tests.pickup.counter import unpaid
from tests.pickup.drawers import drawer_of, take

pytestmark = pytest.mark.browser
LONG, _stores = "W" * 60, itertools.count(1)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_is_counted_and_closed_on_any_screen(live_shop: LiveShop, device: Device, viewport):
    payment = take(
        cast.make_store(f"{LONG[:34]}{next(_stores)}"), actor=cast.clerk("order_clerk", name=LONG, id_=7)
    )
    page = open_page(device("manager", viewport=viewport), live_shop, "/console/pickup/cash/")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.locator(f"a[href*='{drawer_of(payment).key}']").first.click()
    page.locator("input[name=counted]").fill(f"{payment.amount_fen / 100 - 1:.2f}")
    page.locator("form.panel button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("已交班，有差额")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert CashClosing.objects.get(store=payment.store).difference_fen == -1_00


def test_the_dialog_of_verifying_offers_the_code_and_waiving(live_shop: LiveShop, device: Device):
    order = unpaid(pay_method=PayMethod.COD)
    page = open_page(device("manager", viewport=NARROW), live_shop, f"/console/orders/{order.number}/verify/")
    dialog = page.locator("#dialog-verify")
    expect(dialog).to_contain_text("免收")
    assert find_violations(page) == []
