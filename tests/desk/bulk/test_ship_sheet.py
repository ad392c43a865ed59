"""Shipping by sheet: what rows mean, what is refused and why, and that nothing is sent twice."""

from collections.abc import Callable

import pytest

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from orders.services.merging import merge_orders
from orders.services.steps import hold_order
from orders.shipping.models import Parcel
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import undo_ship
from orders.stages import Stage
from orders.waybills.models import WaybillState
from shop.jobs.models import JobState
from shop.jobs.services import repeat_failed
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.desk.bulk.uploading import SHORT, confirm, numbers_of, say, send, ship, shipper
from tests.expect import count_queries, fresh
from tests.sheets.importing import work
from tests.sheets.making import csv
from tests.waybills.conftest import set_up_couriers, settled

SF = "SF1234567890123"
YT = "YT1234567890123"


def two_skus(pieces: int = 2) -> tuple[Order, str, str]:
    """An order of so many pieces of each of two SKUs, with their codes."""
    one, other = cast.make_sku(), cast.make_sku()
    order = cast.prepared_order(basket={one.pk: pieces, other.pk: pieces})
    return order, one.code, other.code


def test_two_columns_are_enough_and_nothing_changes_before_it_is_confirmed() -> None:
    order = cast.prepared_order()
    job = send([[order.number, SF]], header=SHORT)
    assert job.state == JobState.CHECKED and not numbers_of(order)
    ((fate, words),) = say(job)
    assert fate == "add" and "Courier: SF Express (from the number)." in words
    assert confirm(job).done == 1
    assert fresh(order).stage == Stage.SHIPPED
    assert Parcel.objects.get().courier == "SF"


def test_the_same_file_again_changes_nothing_and_says_so() -> None:
    orders = [cast.prepared_order() for _ in range(2)]
    rows = [[order.number, "", f"SF123456789012{at}"] for at, order in enumerate(orders)]
    assert ship(rows).done == 2
    again = send(rows)
    assert again.state == JobState.DONE
    assert say(again) == [("same", "Already shipped with this number.")] * 2
    assert Parcel.objects.count() == 2


def test_rows_of_one_order_under_one_number_are_one_parcel() -> None:
    order, one, other = two_skus()
    assert ship([[order.number, "", SF, one, 2], [order.number, "", SF, other, 1]]).done == 2
    assert numbers_of(order) == [(SF, 2), (SF, 1)]
    assert Parcel.objects.count() == 1
    assert fresh(order).stage == Stage.PREPARING


def test_several_parcels_of_one_order_are_done_one_by_one_and_finish_it() -> None:
    order, one, other = two_skus()
    job = send([[order.number, "", SF, one, 2], [order.number, "", YT, other, 2]])
    assert {row.unit for row in job.rows.all()} == {2, 3}
    assert confirm(job).done == 2
    assert fresh(order).stage == Stage.SHIPPED and Parcel.objects.count() == 2
    assert {
        fate for fate, _words in say(send([[order.number, "", SF, one, 2], [order.number, "", YT, other, 2]]))
    } == {"same"}


def test_several_numbers_without_quantities_are_refused_by_name() -> None:
    order, _one, _other = two_skus()
    said = say(send([[order.number, "", SF], [order.number, "", YT]]))
    assert [fate for fate, _words in said] == ["refused", "refused"]
    assert "write SKU code and quantity beside each of them" in said[0][1]


def test_a_row_without_quantity_sends_all_that_is_left_of_its_sku() -> None:
    order, one, _other = two_skus(3)
    ship([[order.number, "", SF, one, ""]])
    assert numbers_of(order) == [(SF, 3)]


def test_a_quantity_alone_means_the_only_sku_or_is_refused() -> None:
    single = cast.prepared_order(basket={cast.make_sku().pk: 3})
    double, one, other = two_skus()
    said = say(job := send([[single.number, "", SF, "", 2], [double.number, "", YT, "", 1]]))
    assert said[0][0] == "add" and f"which SKU is meant: {one}、{other}" in said[1][1]
    confirm(job)
    assert numbers_of(single) == [(SF, 2)]


def test_more_than_is_left_and_goods_of_other_orders_are_refused() -> None:
    order, one, other = two_skus()
    said = say(send([[order.number, "", SF, one, 3], [order.number, "", YT, "OTHER-1", 1]]))
    assert f"Of {one} only 2 are left to send." in said[0][1]
    assert f"Nothing of OTHER-1 is left to send in this order, only of: {one}、{other}." in said[1][1]


