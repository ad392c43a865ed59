"""The board of what nobody came for, and sending it instead, at the counter's screen and on a phone."""

import secrets

import pytest
from playwright.sync_api import expect

from pickup.uncollected.services import store_goods
from tests import cast
from tests.browser.axe import find_violations
from tests.browser.conftest import Device, LiveShop, open_page
from tests.browser.look import NARROW
from tests.expect import fresh
from tests.pickup.counter import forgotten

pytestmark = pytest.mark.browser
BOARD = "/console/pickup/uncollected/"


def test_sent_instead_from_the_board(live_shop: LiveShop, device: Device) -> None:
    order = forgotten(
        store=cast.make_store("W" * 32 + secrets.token_hex(4)), customer=cast.make_customer("小林")
    )
    page = open_page(device("order_clerk"), live_shop, BOARD)
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    row = page.locator("tr", has_text=order.pickup_store.name)
    row.locator("[data-dialog-open='#dialog-send_instead']").click()
    dialog = page.locator("#dialog-send_instead")
    expect(dialog).to_be_visible()
    assert find_violations(page) == []
    for name in ("province", "city", "district", "detail"):
        dialog.locator(f"input[name={name}]").fill(getattr(cast.HOME, name))
    dialog.locator("button.btn-primary").click()
    page.locator("#dialog-send_instead input[name=difference][value=settle]").check()
    page.locator("#dialog-send_instead button.btn-primary").click()
    expect(page.locator("body")).to_contain_text("配送方式已更改")
    assert (fresh(order).delivery, fresh(order).owed_fen) == ("express", 10_00)


@pytest.mark.parametrize("path", [BOARD, f"{BOARD}?tab=snoozed"])
def test_on_a_small_screen_nothing_is_out_of_reach(live_shop: LiveShop, device: Device, path: str) -> None:
    store_goods(forgotten(store=cast.make_store()).pk, text="W" * 60, actor=cast.clerk())
    page = open_page(device("manager", viewport=NARROW), live_shop, path)
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
