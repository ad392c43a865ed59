"""What a form says in the browser: in our words, in its own place, and with a way back."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Device, LiveShop, open_page
from tests.cast import open_shop, prepared_order
from tests.expect import fresh

pytestmark = pytest.mark.browser


def test_a_hold_with_half_a_date_is_asked_for_the_rest_and_one_pressed_by_mistake_is_undone(
    device: Device, live_shop: LiveShop
) -> None:
    open_shop()
    order = prepared_order()
    page = open_page(device("owner"), live_shop, f"/console/orders/{order.number}/hold/")
    dialog = page.locator("#dialog-hold")
    press = dialog.locator(".dialog-foot button:not([type=button])")
    press.click()
    expect(dialog.locator(".field-error")).to_be_visible()
    expect(dialog.locator("[name=reason]")).to_be_focused()
    dialog.locator("[name=reason]").fill("等补货")
    dialog.locator("[name=release_at]").focus()
    page.keyboard.type("12")
    press.click()
    half = dialog.locator("[data-half-typed]")
    expect(half).to_be_visible()
    expect(dialog.locator("[name=release_at]")).to_be_focused()
    assert not fresh(order).is_held
    dialog.locator("[name=release_at]").fill("")
    expect(half).to_have_count(0)
    press.click()
    undo = page.locator(".toast-note form button")
    undo.focus()
    assert fresh(order).is_held
    undo.press("Enter")
    expect(page.locator(".toast-note")).to_be_visible()
    expect(page.locator(".toast-note form")).to_have_count(0)
    assert not fresh(order).is_held
