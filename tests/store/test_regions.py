"""Regions as they are written on a parcel."""

import pytest

from shop.store.places.regions import join_region


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        (("上海市", "上海市", "浦东新区"), "上海市浦东新区"),
        (("浙江省", "杭州市", "西湖区"), "浙江省杭州市西湖区"),
        (("海南省", "", "文昌市"), "海南省文昌市"),
    ],
)
def test_a_municipality_is_named_once(parts: tuple[str, str, str], written: str) -> None:
    assert join_region(*parts) == written