@pytest.mark.parametrize(
    ("written", "number", "default", "words"),
    [
        ("圆通", "123456789012345678", "", "Courier: YTO Express."),
        ("sf express", "99", "", "no tracking number"),
        ("ZTO", SF, "", "Courier: ZTO Express."),
        ("", YT, "SF", "Courier: YTO Express (from the number)."),
        ("", "ABC123456", "JTSD", "Courier: J&T Express (chosen for the whole sheet)."),
        ("", "123456789012", "UC", "Courier: UC Express (chosen for the whole sheet)."),
        ("", "ABC123456", "", "The number does not tell the courier."),
        ("火箭快递", SF, "SF", "The shop knows no courier “火箭快递”."),
    ],
)
def test_the_courier_is_written_or_guessed_or_the_default(
    written: str, number: str, default: str, words: str
) -> None:
    order = cast.prepared_order()
    assert words in say(send([[order.number, written, number]], courier=default))[0][1]


def test_failed_rows_are_checked_again_with_the_same_default() -> None:
    order = cast.paid_order()
    actor = shipper()
    job = send([[order.number, "", "ABC123456"]], courier="JTSD", actor=actor)
    assert "has not been confirmed yet" in say(job)[0][1]
    cast.confirm_order(order.pk, actor=cast.clerk())
    again = work(repeat_failed(job, actor=actor, key="again"))
    assert "Courier: J&T Express (chosen for the whole sheet)." in say(again)[0][1]
    assert confirm(again).done == 1


def held() -> Order:
    order = cast.prepared_order()
    return hold_order(order.pk, reason="地址不详", actor=cast.clerk())


def closed() -> Order:
    order = cast.paid_order()
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    return order


OBSTACLES: list[tuple[Callable[[], Order], str]] = [
    (cast.place, "The order has not been paid yet."),
    (cast.paid_order, "The order has not been confirmed yet."),
    (held, "The order is on hold: 地址不详."),
    (closed, "The order is closed: cancelled by the shop."),
    (cast.shipped_order, "All of this order has been shipped already, under: SF"),
    (lambda: cast.prepared_order(delivery=Delivery.LOCAL), "This order goes without a courier"),
]


@pytest.mark.parametrize(("make", "words"), OBSTACLES, ids=[words for _make, words in OBSTACLES])
def test_orders_that_cannot_be_shipped_are_refused_by_name(make: Callable[[], Order], words: str) -> None:
    order, fine = make(), cast.prepared_order()
    job = send([[order.number, "", YT], [fine.number, "", SF]])
    (fate, said), (_fine, _words) = say(job)
    assert fate == "refused" and words in said
    confirm(job)
    assert (job.done, job.failed) == (1, 1) and fresh(fine).stage == Stage.SHIPPED


def test_unknown_orders_and_those_of_a_test_are_refused() -> None:
    said = say(send([["261130000000000000", "", SF], ["12345", "", YT]]))
    assert said[0] == ("refused", "There is no such order.")
    assert "its number has 18 digits, and this one 5 characters" in said[1][1]


def test_one_number_for_strangers_is_refused_and_for_one_buyer_is_one_parcel() -> None:
    buyer = cast.make_customer()
    one, other = (cast.prepared_order(customer=buyer) for _ in range(2))
    strangers = [cast.prepared_order() for _ in range(2)]
    rows = [[one.number, "", SF], [other.number, "", SF], *([order.number, "", YT] for order in strangers)]
    job = send(rows)
    said = say(job)
    assert f"In one parcel: orders {one.number}、{other.number}." in said[0][1]
    assert "Row 5 has this number too" in said[2][1] and "Row 4 has this number too" in said[3][1]
    confirm(job)
    assert (job.done, job.failed) == (2, 2)
    assert Parcel.objects.count() == 1
    assert fresh(one).stage == fresh(other).stage == Stage.SHIPPED
    assert [fate for fate, _words in say(send(rows[:2]))] == ["same", "same"]


def test_a_number_in_use_is_joined_by_the_same_buyer_and_refused_to_others() -> None:
    buyer = cast.make_customer()
    first, second = (cast.prepared_order(customer=buyer) for _ in range(2))
    stranger = cast.prepared_order()
    ship([[first.number, "", SF]])
    said = say(job := send([[second.number, "", SF]]))
    assert f"Goes into the parcel of order {first.number}" in said[0][1]
    confirm(job)
    assert Parcel.objects.count() == 1 and fresh(second).stage == Stage.SHIPPED
    assert "has already been used, for order" in say(send([[stranger.number, "", SF]]))[0][1]


