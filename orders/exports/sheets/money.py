"""The sheet of payments and refunds: one row for each movement of money; what goes back is below zero."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import Sheet, Source, by_name, column, pay_method, say, yes, yuan
from orders.exports.sheets.orders import ABOUT_ORDER
from orders.exports.sheets.related import PAYMENTS, REFUNDS, read_beside
from orders.models import Order
from orders.payments.models import Payment, Refund, RefundCause, RefundState


@dataclass(slots=True)
class MoneyRow:
    """`refund` is None for money that came in; that of one that went back is the payment it is taken from."""

    order: Order
    payment: Payment
    refund: Refund | None = None

    @property
    def direction(self) -> str:
        return gettext("Refund") if self.refund else gettext("Payment")

    @property
    def number(self) -> str:
        """Ours: of the attempt to pay, or of the refund."""
        if self.refund:
            return self.refund.number
        return self.payment.attempt.number if self.payment.attempt else ""

    @property
    def gateways_number(self) -> str:
        return self.refund.gateway_id if self.refund else self.payment.trade_no

    @property
    def amount_fen(self) -> int:
        return -self.refund.amount_fen if self.refund else self.payment.amount_fen

    @property
    def at(self) -> Any:
        """When the money moved; a refund that is not done yet has not moved."""
        return self.refund.finished_at if self.refund else self.payment.captured_at

    @property
    def state(self) -> str:
        return say(RefundState, self.refund.state) if self.refund else gettext("Received")

    @property
    def cause(self) -> str:
        return say(RefundCause, self.refund.cause) if self.refund else ""

    @property
    def asked_at(self) -> Any:
        return self.refund.created_at if self.refund else None

    @property
    def decided_by(self) -> str:
        return self.refund.decided_by_name if self.refund else ""

    @property
    def reference(self) -> str:
        return (self.refund or self.payment).reference


def _read(source: Source) -> Iterator[MoneyRow]:
    for beside in read_beside(source, PAYMENTS, REFUNDS):
        payments = {payment.pk: payment for payment in beside.payments}
        for payment in beside.payments:
            yield MoneyRow(beside.order, payment)
        for refund in beside.refunds:
            yield MoneyRow(beside.order, payments[refund.payment_id], refund)


MONEY = Sheet(
    _("Payments and refunds"),
    by_name(
        *ABOUT_ORDER,
        column("direction", _("Payment or refund"), lambda row: row.direction),
        column("at", _("Money moved at"), lambda row: row.at),
        column("amount_yuan", _("Amount"), lambda row: yuan(row.amount_fen)),
        pay_method("method", _("By"), "payment.method"),
        column("money_number", _("Our number"), lambda row: row.number),
        column("gateways_number", _("Gateway's number"), lambda row: row.gateways_number),
        column("reference", _("Reference"), lambda row: row.reference),
        column("state", _("State of the money"), lambda row: row.state),
        column("is_late", _("Came too late"), lambda row: yes(not row.refund and not row.payment.counts)),
        column("cause", _("Cause of the refund"), lambda row: row.cause),
        column("asked_at", _("Refund decided at"), lambda row: row.asked_at),
        column("decided_by", _("Decided by"), lambda row: row.decided_by),
    ),
    (
        *(
            "number",
            "direction",
            "at",
            "amount_yuan",
            "method",
            "money_number",
            "gateways_number",
            "reference",
        ),
        *("state", "cause", "decided_by"),
    ),
    _read,
)
