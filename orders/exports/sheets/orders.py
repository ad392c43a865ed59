"""The sheet of orders: one row for each."""

from collections.abc import Iterable
from functools import partial
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.exports.desk import get_desk
from orders.exports.sheets.base import (
    ADDRESS,
    NAME,
    PHONE,
    Column,
    Sheet,
    Source,
    by_name,
    column,
    of_order,
    pay_method,
    say,
    yes,
    yuan,
)
from orders.exports.sheets.related import (
    BUYER,
    HANDED_OUT,
    INVOICES,
    LINES,
    NOTES,
    PARCELS,
    PAYMENTS,
    REFUNDS,
    SECRET,
    STORE,
    Beside,
    read_beside,
)
from orders.invoices.models import InvoiceRequest, InvoiceState
from orders.models import Order
from orders.payments.models import RefundState
from orders.stages import IN_HAND, AftersaleMark, BuyerReason, CloseReason
from orders.stages import Source as OrderSource
from shop import clock
from shop.crypto import mask_email
from shop.store.choices import Delivery


def _join(values: Iterable[Any]) -> str:
    return "\n".join(dict.fromkeys(text for value in values if (text := str(value))))


def _is_overdue(order: Order) -> bool:
    return order.stage in IN_HAND and order.ship_by is not None and order.ship_by <= clock.now()


def _say_aftersale(mark: str) -> str:
    return "" if mark == AftersaleMark.NONE else say(AftersaleMark, mark)


def _list_goods(row: Beside) -> str:
    return _join(f"{line.product_name} {line.sku_name}".strip() + f" ×{line.quantity}" for line in row.lines)


def _list_drivers(row: Beside) -> str:
    return _join(parcel.driver_name for parcel in row.parcels)


def _find_handed_out(row: Beside) -> Any:
    """When the last goods were."""
    return row.handed_out[-1].at if row.handed_out else None


def _sum_refunding(row: Beside) -> Any:
    return yuan(sum(refund.amount_fen for refund in row.refunds if refund.state != RefundState.DONE))


def _say_state(invoice: InvoiceRequest | None) -> str:
    if invoice is None:
        return ""
    return gettext("To correct") if invoice.is_outdated else say(InvoiceState, invoice.state)


def _of_invoice(row: Beside, name: str) -> str:
    return getattr(row.invoice, name) if row.invoice else ""


def _name_company(row: Beside) -> str:
    """A company's name can be looked up by anybody: it has a column that nothing masks."""
    return row.invoice.title if row.invoice and row.invoice.is_for_company else ""


def _name_person(row: Beside) -> str:
    return row.invoice.title if row.invoice and not row.invoice.is_for_company else ""


_STAGE = (
    *("stage", "proof_sent_at", "close_reason", "cancel_reason", "payable_fen", "paid_fen", "supplement_by"),
    *("is_held", "is_coming_back", "pieces", "pieces_cancelled", "pieces_shipped", "pay_method", "delivery"),
)
_OVERDUE, _OWED, _OWED_BY = (
    ("stage", "ship_by"),
    ("stage", "payable_fen", "paid_fen"),
    ("pay_by", "supplement_by"),
)
ABOUT_ORDER: tuple[Column, ...] = (
    of_order("number", _("Order number")),
    column("stage", _("Stage"), lambda row: get_desk().describe(row.order), fields=_STAGE),
    of_order("source", _("Source"), choices=OrderSource),
    of_order("is_test", _("Test order"), "source", lambda source: yes(source == OrderSource.TEST)),
    of_order("placed_at", _("Placed")),
    of_order("paid_at", _("Paid at")),
    of_order("buyer", _("Customer number"), "customer_id", str),
    column("nickname", _("Nickname"), lambda row: row.order.customer.nickname, BUYER, mask=NAME),
    of_order("recipient", _("Recipient"), "", None, SECRET, mask=NAME),
    of_order("phone", _("Phone"), "", None, SECRET, mask=PHONE),
    of_order("province", _("Province")),
    of_order("city", _("City")),
    of_order("district", _("District")),
    of_order("address", _("Address"), "address_detail", None, SECRET, mask=ADDRESS),
    of_order("delivery", _("Delivery"), choices=Delivery),
    pay_method("pay_method", _("Pay method"), "order.pay_method"),
    of_order("buyer_remark", _("Buyer's remark"), "", None, SECRET),
    of_order("seller_remark", _("Seller's remark"), "", None, SECRET),
)
"""Columns of the order itself, which sheets with several rows of an order have too."""

