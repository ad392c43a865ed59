"""What may happen to an invoice that a buyer wants of an order."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.invoices.models import InvoiceRequest, InvoiceState
from orders.scope import rows_in_scope, scope_key
from shop.events.words import Part, label_facts, tell_only, tells
from shop.money import format_fen
from shop.moves.table import (
    BY_CUSTOMER,
    BY_CUSTOMER_OR_STAFF,
    BY_STAFF,
    BY_SYSTEM,
    CHANGED,
    NOWHERE,
    WHY,
    Move,
    Subject,
    register,
    stay,
    to,
)

_INVOICE = "orders.invoice"
_S = InvoiceState
_ISSUED = {"invoice_no": str, "amount_fen": int}

tell_only("invoice")
label_facts(
    "invoice",
    invoice_no=_("Invoice number"),
    credit_no=_("Credit note"),
    reason=_("Reason"),
    notice=_("To the buyer"),
)


@tells("invoice", "amount_fen")
def _tell_amount(amount_fen: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Amount"), format_fen(amount_fen))


INVOICES = register(
    Subject(
        InvoiceRequest,
        _("Invoice"),
        (
            Move(
                "invoice.ask",
                _("Ask for an invoice"),
                _("An invoice is asked for"),
                to(_S.ASKED, NOWHERE),
                BY_CUSTOMER_OR_STAFF,
                _INVOICE,
            ),
            Move(
                "invoice.change",
                _("Change what is asked for"),
                _("The buyer has changed what the invoice is to say"),
                stay(_S.ASKED),
                BY_CUSTOMER,
            ),
            Move(
                "invoice.withdraw",
                pgettext_lazy("invoice", "Withdraw"),
                _("The buyer wants no invoice any more"),
                to(_S.WITHDRAWN, _S.ASKED),
                BY_CUSTOMER,
            ),
            Move(
                "invoice.reveal",
                _("Reveal"),
                _("Whom the invoice names was shown in full"),
                stay(*_S),
                BY_STAFF,
                _INVOICE,
                icon_name="eye",
                is_look=True,
            ),
            Move(
                "invoice.issue",
                _("Mark as issued"),
                _("The invoice is issued"),
                to(_S.ISSUED, _S.ASKED),
                BY_STAFF,
                _INVOICE,
                icon_name="file-invoice",
                says=WHY,
                facts=_ISSUED,
            ),
            Move(
                "invoice.refuse",
                _("Refuse"),
                _("The invoice is refused"),
                to(_S.REFUSED, _S.ASKED),
                BY_STAFF,
                _INVOICE,
                icon_name="x",
                is_bad=True,
                says=WHY,
            ),
            Move(
                "invoice.undo_issue",
                _("Not issued after all"),
                _("The invoice was not issued after all"),
                to(_S.ASKED, _S.ISSUED),
                BY_STAFF,
                _INVOICE,
                icon_name="arrow-back-up",
                facts=_ISSUED,
            ),
            Move(
                "invoice.outdate",
                _("Say too much"),
                _("Money went back: the invoice has to be corrected"),
                stay(_S.ISSUED),
                BY_SYSTEM,
                is_bad=True,
                facts=_ISSUED,
            ),
            Move(
                "invoice.reissue",
                _("Reverse and issue another"),
                _("The invoice was reversed, and another one issued"),
                stay(_S.ISSUED),
                BY_STAFF,
                _INVOICE,
                icon_name="refresh",
                says=WHY,
                facts=_ISSUED | {"credit_no": str},
            ),
            Move(
                "invoice.reverse",
                _("Reverse"),
                _("The invoice was reversed"),
                to(_S.REVERSED, _S.ISSUED),
                BY_STAFF,
                _INVOICE,
                icon_name="arrow-back-up",
                says=WHY,
                facts=_ISSUED | {"credit_no": str},
            ),
        ),
        _("There is no such invoice."),
        scope=lambda actor: rows_in_scope(InvoiceRequest.objects.all(), scope_key(actor)),
        stale=CHANGED,
        name=lambda invoice: invoice.order.number,
        url=lambda invoice: reverse("orders:invoice", args=[invoice.pk]),
        joins=("order",),
    )
)
