"""Regions as people type them into a row of a freight template."""

import pytest
from django.core.exceptions import ValidationError

from shop.freight.names import list_regions, name_regions, read_regions


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", []),
        ("浙江省", ["330000"]),
        (
            "浙江、上海，江苏 广州市\n内蒙古;新疆",
            ["150000", "310000", "320000", "330000", "440100", "650000"],
        ),
        ("杭州", ["330100"]),
        ("仙桃", ["429004"]),
        ("浙江 浙江省", ["330000"]),
        ("吉林", ["220000"]),
        ("吉林市", ["220200"]),
    ],
)
def test_names_may_be_short_and_are_put_in_order(typed: str, codes: list[str]) -> None:
    assert read_regions(typed) == codes


def test_a_name_that_the_table_does_not_know_is_named_with_the_nearest() -> None:
    with pytest.raises(ValidationError) as caught:
        read_regions("浙江、呼和浩市、Atlantis")
    assert caught.value.messages == [
        "“呼和浩市” is no province or city of the table. Did you mean 呼和浩特市?",
        "“Atlantis” is no province or city of the table.",
    ]


def test_every_region_is_read_again_as_it_is_named() -> None:
    codes = [place.code for place in list_regions()]
    assert len(codes) > 350
    assert read_regions(name_regions(codes)) == sorted(codes)
