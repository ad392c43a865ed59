"""What WeChat is to be told follows the parcels, and waits so long that a mistake can be taken back."""

from datetime import timedelta

from orders.desk.testing.services import place_test_order
from orders.models import Order, OrderLine
from orders.payments.changes.cancelling import cancel_lines
from orders.payments.changes.difference import Difference
from orders.payments.changes.swapping import Swap, change_lines
from orders.services.steps import confirm_order, prepare_order
from orders.shipping.models import Parcel
from orders.shipping.services.ship import NewParcel, ship_order, undo_ship
from orders.wechat_report.models import Company, ReportState, ShippingReport
from orders.wechat_report.services.following import follow_order
from orders.wechat_report.services.pressing import retry_report
from shop import clock
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.conftest import find_broken_books
from tests.gateway import Gateway
from tests.wechat_report.conftest import (
    WAREHOUSE,
    content,
    know,
    left,
    numbers,
    shipments,
    switch,
    tell,
    the_only,
    verbs,
)


def ship_parts(order: Order, count: int) -> None:
    line = order.lines.get()
    ship_order(order.pk, parcels=[cast.parcel({line.pk: 1}) for _ in range(count)], actor=WAREHOUSE)


def undo() -> None:
    undo_ship(Parcel.objects.latest("pk").pk, actor=WAREHOUSE)


def test_it_waits_as_long_as_the_shop_says(sent_tasks: list[tuple[str, int]]) -> None:
    report = the_only(cast.shipped_order())
    assert timedelta(minutes=9) < report.next_try_at - clock.now() <= timedelta(minutes=10)
    assert ("tell_wechat", report.pk) not in sent_tasks
    switch(wechat_report_delay_minutes=0)
    report = the_only(cast.shipped_order())
    assert ("tell_wechat", report.pk) in sent_tasks


def test_taken_back_before_wechat_was_told_nothing_is_told() -> None:
    order = cast.shipped_order()
    report = the_only(order)
    undo()
    report = the_only(order)
    assert (report.state, report.next_try_at, verbs(report)) == ("dropped", None, ["leave", "drop"])
    ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
    report = the_only(order)
    assert (report.state, verbs(report)[-1]) == ("waiting", "renew")


def test_another_parcel_before_wechat_was_told_waits_anew(wechat: Gateway) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    know(order, wechat)
    ship_parts(order, 1)
    first = the_only(order)
    assert (first.wanted["all"], len(first.wanted["parcels"])) == (False, 1)
    ship_parts(order, 1)
    report = the_only(order)
    assert (report.wanted["all"], verbs(report)) == (True, ["leave", "correct"])
    assert report.next_try_at > first.next_try_at
    assert tell(report).state == ReportState.TOLD
    assert content(wechat)["delivery_mode"] == 2 and len(numbers(wechat)) == 2


def test_parts_are_told_as_they_leave_and_the_last_ends_it(wechat: Gateway) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 3})
    know(order, wechat)
    for sent in (1, 2):
        ship_parts(order, 1)
        assert tell(the_only(order)).state == ReportState.TOLD
        assert (len(numbers(wechat)), shipments(wechat)[0]["is_finished"]) == (sent, 0)
    ship_parts(order, 1)
    assert tell(the_only(order)).state == ReportState.TOLD
    assert (len(numbers(wechat)), shipments(wechat)[0]["is_finished"]) == (3, 1)


def test_the_rest_is_cancelled_and_what_was_sent_is_all(wechat: Gateway) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    know(order, wechat)
    ship_parts(order, 1)
    assert tell(the_only(order)).state == ReportState.TOLD
    line = OrderLine.objects.get(order=order)
    cancel_lines(order.pk, quantities={line.pk: 1}, reason="缺货", actor=cast.clerk())
    assert tell(the_only(order)).state == ReportState.TOLD
    assert (content(wechat)["delivery_mode"], shipments(wechat)[0]["is_finished"]) == (2, 1)


def test_no_more_than_fifteen_parcels_are_named(wechat: Gateway) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 17})
    know(order, wechat)
    ship_parts(order, 17)
    report = tell(the_only(order))
    assert (report.state, report.left_out, len(numbers(wechat))) == ("told", 2, 15)
    assert shipments(wechat)[0]["is_finished"] == 1
    follow_order(order.pk)
    assert the_only(order).state == ReportState.TOLD


