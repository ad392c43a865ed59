"""What stands in each kind of sheet: values, types, masks."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from django.utils.translation import override

from orders.desk.exports.choosing import choose_orders
from orders.exports.models import SheetKind
from orders.exports.sheets import SHEETS
from orders.models import Order
from orders.payments.models import Payment
from orders.services.steps import hold_order
from shop import clock
from shop.actor import Actor
from tests import cast
from tests.exports.conftest import read_bytes, read_table, wish, written
from tests.invoices.invoices import COMPANY, NUMBER, PERSON, asked, issued, open_counter


def local(at: datetime | None) -> datetime:
    assert at is not None
    return timezone.localtime(at).replace(tzinfo=None, microsecond=0)


def only(sheet: str, actor: Actor, **changes: Any) -> dict[str, Any]:
    (row,) = read_table(written(wish(sheet, **changes), actor))
    return row


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", list(SheetKind))
def test_headings_differ_from_each_other(kind: str, language: str) -> None:
    """Else the writer would lose one of the two columns."""
    with override(language):
        labels = [str(column.label) for column in SHEETS[kind].columns.values()]
    assert len(labels) == len(set(labels))
    assert set(SHEETS[kind].usual) <= set(SHEETS[kind].columns)


def test_an_order_has_the_columns_that_other_malls_export() -> None:
    assert len(SHEETS[SheetKind.ORDERS].columns) >= 37


def test_an_order_as_a_row(manager: Actor) -> None:
    order = cast.shipped_order()
    payment = Payment.objects.get(order=order)
    row = only("orders", manager)
    assert row["Order number"] == order.number and isinstance(row["Order number"], str)
    assert row["Stage"] == "Shipped"
    assert row["Placed"] == local(order.placed_at)
    assert row["Shipped at"] == local(order.shipped_at)
    assert row["Closed at"] is None
    assert row["Payable"] == float(Decimal(order.payable_fen) / 100)
    assert row["Paid"] == row["Payable"] and not row["Owed"]
    line = order.lines.get()
    assert row["Goods"] == f"{line.product_name} {line.sku_name} ×{line.quantity}"
    assert row["SKU codes"] == line.sku.code
    assert row["Gateway's number"] == payment.trade_no
    assert row["Our payment number"] == f"{order.number}-1"
    assert row["Tracking numbers"] and row["Couriers"]
    assert row["Pieces"] == order.pieces == row["Pieces shipped"]
    assert row["Test order"] is None


def test_personal_values_are_masked(manager: Actor) -> None:
    order = cast.paid_order()
    row = only("orders", manager)
    assert row["Recipient"] == f"{order.recipient[0]}{'*' * (len(order.recipient) - 1)}"
    assert "*" * 6 in row["Phone"] and row["Phone"][:3] == order.phone[:3]
    assert row["Address"].endswith("****")
    content = repr(row)
    assert (
        order.phone not in content and order.recipient not in content and order.address_detail not in content
    )


def test_they_stand_in_full_for_who_said_why(manager: Actor) -> None:
    order = cast.paid_order()
    row = only("orders", manager, reason="给仓库打单")
    assert (row["Recipient"], row["Phone"], row["Address"]) == (
        order.recipient,
        order.phone,
        order.address_detail,
    )


def test_lines_are_rows(manager: Actor) -> None:
    first, second = cast.make_sku(name="250g"), cast.make_sku(name="500g")
    order = cast.pay(cast.place(basket={first.pk: 2, second.pk: 3}))
    rows = read_table(written(wish("lines"), manager))
    assert [(row["Order number"], row["Specification"], row["Quantity"]) for row in rows] == [
        (order.number, "250g", 2),
        (order.number, "500g", 3),
    ]
    assert sum(row["Line amount"] for row in rows) * 100 == pytest.approx(order.goods_fen)


def test_a_parcel_as_a_row(manager: Actor) -> None:
    order = cast.shipped_order()
    row = only("parcels", manager)
    parcel = order.lines.get().parcel_lines.get().parcel
    assert (row["Order number"], row["Tracking number"]) == (order.number, parcel.tracking_no)
    assert row["State of the parcel"] == "Shipped" and row["Pieces in it"] == order.pieces
    assert row["Parcel sent at"] == local(parcel.sent_at)


def test_a_buyer_as_a_row(manager: Actor) -> None:
    buyer = cast.make_customer()
    orders = [cast.pay(cast.place(buyer, key=f"k{n}")) for n in range(2)]
    cast.paid_order()
    row, other = read_table(written(wish("buyers"), manager))
    assert (row["Customer number"], row["Orders"], other["Orders"]) == (str(buyer.pk), 2, 1)
    assert row["Paid"] * 100 == pytest.approx(sum(order.paid_fen for order in orders))
    assert row["First order"] == local(orders[0].placed_at)
    assert row["Nickname"] == "小**"


def test_payments_and_refunds_are_rows(manager: Actor) -> None:
    order = cast.paid_order()
    payment = Payment.objects.get(order=order)
    refund = cast.refund_payment(payment.pk, amount_fen=500, reason="碎了", actor=cast.clerk())
    came, went = read_table(written(wish("money"), manager))
    assert (came["Payment or refund"], came["Amount"]) == ("Payment", order.paid_fen / 100)
    assert (went["Payment or refund"], went["Amount"], went["Our number"]) == ("Refund", -5, refund.number)
    assert came["Gateway's number"] == payment.trade_no
    assert went["Money moved at"] is None and went["Refund decided at"] == local(refund.created_at)


def test_refunds_have_a_sheet_of_their_own(manager: Actor) -> None:
    order = cast.paid_order()
    refund = cast.refund_payment(
        Payment.objects.get(order=order).pk, amount_fen=500, reason="碎了", actor=cast.clerk()
    )
    row = only("refunds", manager)
    assert (row["Refund number"], row["Amount"], row["Money moved at"]) == (refund.number, -5, None)
    assert (row["Refund decided at"], row["Cause of the refund"]) == (
        local(refund.created_at),
        "While the order goes on",
    )
    assert order.recipient not in str(row)


def test_the_delivery_list_holds_what_can_be_sent_now(manager: Actor) -> None:
    cast.shipped_order()
    cast.paid_order()
    hold_order(cast.prepared_order().pk, reason="等买家", actor=cast.clerk())
    waits = cast.prepared_order()
    assert only("delivery", manager)["Order number"] == waits.number


def test_text_with_commas_has_the_same_in_it(manager: Actor) -> None:
    order = cast.paid_order()
    content = read_bytes(
        written(wish("orders", ["number", "payable_yuan", "placed_at"], format="csv"), manager)
    )
    assert content.startswith("\ufeff".encode())
    header, row = content.decode("utf-8-sig").splitlines()
    assert header == "Order number,Payable,Placed"
    yuan = f"{order.payable_fen // 100}.{order.payable_fen % 100:02}"
    assert row == f"{order.number},{yuan},{local(order.placed_at):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠A", " =1"]
)
def test_formulas_are_dead(manager: Actor, start: str, format_: str) -> None:
    cast.paid_order(remark=start)
    content = read_bytes(written(wish("orders", ["number", "buyer_remark"], format=format_), manager))
    if format_ == "csv":
        cell = content.decode("utf-8-sig").split("\r\n", 1)[1].partition(",")[2].strip('"\r\n')
    else:
        sheet = openpyxl.load_workbook(BytesIO(content)).active
        assert sheet is not None
        assert sheet["B2"].data_type == "s"
        cell = sheet["B2"].value
    assert cell.startswith("'")


def test_any_days_since_the_shop_opened(manager: Actor) -> None:
    with clock.at(clock.now() - timedelta(days=400)):
        old = cast.paid_order()
    cast.paid_order()
    day = timezone.localdate(old.placed_at).isoformat()
    days = {"filter": {"since": day, "until": day}}
    assert only("orders", manager, parameters=days)["Order number"] == old.number


def test_columns_stand_in_the_chosen_order(manager: Actor) -> None:
    cast.paid_order()
    row = only("orders", manager, columns=["payable_yuan", "number", "stage"])
    assert list(row) == ["Payable", "Order number", "Stage"]


def test_who_sees_nothing_exports_nothing() -> None:
    """Scope is read through the one door: of a buyer's it would be their own orders alone."""
    mine = cast.paid_order()
    cast.paid_order()
    assert list(choose_orders({"filter": {}}, cast.buyer(mine))) == [mine]
    others = Order.objects.exclude(pk=mine.pk).get()
    assert not choose_orders({"numbers": [others.number]}, cast.buyer(mine)).exists()


def test_an_invoice_stands_beside_its_order_with_a_company_in_full_and_a_person_masked(
    manager: Actor,
) -> None:
    open_counter()
    invoice = issued(cast.paid_order())
    row = only("orders", manager)
    assert (row["Invoice"], row["Invoice number"]) == ("Issued", NUMBER)
    assert row["Invoiced"] == invoice.amount_fen / 100
    assert (row["Invoice: company"], row["Invoice: person"]) == (COMPANY.title, None)
    assert (row["Invoice: tax number"], row["Invoice: e-mail"]) == (
        COMPANY.tax_number,
        "f****@shanye.example",
    )
    person = asked(title=PERSON)
    row = next(
        row
        for row in read_table(written(wish("orders"), manager, key="two"))
        if row["Order number"] == person.order.number
    )
    assert (row["Invoice"], row["Invoice: person"], row["Invoice: company"]) == ("Asked for", "林**", None)
    assert PERSON.email not in repr(row)
