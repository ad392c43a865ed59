"""Changing the address by a pasted line."""

from django.test import Client

from tests import cast
from tests.cast import HOME
from tests.desk.buttons import assert_done, assert_refused, post

LINE = "赵六 18621234567 上海市浦东新区世纪大道100号"
AS_SHOWN = {"province": HOME.province, "city": HOME.city, "district": HOME.district}


def test_a_pasted_line_alone_changes_the_address(owner: Client):
    order = cast.place()
    assert_done(post(owner, order, "change-address", pasted=LINE, **AS_SHOWN), order)
    assert (order.recipient, order.phone) == ("赵六", "18621234567")
    assert (order.province, order.city, order.district) == ("上海市", "上海市", "浦东新区")
    assert order.address_detail == "世纪大道100号"


def test_what_was_typed_comes_before_what_was_pasted(owner: Client):
    order = cast.place()
    assert_done(post(owner, order, "change-address", pasted=LINE, recipient="钱七", **AS_SHOWN), order)
    assert order.recipient == "钱七"


def test_an_unknown_region_names_the_nearest(owner: Client):
    order = cast.place()
    region = {"province": "浙江", "city": "杭州市", "district": "西湖区"}
    assert_refused(
        post(owner, order, "change-address", detail="x", **region), order, 422, "Did you mean 浙江省?"
    )


def test_the_dialog_asks_for_the_parts(owner: Client):
    parts = owner.post("/console/orders/split-address/", {"pasted": LINE}).json()
    assert (parts["recipient"], parts["district"]) == ("赵六", "浦东新区")
    page = owner.get(f"/console/orders/{cast.place().number}/change-address/").content.decode()
    assert "/console/orders/split-address/" in page
    assert 'list="regions-province"' in page
