"""Orders that buyers pick up: how they are placed, and what the shop's ways of sending leave alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import cancel_unsent
from orders.payments.selectors import list_unsent
from orders.selectors import list_due_to_warn
from orders.services.merging import merge_orders
from orders.services.postponing import postpone_order
from orders.services.steps import confirm_order, prepare_order
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from orders.waybills.services.asking import Wish, request_waybill
from orders.wechat_report.wanted import describe_shipping
from shop import clock
from shop.actor import SYSTEM
from shop.store.choices import Delivery, OverdueRule, PayMethod
from shop.store.models import StoreSettings
from shop.store.pickup_stores.services import change_store, close_store
from tests import cast
from tests.expect import fresh, refused, verbs_of


def test_a_pickup_order_knows_its_store_and_who_comes_and_nothing_of_an_address() -> None:
    store = cast.make_store()
    order = fresh(cast.place_pickup(store))
    assert (order.pickup_store, order.code_version, order.freight_fen) == (store, 0, 0)
    assert (order.recipient, order.phone) == ("林晓燕", "13800005678")
    assert (order.region, order.address_detail, order.destination) == ("", "", 0)
    assert order.stage == Stage.UNPAID


def test_the_time_to_ship_does_not_run() -> None:
    order = cast.paid_pickup()
    assert (order.stage, order.ship_by, order.warn_at) == (Stage.TO_CONFIRM, None, None)
    far = clock.now() + timedelta(days=400)
    assert list_due_to_warn(far, [], 10) == []
    confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    assert prepare_order(order.pk, actor=cast.clerk("order_clerk")).stage == Stage.PREPARING


def test_paying_at_the_store_waits_for_nobody() -> None:
    order = cast.place_pickup(pay_method=PayMethod.COD)
    assert (order.stage, order.paid_fen, order.pay_by, order.ship_by) == (Stage.TO_CONFIRM, 0, None, None)
    assert verbs_of(order) == ["place", "accept"]
    names = order.pay_method_name, cast.place(pay_method=PayMethod.COD).pay_method_name
    assert names == ("到店付款", "货到付款")


def test_paying_at_the_store_has_a_switch_of_its_own() -> None:
    store = cast.make_store()
    cast.open_shop(pickup_on=True)
    with refused("payment_not_offered", 400):
        cast.place(delivery=Delivery.PICKUP, store=store, pay_method=PayMethod.COD)


def test_a_store_that_serves_nobody_is_refused() -> None:
    store, other = cast.make_store(), cast.make_store()
    cast.open_shop(pickup_on=True)
    with refused("store_needed", 400):
        cast.place(delivery=Delivery.PICKUP)
    close_store(store.pk, actor=cast.clerk())
    with refused("store_closed", 400):
        cast.place(delivery=Delivery.PICKUP, store=store)
    change_store(other.pk, {"hours": [[]] * 7}, actor=cast.clerk())
    with refused("delivery_not_offered", 400):
        cast.place(delivery=Delivery.PICKUP, store=other)
    assert not Order.objects.exists()


def test_an_order_that_is_sent_has_no_store() -> None:
    order = cast.place(store=cast.make_store())
    assert fresh(order).pickup_store is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(pickup_store=cast.make_store())
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(delivery=Delivery.PICKUP)


def test_nothing_of_it_is_sent() -> None:
    order = cast.paid_pickup()
    boss = cast.clerk()
    for stage in (confirm_order, prepare_order):
        stage(order.pk, actor=boss)
        with refused("is_picked_up"):
            ship_order(order.pk, parcels=[cast.parcel()], actor=boss)
        with refused("is_picked_up"):
            request_waybill(order.pk, wish=Wish("SF"), actor=boss)
        with refused("is_picked_up"):
            change_address(order.pk, to=cast.HOME, actor=boss)
        with refused("is_picked_up"):
            postpone_order(order.pk, ship_on=clock.now().date() + timedelta(days=2), actor=boss)
    twin = cast.paid_pickup(order.pickup_store, customer=order.customer)
    confirm_order(twin.pk, actor=boss)
    with refused("no_number"):
        merge_orders([order.pk, twin.pk], actor=boss)
    assert describe_shipping(order) == {}


def test_uncollected_goods_never_refund_themselves() -> None:
    cast.open_shop()
    StoreSettings.objects.update(overdue_rule=OverdueRule.CLOSE)
    order, sent = cast.paid_pickup(), cast.paid_order()
    # Even one that has a time to ship, which another way of delivery had before.
    Order.objects.filter(pk=order.pk).update(ship_by=sent.ship_by)
    later = clock.now() + timedelta(days=60)
    assert list_unsent(later, [], 10) == [sent.pk]
    with clock.at(later), refused("is_picked_up"):
        cancel_unsent(order.pk, actor=SYSTEM)


def test_buyers_cannot_cancel_alone_because_nothing_was_sent() -> None:
    StoreSettings.objects.update(overdue_rule=OverdueRule.BUYER)
    order = cast.paid_pickup()
    with clock.at(clock.now() + timedelta(days=60)), refused("is_picked_up"):
        cancel_unsent(order.pk, actor=cast.buyer(order))
