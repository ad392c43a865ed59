"""Packing photos in the ship dialog: sent as they are taken, kept through a refusal, shown on the order's page."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from orders.shipping.models import ParcelPhoto
from shop.files.models import Picture
from tests import cast
from tests.browser.conftest import Device, LiveShop
from tests.browser.look import NARROW
from tests.expect import fresh

pytestmark = pytest.mark.browser


def test_photos_are_taken_kept_and_shown(live_shop: LiveShop, device: Device, tmp_path: Path) -> None:
    cast.open_shop()
    order = cast.prepared_order()
    page = device("owner", viewport=NARROW).new_page()
    page.goto(live_shop.url(f"/console/orders/{order.number}/ship/"))
    large, broken = tmp_path / "large.png", tmp_path / "broken.jpg"
    Image.effect_noise((3000, 2400), 90).save(large)
    broken.write_bytes(b"no picture")
    page.set_input_files("[data-photos-file]", [large])
    photos = page.locator("#dialog-ship .photo")
    expect(photos).to_have_count(1)
    page.set_input_files("[data-photos-file]", [broken])
    expect(page.locator("[data-photos-words]").first).to_contain_text("JPEG")
    page.locator("#dialog-ship .dialog-foot .btn-primary").click()
    expect(page.locator("#dialog-ship .photo")).to_have_count(1)
    page.fill("[data-tracking-no]", "SF9876543210124")
    page.locator("#dialog-ship .dialog-foot .btn-primary").click()
    page.wait_for_url(f"**/orders/{order.number}/")
    photo = ParcelPhoto.objects.select_related("picture").get(parcel__lines__order_line__order=order)
    assert max(photo.picture.width, photo.picture.height) == 1600
    expect(page.locator(".parcel .photo img")).to_be_visible()
    assert fresh(order).stage == "shipped" and Picture.objects.filter(pk=photo.picture_id).exists()


def test_one_is_taken_off_again_before_it_is_used(
    live_shop: LiveShop, device: Device, tmp_path: Path
) -> None:
    cast.open_shop()
    order = cast.shipped_order()
    page = device("owner").new_page()
    page.goto(live_shop.url(f"/console/orders/{order.number}/photograph/"))
    small = tmp_path / "small.png"
    Image.new("RGB", (40, 30), "white").save(small)
    page.set_input_files("[data-photos-file]", [small, small])
    photos = page.locator("#dialog-photograph .photo")
    expect(photos).to_have_count(2)
    photos.first.locator("[data-photo-remove]").click()
    expect(photos).to_have_count(1)
    page.locator("#dialog-photograph .dialog-foot .btn-primary").click()
    page.wait_for_url(f"**/orders/{order.number}/")
    assert ParcelPhoto.objects.filter(parcel__lines__order_line__order=order).count() == 1
