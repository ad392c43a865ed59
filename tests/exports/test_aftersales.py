"""The sheet of after-sales: a row for each, with its goods, its money and the parcel that came back."""

from aftersales.choices import Kind
from aftersales.services.settling import refund_return
from orders.shipping.models import Parcel
from shop.actor import Actor
from shop.events.delivery import drain
from tests import cast
from tests.aftersales.cases import STORE, asked, open_returns, received_order, settle_money, taken_in
from tests.exports.conftest import read_table, wish, written
from tests.exports.test_sheets import local, only


def test_a_return_as_a_row(manager: Actor) -> None:
    open_returns()
    order = received_order()
    aftersale = refund_return(taken_in(order).pk, actor=STORE)
    settle_money(order)
    drain()
    row = only("aftersales", manager)
    line, parcel = order.lines.get(), Parcel.objects.get(case_number=aftersale.number)
    assert (row["After-sale number"], row["Order number"]) == (aftersale.number, order.number)
    assert (row["Buyer wants"], row["State of the after-sale"]) == ("Return and refund", "Completed")
    assert row["Goods"] == f"{line.product_name} {line.sku_name} ×{line.quantity}"
    assert row["Amount asked for"] == row["Amount agreed to"] == row["Refunded"] == 35
    assert row["Asked at"] == local(aftersale.asked_at) and row["Ended at"] is not None
    assert row["Sent back by"] == parcel.name
    assert order.recipient not in str(row)


def test_each_of_an_order_is_a_row_and_an_order_without_is_none(manager: Actor) -> None:
    open_returns()
    cast.paid_order()
    order = cast.paid_order(basket={cast.make_sku().pk: 1, cast.make_sku().pk: 1})
    first, second = order.lines.order_by("pk")
    wanted = [asked(order, Kind.CANCEL, {line.pk: 1}) for line in (first, second)]
    rows = read_table(written(wish("aftersales"), manager))
    assert [row["After-sale number"] for row in rows] == [each.number for each in wanted]
    assert [row["Refunded"] for row in rows] == [0, 0]