def test_rows_that_say_the_same_are_named() -> None:
    order = cast.prepared_order()
    said = say(job := send([[order.number, "", SF], [order.number, "", SF]]))
    assert [fate for fate, _words in said] == ["add", "refused"]
    assert said[1][1] == "Row 2 says the same. Delete one of them."
    assert confirm(job).done == 1


def test_what_was_sent_under_this_number_is_compared() -> None:
    order, one, _other = two_skus(3)
    ship([[order.number, "", SF, one, 2]])
    assert "but with 2 pieces of this" in say(send([[order.number, "", SF, one, 3]]))[0][1]
    assert "but with SF Express" in say(send([[order.number, "圆通", SF, one, 2]]))[0][1]
    undo_ship(Parcel.objects.get().pk, actor=cast.clerk())
    assert say(send([[order.number, "", SF, one, 3]]))[0][0] == "add"


def test_a_replaced_number_is_known() -> None:
    order = cast.prepared_order()
    ship([[order.number, "", SF]])
    parcel = Parcel.objects.get()
    replace_number(parcel.pk, courier="YTO", tracking_no=YT, why=WhyReplaced.TYPED, actor=cast.clerk())
    fate, words = say(send([[order.number, "", SF]]))[0]
    assert (fate, words) == (
        "same",
        f"Already shipped with this number, which has been replaced by {YT} since.",
    )


def test_an_e_waybill_that_waits_is_used_or_named() -> None:
    set_up_couriers()
    order, other = cast.prepared_order(), cast.prepared_order()
    settled(order, WaybillState.ISSUED, tracking_no=SF)
    courier = order.waybills.get().courier
    assert (
        f"An e-waybill of this order waits for its parcel: {SF}." in say(send([[order.number, "", YT]]))[0][1]
    )
    assert f"This is the e-waybill of order {order.number}." in say(send([[other.number, courier, SF]]))[0][1]
    ship([[order.number, courier, SF]])
    assert order.waybills.get().state == WaybillState.USED


def test_an_e_waybill_without_a_number_is_for_people() -> None:
    set_up_couriers()
    order = cast.prepared_order()
    settled(order, WaybillState.UNKNOWN)
    assert "An e-waybill of this order has no number yet." in say(send([[order.number, "", YT]]))[0][1]


def test_merged_orders_go_together_or_say_that_they_do_not() -> None:
    buyer = cast.make_customer()
    one, other = (cast.prepared_order(customer=buyer) for _ in range(2))
    merge_orders([one.pk, other.pk], actor=cast.clerk())
    assert f"Was to go together with {other.number}" in say(send([[one.number, "", SF]]))[0][1]
    assert ship([[one.number, "", SF], [other.number, "", SF]]).done == 2


def test_what_moved_between_looking_and_confirming_is_refused_and_can_be_checked_again() -> None:
    order, one, _other = two_skus(2)
    job = send([[order.number, "", SF]])
    line = order.lines.get(sku__code=one)
    cast.ship_order(order.pk, parcels=[cast.parcel({line.pk: 1})], actor=cast.clerk())
    confirm(job)
    assert (job.done, job.failed) == (0, 1)
    assert "The shop has changed since the row was checked." in say(job)[0][1]


def test_cash_on_delivery_goes_and_a_rest_that_is_owed_does_not() -> None:
    cash = cast.place(pay_method=PayMethod.COD)
    cast.confirm_order(cash.pk, actor=cast.clerk())
    assert ship([[cash.number, "", SF]]).done == 1


def test_checking_many_rows_takes_as_many_queries_as_a_few() -> None:
    # One number in a thousand ends as if Excel had rounded it, which costs a query.
    made = (cast.prepared_order() for _ in range(16))
    orders = [order for order in made if not order.number.endswith("000")][:12]
    actor = shipper()

    def count(rows: int) -> int:
        raw = csv(
            "订单号,运单号", *(f"{order.number},SF99{rows}{at:09d}" for at, order in enumerate(orders[:rows]))
        )
        return count_queries(lambda: send([], raw=raw, actor=actor))

    assert count(2) == count(12)


STATEMENTS_OF_A_ROW = 21
"""Shipping sends twelve; the maker, the verdict and the count one each, and three savepoints are made and released."""


def test_each_row_more_is_shipped_with_the_same_few_statements() -> None:
    orders = [cast.prepared_order() for _ in range(6)]
    numbers = iter(range(len(orders)))

    def count(some: list[Order]) -> int:
        job = send([[order.number, "", f"SF10000000000{next(numbers):02d}"] for order in some])
        return count_queries(lambda: confirm(job))

    count(orders[:1])  # what is asked of the database once by a process
    one, four = count(orders[1:2]), count(orders[2:])
    assert four - one == 3 * STATEMENTS_OF_A_ROW