def test_each_payment_of_an_order_is_told_of(wechat: Gateway) -> None:
    order = cast.prepared_order()
    line = order.lines.get()
    swap = Swap(line.pk, line.quantity, cast.make_sku(price_fen=90_00).pk, line.quantity)
    change_lines(order.pk, swap, difference=Difference.SETTLE, actor=cast.clerk())
    order.refresh_from_db()
    cast.pay(order)
    know(order, wechat)
    ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
    reports = left(order)
    assert len({report.payment_id for report in reports}) == 2
    assert [tell(report).state for report in reports] == ["told", "told"]
    assert len(shipments(wechat)) == 2


def test_own_delivery_goes_within_the_city_when_all_has_left(wechat: Gateway) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2}, delivery=Delivery.LOCAL)
    know(order, wechat)
    line = order.lines.get()
    drive = NewParcel(quantities={line.pk: 1}, driver_name="马师傅", driver_phone="13911110000")
    ship_order(order.pk, parcels=[drive], actor=WAREHOUSE)
    assert left(order) == []
    ship_order(order.pk, parcels=[drive], actor=WAREHOUSE)
    assert tell(the_only(order)).state == ReportState.TOLD
    assert (content(wechat)["logistics_type"], content(wechat)["delivery_mode"]) == (2, 1)
    assert content(wechat)["shipping_list"] == [{"item_desc": f"{line.product_name}×2"}]


def test_only_of_sf_wechat_wants_the_phone(wechat: Gateway) -> None:
    order = cast.prepared_order()
    know(order, wechat)
    ship_order(order.pk, parcels=[NewParcel("YTO", "YT1234567890123", {})], actor=WAREHOUSE)
    tell(the_only(order))
    assert "contact" not in content(wechat)["shipping_list"][0]


def test_a_courier_is_found_by_its_name_in_wechats_list(wechat: Gateway) -> None:
    order = cast.prepared_order()
    know(order, wechat)
    ship_order(order.pk, parcels=[NewParcel("UC", "UC1234567890", {})], actor=WAREHOUSE)
    report = tell(the_only(order))
    assert (report.state, "优速快递" in report.last_error) == ("failed", True)
    Company.objects.create(delivery_id="UC", name="优速快递")
    retry_report(report.pk, actor=WAREHOUSE)
    assert tell(report).state == ReportState.TOLD


def test_what_was_not_paid_by_wechat_is_nothing_to_it() -> None:
    order = cast.place(pay_method=PayMethod.COD)
    confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    prepare_order(order.pk, actor=cast.clerk("order_clerk"))
    ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
    assert left(order) == []


def test_of_a_test_order_nothing_is_told() -> None:
    cast.make_sku()
    order = place_test_order(actor=cast.clerk())
    follow_order(order.pk)
    assert left(order) == []


def test_taken_back_after_wechat_was_told_the_next_parcel_is_told_instead(wechat: Gateway) -> None:
    order = cast.shipped_order()
    know(order, wechat)
    report = tell(the_only(order))
    undo()
    report = the_only(order)
    assert (report.state, report.wanted, bool(report.taken)) == ("told", {}, True)
    ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
    report = tell(the_only(order))
    assert (report.state, numbers(wechat)) == ("told", [Parcel.objects.latest("pk").tracking_no])


def test_the_books_find_a_payment_of_which_nothing_is_told() -> None:
    assert len(left(cast.shipped_order())) == 1
    second = cast.shipped_order()
    assert len(left(second)) == 1
    kept = ShippingReport.objects.get(order=second)
    ShippingReport.objects.filter(pk=kept.pk).delete()
    assert [row[:5] for row in find_broken_books()] == ["B17.1"]
    ShippingReport.objects.bulk_create([kept])
    ShippingReport.objects.filter(pk=kept.pk).update(next_try_at=None)
    assert [row[:4] for row in find_broken_books()] == ["B17 "]
    ShippingReport.objects.filter(pk=kept.pk).update(next_try_at=kept.next_try_at)
