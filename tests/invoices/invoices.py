"""Invoices as buyers ask for them."""

from typing import Any

from django.db import transaction

from orders.invoices.models import Holder, InvoiceRequest
from orders.invoices.services.answering import issue_invoice
from orders.invoices.services.asking import ask_invoice
from orders.invoices.titles import Title
from orders.models import Order
from orders.payments.models import Payment
from orders.payments.services.refunds import finish_refund
from shop.actor import SYSTEM, Actor
from shop.moves.services import lock_row
from shop.store.models import StoreSettings
from tests import cast

FINANCE = cast.clerk("finance")
NUMBER = "26332000000012345678"
CREDIT = "26332000000087654321"
COMPANY = Title(
    holder=Holder.COMPANY,
    title="杭州山野茶业有限公司",
    email="fapiao@shanye.example",
    tax_number="91330106MA2ABCDE1X",
    address="杭州市西湖区文三路 90 号",
    phone="0571-88001234",
    bank="招商银行杭州分行",
    account="571900123410801",
    note="请开普票",
)
PERSON = Title(holder=Holder.PERSON, title="林晓燕", email="lin@mail.example")


def open_counter(**changes: Any) -> StoreSettings:
    """A shop that issues invoices on request."""
    return cast.open_shop(**{"invoices_on": True} | changes)


def asked(order: Order | None = None, title: Title = COMPANY) -> InvoiceRequest:
    order = order or cast.paid_order()
    return ask_invoice(order.pk, title, actor=cast.buyer(order))


def issued(order: Order | None = None, title: Title = COMPANY, *, actor: Actor = FINANCE) -> InvoiceRequest:
    return issue_invoice(asked(order, title).pk, number=NUMBER, actor=actor)


def give_back(order: Order, amount_fen: int) -> None:
    """Refund so much of the order, until the money is back."""
    refund = cast.refund_payment(
        Payment.objects.get(order=order).pk, amount_fen=amount_fen, reason="破损", actor=cast.clerk()
    )
    with transaction.atomic():
        finish_refund(lock_row(Order, order.pk), refund, actor=SYSTEM)
