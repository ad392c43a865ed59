"""Cash of a pickup order is paid at the store: so it is called on every page and sheet."""

import pytest

from orders.desk.timeline import Change, make_entry
from orders.exports.sheets.base import pay_method
from orders.payments.changes.pricing import choose_payment
from pickup.services.converting import NewDelivery, change_delivery
from shop import clock
from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.console import browser, page_with
from tests.expect import fresh
from tests.pickup.counter import hand_out, unpaid
from tests.pickup.test_verify import cash

AT_STORE, ON_DELIVERY = "Payment at the store", "Cash on delivery"


@pytest.fixture
def order():
    order = unpaid(pay_method=PayMethod.COD)
    hand_out(order, collected=cash(order))
    return fresh(order)


def test_its_page_says_so_with_how_and_by_whom_it_was_taken(order):
    page = page_with(200, browser().get(f"/console/orders/{order.number}/"))
    main = page[page.index("<main") :]
    assert AT_STORE in main
    assert ON_DELIVERY not in main
    assert "Cash" in main
    assert "王店长" in main


def test_an_order_that_is_sent_is_called_as_before():
    sent = cast.place(pay_method=PayMethod.COD)
    assert ON_DELIVERY in page_with(200, browser().get(f"/console/orders/{sent.number}/"))


def test_the_sheets_say_so(order, in_english):
    class Row:
        pass

    row, payment = Row(), Row()
    row.order, row.payment, payment.method = order, payment, "cod"
    for of in ("order.pay_method", "payment.method"):
        assert pay_method("method", "By", of).tell(is_revealed=True)(row) == AT_STORE


def test_other_ways_to_pay_are_offered_by_the_same_name():
    cast.open_shop(pickup_on=True, pickup_cod_on=True)
    order = unpaid()
    dialog = page_with(200, browser().get(f"/console/orders/{order.number}/choose-payment/"))
    choices = dialog[dialog.index("dialog-choose_payment") :]
    assert AT_STORE in choices
    assert ON_DELIVERY not in choices


def test_so_does_the_timeline_of_who_chose_it_also_when_it_is_sent_later(in_english):
    cast.open_shop(pickup_on=True, pickup_cod_on=True)
    order, sent = unpaid(), cast.place()
    for each in (order, sent):
        choose_payment(each.pk, method=PayMethod.COD, actor=cast.buyer(each))
    assert said_of(order) == ("WeChat Pay", AT_STORE)
    assert said_of(sent) == ("WeChat Pay", ON_DELIVERY)
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=cast.clerk())
    assert said_of(order) == ("WeChat Pay", AT_STORE)


def said_of(order):
    """From which way to pay to which, as the timeline has it."""
    (event,) = Event.objects.filter(order_id=order.pk, verb="order.choose_payment")
    change = make_entry(event, {}).change
    return change.before, change.after


def test_an_event_that_does_not_say_how_it_went_is_told_as_before(in_english):
    data = {"before": "wechat", "after": "cod"}
    event = Event(kind="order", verb="order.choose_payment", actor_kind="customer", at=clock.now(), data=data)
    assert make_entry(event, {}).change == Change("WeChat Pay", ON_DELIVERY)
