"""Changing and revealing the recipient."""

import json
from dataclasses import replace

import pytest
from django.db import connection

from orders.desk.search.matches import find_matches
from orders.payments.changes.addressing import change_address
from orders.services.recipient import reveal_recipient
from orders.shipping.services.ship import ship_order
from orders.waybills.models import WaybillState
from shop.actor import SYSTEM
from shop.events.models import Event
from shop.store.choices import Delivery
from tests import cast
from tests.expect import refused
from tests.waybills.conftest import set_up_couriers, settled

OFFICE = replace(cast.HOME, recipient="赵敏", phone="13911112222", detail="天目山路 1 号")


def test_the_address_changes_until_the_first_parcel():
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    changed = change_address(order.pk, to=OFFICE, actor=cast.clerk("order_clerk"))
    assert (changed.recipient, changed.phone) == ("赵敏", "13911112222")
    line = order.lines.get()
    ship_order(order.pk, parcels=[cast.parcel({line.pk: 1})], actor=cast.clerk("warehouse"))
    with refused("already_shipped"):
        change_address(order.pk, to=cast.HOME, actor=cast.clerk("order_clerk"))


NEAR = replace(cast.HOME, detail="文三路 90 号")
FAR = replace(cast.HOME, city="宁波市", district="海曙区", detail="中山西路 1 号")


def test_own_delivery_cannot_be_sent_where_it_does_not_go():
    order = cast.paid_order(delivery=Delivery.LOCAL)
    with refused("outside_area", 400):
        change_address(order.pk, to=FAR, actor=cast.clerk("order_clerk"))
    assert change_address(order.pk, to=NEAR, actor=cast.clerk("order_clerk")).address_detail == "文三路 90 号"


def test_a_street_is_mended_though_the_area_became_smaller():
    order = cast.paid_order(delivery=Delivery.LOCAL)
    cast.open_shop(local_districts=["310000"])
    assert change_address(order.pk, to=NEAR, actor=cast.clerk("order_clerk")).address_detail == "文三路 90 号"


def test_a_courier_goes_anywhere():
    order = cast.paid_order()
    assert change_address(order.pk, to=FAR, actor=cast.clerk("order_clerk")).city == "宁波市"


def test_a_label_made_blocks_the_address():
    order = cast.prepared_order()
    set_up_couriers()
    settled(order, WaybillState.ISSUED, tracking_no="75000000000001")
    with refused("has_label"):
        change_address(order.pk, to=OFFICE, actor=cast.clerk("order_clerk"))


def test_the_order_is_found_by_the_new_phone():
    order = cast.paid_order()
    change_address(order.pk, to=OFFICE, actor=cast.clerk("order_clerk"))
    assert find_matches("139 1111 2222", actor=SYSTEM).ids == {order.pk}


def test_old_and_new_values_are_sealed_in_the_event():
    order = cast.paid_order()
    change_address(order.pk, to=OFFICE, actor=cast.clerk("order_clerk"))
    event = Event.objects.get(verb="order.change_address")
    assert json.loads(event.sealed)["before"]["phone"] == "13800005678"
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text || sealed FROM events_event WHERE id = %s", [event.pk])
        stored = cursor.fetchone()[0]
    assert "13911112222" not in stored
    assert "赵敏" not in stored


def test_personal_data_is_unreadable_in_the_database():
    order = cast.place(remark="请敲门")
    with connection.cursor() as cursor:
        cursor.execute("SELECT o::text FROM orders_order o WHERE id = %s", [order.pk])
        stored = cursor.fetchone()[0]
    assert not [word for word in ("林晓燕", "13800005678", "文三路", "请敲门") if word in stored]


def test_revealing_is_on_the_timeline():
    order = cast.place()
    shown = reveal_recipient(order.pk, purpose="copy", actor=cast.clerk("warehouse"))
    assert shown.phone == "13800005678"
    assert Event.objects.get(verb="order.reveal").data == {"purpose": "copy"}


@pytest.mark.parametrize("role", ["finance", "store_clerk"])
def test_roles_without_the_capability_reveal_nothing(role):
    with refused("forbidden", 403):
        reveal_recipient(cast.place().pk, purpose="reveal", actor=cast.clerk(role))


def test_a_buyer_does_not_change_the_address_alone():
    order = cast.place()
    with refused("forbidden", 403):
        change_address(order.pk, to=OFFICE, actor=cast.buyer(order))
