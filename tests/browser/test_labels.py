"""The ship dialog with “Get e-waybill” in it, by the keyboard."""

import pytest

from tests import cast
from tests.browser.conftest import Device, LiveShop
from tests.expect import fresh
from tests.waybills.conftest import set_up_couriers

pytestmark = pytest.mark.browser


def test_enter_after_a_typed_number_ships_and_asks_for_no_e_waybill(
    live_shop: LiveShop, device: Device
) -> None:
    cast.open_shop()
    set_up_couriers()
    order = cast.prepared_order()
    page = device("owner").new_page()
    page.goto(live_shop.url(f"/console/orders/{order.number}/ship/"))
    page.wait_for_load_state("networkidle")
    assert page.locator("button[name=label]").is_visible()
    page.fill("[data-tracking-no]", "SF9876543210123")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{order.number}/")
    assert (fresh(order).stage, order.waybills.count()) == ("shipped", 0)
