"""Once all parcels have arrived WeChat asks the buyer, a single time, to confirm the receipt."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.shipping.models import Parcel
from orders.shipping.services.ship import arrive_parcel, ship_order
from orders.wechat_report.models import ShippingReport
from orders.wechat_report.selectors import list_to_remind
from orders.wechat_report.tasks import remind_buyer
from shop import clock
from tests import cast
from tests.gateway import Gateway
from tests.wechat_report.conftest import WAREHOUSE, know, shipments, tell, the_only, verbs

NOTIFY = "/wxa/sec/order/notify_confirm_receive"


@pytest.fixture
def order(wechat: Gateway) -> Order:
    order = cast.shipped_order()
    know(order, wechat)
    tell(the_only(order))
    return order


def arrive(order: Order) -> ShippingReport:
    for parcel in Parcel.objects.filter(lines__order_line__order=order):
        arrive_parcel(parcel.pk, actor=WAREHOUSE)
    return the_only(order)


def remind(report: ShippingReport) -> ShippingReport:
    remind_buyer(report.pk)
    return ShippingReport.objects.get(pk=report.pk)


def test_the_buyer_is_asked_once(order: Order, wechat: Gateway) -> None:
    report = arrive(order)
    assert list_to_remind(clock.now(), (), 9) == [report.pk]
    report = remind(report)
    assert (bool(report.reminded_at), report.remind_at, verbs(report)[-2:]) == (
        True,
        None,
        ["arrive", "remind"],
    )
    (row,) = shipments(wechat)
    assert row["reminded_at"]
    assert remind(report).version == report.version


def test_what_was_asked_before_counts(order: Order, wechat: Gateway) -> None:
    wechat.server.world.ledger.write("UPDATE shipments SET reminded_at = 1")
    assert remind(arrive(order)).reminded_at


def test_without_an_answer_it_is_asked_again(order: Order, wechat: Gateway) -> None:
    wechat.fail("timeout_after", NOTIFY)
    report = remind(arrive(order))
    assert (report.reminded_at, report.remind_at > clock.now()) == (None, True)
    assert remind(report).reminded_at


def test_before_wechat_was_told_there_is_nothing_to_confirm(wechat: Gateway) -> None:
    order = cast.shipped_order()
    know(order, wechat)
    report = arrive(order)
    assert list_to_remind(clock.now(), (), 9) == []
    assert remind(report).reminded_at is None
    tell(report)
    assert list_to_remind(clock.now(), (), 9) == [report.pk]


def test_while_a_parcel_is_on_its_way_nobody_is_asked(wechat: Gateway) -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get()
    parcels = [cast.parcel({line.pk: 1}), cast.parcel({line.pk: 1})]
    ship_order(order.pk, parcels=parcels, actor=WAREHOUSE)
    arrive_parcel(Parcel.objects.earliest("pk").pk, actor=WAREHOUSE)
    assert the_only(order).arrived_at is None


def test_after_a_week_wechat_is_not_asked_any_more(order: Order) -> None:
    report = arrive(order)
    ShippingReport.objects.filter(pk=report.pk).update(arrived_at=clock.now() - timedelta(days=8))
    report = remind(report)
    assert (report.reminded_at, report.remind_at, verbs(report)[-1]) == (None, None, "spare_reminder")


def test_a_payment_that_is_over_is_left_alone(order: Order, wechat: Gateway) -> None:
    report = arrive(order)
    wechat.server.world.ledger.write("UPDATE shipments SET state = 4")
    report = remind(report)
    assert (report.reminded_at, verbs(report)[-1]) == (None, "spare_reminder")
