"""The counter by hand in the console: found by its code, verified in four presses, with the money where it owes."""

import pytest
from playwright.sync_api import expect

from orders.stages import Stage
from pickup.codes import make_code
from pickup.models import Verification
from shop.store.choices import PayMethod
from tests.browser.axe import find_violations
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW
from tests.expect import fresh
from tests.pickup.counter import appoint, unpaid, waiting

pytestmark = pytest.mark.browser


def test_an_order_is_found_by_its_code_and_verified_in_four_presses(live_shop: LiveShop, device: Device):
    order = waiting(remark="要两个袋子")
    verifier = appoint(order.pickup_store, nickname="小周")
    page = open_page(device("order_clerk"), live_shop, f"/console/orders/?q={make_code(order).short}")
    page.locator(f"a[href*='/{order.number}/']:visible").first.click()
    page.locator("[data-dialog-open='#dialog-verify']:visible").click()
    dialog = page.locator("#dialog-verify")
    expect(dialog).to_contain_text("要两个袋子")
    dialog.locator("select[name=verifier]").select_option(str(verifier.pk))
    dialog.locator("button.btn-primary").click()
    expect(page.locator("body")).to_contain_text("已核销")
    assert fresh(order).stage == Stage.DONE
    assert Verification.objects.get(order=order).verifier == verifier


def test_on_a_small_screen_the_money_is_asked_for_and_nothing_is_out_of_reach(
    live_shop: LiveShop, device: Device
):
    order = unpaid(pay_method=PayMethod.COD)
    page = open_page(device("manager", viewport=NARROW), live_shop, f"/console/orders/{order.number}/verify/")
    dialog = page.locator("#dialog-verify")
    expect(dialog).to_be_visible()
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    dialog.locator("input[name=means][value=cash]").check()
    dialog.locator("button.btn-primary").click()
    expect(page.locator("body")).to_contain_text("已核销")
    assert fresh(order).stage == Stage.DONE
