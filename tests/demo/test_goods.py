"""The demo shop's goods and their pictures."""

from io import BytesIO
from random import Random

from PIL import Image

from shop.demo.drawing.packing import draw_packing
from shop.demo.drawing.pictures import draw_product_picture
from shop.demo.goods import PRODUCTS


def test_codes_are_unique_and_prices_are_real():
    skus = [sku for product in PRODUCTS for sku in product.skus]
    assert len(PRODUCTS) >= 30
    assert len({product.code for product in PRODUCTS}) == len(PRODUCTS)
    assert len({sku.code for sku in skus}) == len(skus)
    assert all(sku.price_fen > 0 and sku.on_hand >= 0 for sku in skus)


def test_barcodes_are_of_the_range_for_shops_and_their_digits_add_up():
    barcodes = [sku.barcode for product in PRODUCTS for sku in product.skus]
    assert len(set(barcodes)) == len(barcodes)
    assert all(code.startswith("2") and len(code) == 13 for code in barcodes)
    weights = [1, 3] * 6 + [1]
    assert all(sum(int(n) * w for n, w in zip(code, weights, strict=True)) % 10 == 0 for code in barcodes)


def test_there_are_enough_kinds_of_picture_to_tell_goods_apart():
    assert len({product.motif for product in PRODUCTS}) >= 10


def test_a_picture_is_a_small_jpeg_and_the_same_every_time():
    first = draw_product_picture(PRODUCTS[0], size=240)
    assert first == draw_product_picture(PRODUCTS[0], size=240)
    assert len(first) <= 40_000
    with Image.open(BytesIO(first)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (240, 240))


def test_packing_photos_are_small_and_differ():
    first, second = draw_packing(Random(1)), draw_packing(Random(2))
    assert first == draw_packing(Random(1)) != second
    assert len(first) <= 40_000
