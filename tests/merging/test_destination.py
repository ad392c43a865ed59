"""Which ways of writing an address are one, and which are not."""

import pytest

from orders.destinations import fold_address, fold_recipient
from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from shop.store.choices import Delivery
from tests import cast
from tests.expect import fresh


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("文三路 1 号", "文三路1号"),
        ("文三路１号３幢", "文三路1号3幢"),
        ("文三路1号,3幢", "文三路1号，3幢。"),
        ("文三路1号3#", "文三路1号3号"),
        ("a座 1-1101", "Ａ座1－1101"),
        ("A座1 1101", "A座1/1101"),
        ("文三路\u200b1号(后门)", "文三路1号（后门）"),
    ],
)
def test_these_are_one_door(one: str, other: str) -> None:
    assert fold_address(one) == fold_address(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("1-1101", "11-101"), ("1 1101", "11101"), ("3号楼", "13号楼"), ("文三路1号", "文二路1号")],
)
def test_these_are_two(one: str, other: str) -> None:
    assert fold_address(one) != fold_address(other)


def make(**changes: str) -> Order:
    return Order(**(cast.HOME.columns | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"province": "浙江"},
        {"district": "西湖"},
        {"phone": f"+86 {cast.HOME.phone}"},
        {"phone": f"{cast.HOME.phone[:3]}-{cast.HOME.phone[3:]}"},
        {"address_detail": f"浙江省杭州市西湖区{cast.HOME.detail}"},
    ],
)
def test_what_people_leave_out_or_write_twice_makes_no_other_recipient(changes: dict[str, str]) -> None:
    assert fold_recipient(make(**changes)) == fold_recipient(make())


@pytest.mark.parametrize(
    "changes", [{"recipient": "别人"}, {"phone": "13900000000"}, {"city": "宁波市"}, {"district": "拱墅区"}]
)
def test_another_person_phone_or_place_is_another_recipient(changes: dict[str, str]) -> None:
    assert fold_recipient(make(**changes)) != fold_recipient(make())


def test_two_buyers_at_one_address_have_nothing_in_common(db: None) -> None:
    me = cast.make_customer()
    first, second, other = (cast.place(customer) for customer in (me, me, cast.make_customer()))
    assert first.destination == second.destination != other.destination
    assert 0 not in (first.destination, other.destination)


def test_what_goes_without_a_courier_has_none(db: None) -> None:
    cast.open_shop(local_on=True)
    assert cast.place(delivery=Delivery.LOCAL).destination == 0


def test_nothing_is_kept_of_an_order_that_is_over(db: None) -> None:
    order = cast.place()
    cancel_unpaid(order.pk, actor=cast.buyer(order))
    assert fresh(order).destination == 0
