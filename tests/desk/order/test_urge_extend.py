"""Urges and extensions on the order page and in the list."""

from django.test import Client

from orders.services.steps import urge_order
from tests import cast
from tests.desk.buttons import assert_done, assert_refused, post


def test_an_urge_is_seen_on_the_page_and_in_the_list(owner: Client):
    order = cast.paid_order()
    assert "Urged" not in owner.get("/console/orders/").content.decode()
    urge_order(order.pk, actor=cast.buyer(order))
    assert "Urged" in owner.get("/console/orders/").content.decode()
    page = owner.get(f"/console/orders/{order.number}/").content.decode()
    assert "Urged" in page
    assert "Buyer urged" in page


def test_an_urge_told_by_phone_is_noted(owner: Client):
    order = cast.paid_order()
    assert_done(post(owner, order, "urge"), order)
    assert order.urged_at is not None
    assert_refused(post(owner, order, "urge"), order, 429, "within the last hour")


def test_staff_extend_receipt_by_days(owner: Client):
    order = cast.shipped_order()
    days = order.receive_days
    assert_done(post(owner, order, "extend", days=7), order)
    assert order.receive_days == days + 7
    assert_refused(post(owner, order, "extend", days=31), order, 422, "Not more than 30.")
