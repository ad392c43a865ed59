"""/console/orders/ and /console/orders/<number>/: what they tell of prints."""

import re

import pytest
from django.test import Client

from orders.models import Order
from orders.services.merging import merge_orders
from orders.services.printing import Document, note_printed
from shop.clock import now
from tests.cast import clerk, make_customer, paid_order, prepared_order
from tests.desk.list.test_list import numbers
from tests.desk.prints.test_press import press, read
from tests.expect import fresh

pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")


def print_receipt(order: Order, name: str = "王店长") -> None:
    note_printed(order.pk, document=Document.RECEIPT, actor=clerk(name=name))


def test_the_page_says_how_often_a_receipt_was_printed_when_and_by_whom(owner: Client) -> None:
    order = paid_order()
    address = f"/console/orders/{order.number}/"
    assert "Printed 1 ×" not in read(owner, address)
    print_receipt(order)
    print_receipt(order, name="小李")
    note_printed(order.pk, document=Document.PACKING_SLIP, actor=clerk(name="小张"))
    at = fresh(order).printed_at
    assert at is not None and at <= now()
    shown = read(owner, address)
    assert "Printed 2 ×, " in shown
    assert "by 小李" in shown


def test_the_timeline_tells_each_document(owner: Client) -> None:
    order = paid_order()
    press(owner, "receipt", order)
    press(owner, "delivery_note", order)
    shown = read(owner, f"/console/orders/{order.number}/")
    assert "<bdi>Delivery note</bdi>" in shown
    assert "<bdi>Receipt</bdi>" in shown


def test_each_row_has_a_button_and_says_how_often(owner: Client) -> None:
    order = paid_order()
    shown = read(owner, "/console/orders/")
    assert f'form="print-one" name="number" value="{order.number}"' in shown
    assert "Printed" not in shown
    print_receipt(order)
    assert "Printed 1 ×" in read(owner, "/console/orders/")


def test_the_filter_shows_what_has_no_receipt_yet(owner: Client) -> None:
    printed, slip_alone, plain = prepared_order(), prepared_order(), paid_order()
    print_receipt(printed)
    note_printed(slip_alone.pk, document=Document.PACKING_SLIP, actor=clerk())
    assert numbers(owner, "?printed=no") == [plain.number, slip_alone.number]
    assert numbers(owner, "?printed=no&tab=to_ship") == [slip_alone.number]
    assert "Not printed" in read(owner, "/console/orders/?printed=no")


@pytest.mark.parametrize("document", ["receipt", "packing_slip", "delivery_note", "pick_list"])
def test_each_paper_says_what_goes_in_one_parcel(owner: Client, document: str) -> None:
    customer = make_customer()
    first, second = (prepared_order(customer=customer) for _ in range(2))
    alone = prepared_order(customer=customer)
    merge_orders([first.pk, second.pk], actor=clerk())
    shown = read(owner, press(owner, document, first, alone))
    assert ("In one parcel" if document == "pick_list" else "Goes in one parcel with") in shown
    assert second.number in re.sub(r"<[^>]*>|\s", "", shown)
    shown = read(owner, press(owner, document, alone))
    assert "n one parcel" not in shown
