"""Cash of a pickup order is paid at the store: so it is called on every page and sheet."""

import pytest

from orders.exports.sheets.base import pay_method
from shop.store.choices import PayMethod
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
