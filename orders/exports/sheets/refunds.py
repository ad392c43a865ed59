"""The sheet of refunds: one row for each, from its decision on, whether or not the money has moved."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import Sheet, Source, by_name, column, pay_method, say, yuan
from orders.exports.sheets.orders import ABOUT_ORDER
from orders.exports.sheets.related import PAYMENTS, read_beside
from orders.exports.sheets.related import REFUNDS as ITS_REFUNDS
from orders.models import Order
from orders.payments.models import Payment, Refund, RefundCause, RefundState


@dataclass(slots=True)
class RefundRow:
    """A refund with the payment that it is taken from."""

    order: Order
    payment: Payment
    refund: Refund


def _read(source: Source) -> Iterator[RefundRow]:
    for beside in read_beside(source, PAYMENTS, ITS_REFUNDS):
        payments = {payment.pk: payment for payment in beside.payments}
        for refund in beside.refunds:
            yield RefundRow(beside.order, payments[refund.payment_id], refund)


REFUNDS = Sheet(
    _("Refunds"),
    by_name(
        *ABOUT_ORDER,
        column("refund_number", _("Refund number"), lambda row: row.refund.number),
        column("decided_at", _("Refund decided at"), lambda row: row.refund.created_at),
        column("done_at", _("Money moved at"), lambda row: row.refund.finished_at),
        column("amount_yuan", _("Amount"), lambda row: yuan(-row.refund.amount_fen)),
        pay_method("method", _("By"), "payment.method"),
        column("state", _("State of the money"), lambda row: say(RefundState, row.refund.state)),
        column("cause", _("Cause of the refund"), lambda row: say(RefundCause, row.refund.cause)),
        column("case_number", _("After-sale number"), lambda row: row.refund.case_number),
        column("decided_by", _("Decided by"), lambda row: row.refund.decided_by_name),
        column("gateways_number", _("Gateway's number"), lambda row: row.refund.gateway_id),
        column("reference", _("Reference"), lambda row: row.refund.reference),
    ),
    (
        *("number", "refund_number", "decided_at", "done_at", "amount_yuan", "method", "state", "cause"),
        *("decided_by", "gateways_number", "reference"),
    ),
    _read,
)
