"""An alert ends when a person takes the order on, when the order closes, or when what it says is over."""

import pytest

from notifications.models import Alert, AlertKind
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.services.steps import confirm_order, hold_order, urge_order
from orders.shipping.services.ship import ship_order
from orders.stages import Stage
from shop.catalog.stock import correct_stock
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from shop.store.choices import PayMethod, ReserveOn
from tests.cast import buyer, clerk, make_sku, open_shop, paid_order, parcel, pay, place
from tests.expect import fresh

pytestmark = pytest.mark.django_db(transaction=True)


def the_alert(**wanted: object) -> Alert:
    drain()
    return Alert.objects.get(**wanted)


def test_confirming_handles_it_in_the_name_of_the_clerk() -> None:
    order = paid_order()
    assert the_alert().handled_at is None
    confirm_order(order.pk, actor=clerk(name="王店长", id_=3))
    alert = the_alert()
    assert (alert.handled_how, alert.handled_by_id, alert.handled_by_name) == ("moved", 3, "王店长")


def test_closing_by_staff_says_closed() -> None:
    order = paid_order()
    drain()
    cancel_paid(order.pk, reason="缺货", actor=clerk(name="王店长"))
    alert = the_alert()
    assert (alert.handled_how, alert.handled_by_name) == ("closed", "王店长")


def test_a_buyer_who_cancels_is_named_by_what_he_did() -> None:
    order = place(pay_method=PayMethod.COD)
    drain()
    cancel_unpaid(order.pk, actor=buyer(order))
    assert the_alert().handled_how == "closed"


def test_a_note_or_a_hold_does_not_silence_it() -> None:
    order = paid_order()
    drain()
    hold_order(order.pk, reason="等电话", actor=clerk())
    assert the_alert().handled_at is None


def test_a_step_that_the_shop_skips_does_not_silence_it() -> None:
    open_shop(confirm_step_on=False)
    order = paid_order()
    assert order.stage == "confirmed"
    assert the_alert().handled_at is None


def test_what_was_left_and_is_cancelled_leaves_nothing_to_hurry_for() -> None:
    open_shop(confirm_step_on=False, prepare_step_on=False)
    order = paid_order(basket={make_sku().pk: 2})
    line = order.lines.get().pk
    ship_order(order.pk, parcels=[parcel({line: 1})], actor=clerk())
    urge_order(order.pk, actor=buyer(order))
    assert Alert.objects.count() == 0
    assert the_alert(kind=AlertKind.URGE).handled_at is None
    cancel_lines(order.pk, quantities={line: 1}, reason="缺货", actor=clerk())
    assert fresh(order).stage == Stage.SHIPPED
    assert the_alert(kind=AlertKind.URGE).handled_how == "moved"
    assert the_alert(kind=AlertKind.NEW_ORDER).handled_how == "over"


def test_stock_that_came_ends_the_short_alert() -> None:
    open_shop(reserve_on=ReserveOn.PAYING)
    sku = make_sku(on_hand=1)
    first, second = place(basket={sku.pk: 1}), place(basket={sku.pk: 1})
    pay(first)
    pay(second)
    assert the_alert(kind=AlertKind.STOCK_SHORT).handled_at is None
    correct_stock(sku.pk, on_hand=5, reason="recounted", actor=clerk())
    sweep()
    assert the_alert(kind=AlertKind.STOCK_SHORT).handled_how == "over"