_MOMENTS: tuple[Column, ...] = (
    of_order("shipped_at", _("Shipped at")),
    of_order("arrived_at", _("Arrived at")),
    of_order("received_at", _("Received at")),
    of_order("closed_at", _("Closed at")),
    of_order("close_reason", _("Why it closed"), choices=CloseReason),
    of_order("cancel_reason", _("The buyer's reason"), choices=BuyerReason),
    column("pay_by", _("To be paid by"), lambda row: row.order.owed_by, fields=_OWED_BY),
    of_order("ship_by", _("Ship by")),
    column("is_overdue", _("Overdue"), lambda row: yes(_is_overdue(row.order)), fields=_OVERDUE),
    of_order("receive_by", _("Receives itself at")),
)
_PARCELS: tuple[Column, ...] = (
    column("couriers", _("Couriers"), lambda row: _join(p.courier_name for p in row.parcels), PARCELS),
    column("tracking", _("Tracking numbers"), lambda row: _join(p.tracking_no for p in row.parcels), PARCELS),
    column("drivers", _("Drivers"), _list_drivers, PARCELS, mask=NAME),
)
_COUNTER: tuple[Column, ...] = (
    column("store", _("Store"), attrgetter("store"), STORE, fields=("pickup_store_id",)),
    of_order("pickup_from", _("Comes at")),
    column("handed_out_at", _("Handed out at"), _find_handed_out, HANDED_OUT),
    column(
        "handed_out_by",
        _("Handed out by"),
        lambda row: _join(each.number_of_who for each in row.handed_out),
        HANDED_OUT,
    ),
)
_MONEY: tuple[Column, ...] = (
    column(
        "pay_number",
        _("Our payment number"),
        lambda row: _join(p.attempt or "" for p in row.payments),
        PAYMENTS,
    ),
    column("trade_no", _("Gateway's number"), lambda row: _join(p.trade_no for p in row.payments), PAYMENTS),
    of_order("goods_yuan", _("Goods amount"), "goods_fen", yuan),
    of_order("freight_yuan", _("Freight"), "freight_fen", yuan),
    of_order("freight_adjust_yuan", _("Freight adjustment"), "freight_adjust_fen", yuan),
    column(
        "adjust_yuan",
        _("Price adjustment"),
        lambda row: yuan(sum(line.adjust_fen for line in row.lines)),
        LINES,
    ),
    of_order("payable_yuan", _("Payable"), "payable_fen", yuan),
    of_order("paid_yuan", _("Paid"), "paid_fen", yuan),
    of_order("refunded_yuan", _("Refunded"), "refunded_fen", yuan),
    column("refunding_yuan", _("Being refunded"), _sum_refunding, REFUNDS),
    column("owed_yuan", _("Owed"), lambda row: yuan(row.order.owed_fen), fields=_OWED),
)
_GOODS: tuple[Column, ...] = (
    column("goods", _("Goods"), _list_goods, LINES),
    column("sku_codes", _("SKU codes"), lambda row: _join(line.sku_code for line in row.lines), LINES),
    of_order("pieces", _("Pieces")),
    of_order("pieces_cancelled", _("Pieces cancelled")),
    of_order("pieces_shipped", _("Pieces shipped")),
)
_MARKS: tuple[Column, ...] = (
    column("notes", _("Internal notes"), lambda row: row.notes, NOTES),
    of_order("is_held", _("On hold"), "", yes),
    of_order("hold_reason", _("Why it is on hold"), "", None, SECRET),
    of_order("is_short", _("Short of stock"), "", yes),
    column(
        "is_urged",
        _("Buyer asked to hurry"),
        lambda row: yes(row.order.is_urged),
        fields=("urged_at", "stage"),
    ),
    of_order("aftersale", _("After-sale"), "aftersale_mark", _say_aftersale),
    of_order("prints", _("Receipts printed")),
)

_email, _tax_number, _invoice_no = (
    partial(_of_invoice, name=name) for name in ("email", "tax_number", "number")
)
_INVOICES: tuple[Column, ...] = (
    column("invoice", _("Invoice"), lambda row: _say_state(row.invoice), INVOICES),
    column("invoice_company", _("Invoice: company"), _name_company, INVOICES, SECRET),
    column("invoice_tax_number", _("Invoice: tax number"), _tax_number, INVOICES, SECRET),
    column("invoice_person", _("Invoice: person"), _name_person, INVOICES, SECRET, mask=NAME),
    column("invoice_email", _("Invoice: e-mail"), _email, INVOICES, SECRET, mask=mask_email),
    column("invoice_number", _("Invoice number"), _invoice_no, INVOICES),
    column("invoice_yuan", _("Invoiced"), lambda row: yuan(row.invoice and row.invoice.amount_fen), INVOICES),
)


def _read(source: Source) -> Iterable[Beside]:
    return read_beside(source)


ORDERS = Sheet(
    _("Orders"),
    by_name(*ABOUT_ORDER, *_MOMENTS, *_PARCELS, *_COUNTER, *_MONEY, *_GOODS, *_MARKS, *_INVOICES),
    (
        *(
            "number",
            "stage",
            "placed_at",
            "paid_at",
            "recipient",
            "phone",
            "province",
            "city",
            "district",
            "address",
        ),
        *("delivery", "goods", "pieces", "payable_yuan", "paid_yuan", "refunded_yuan", "pay_method"),
        *("couriers", "tracking", "buyer_remark", "seller_remark"),
    ),
    _read,
)
