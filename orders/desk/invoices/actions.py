"""What a person can do with an invoice that a buyer asks for, on its own page."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.invoices.models import InvoiceRequest
from orders.invoices.rules import get_invoiceable_fen
from orders.invoices.services.answering import (
    LONGEST_ANSWER,
    LONGEST_LINK,
    issue_invoice,
    refuse_invoice,
    reissue_invoice,
    reverse_invoice,
    undo_issue,
)
from shop.actor import Actor
from shop.console import fields
from shop.errors import Refused
from shop.staff.actions.forms import ActionForm, bare_form
from shop.staff.actions.rows import Action

_NUMBER = {"inputmode": "numeric"}


class _InvoiceForm(ActionForm):
    field_of: ClassVar[dict[str, str]] = {
        "bad_link": "link",
        "bad_invoice_number": "number",
        "same_number": "number",
        "reason_required": "reason",
    }
    """Which field a refusal speaks of."""

    def show_refusal(self, refused: Refused) -> None:
        field = self.field_of.get(refused.code)
        self.add_error(field if field in self.fields else None, str(refused))


class _PaperForm(_InvoiceForm):
    """What is asked of an invoice that was issued; the sum is not typed but follows from the order."""

    amount_is = _("Sum of the invoice")
    number = fields.text(_("Invoice number"), max_length=40, attrs=_NUMBER)
    link = fields.text(
        _("Address of the file"),
        max_length=LONGEST_LINK,
        required=False,
        attrs={"inputmode": "url"},
        help_text=_("The buyer opens it in the mini-program. Else send the file by e-mail yourself."),
    )
    note = fields.text(_("To the buyer"), max_length=LONGEST_ANSWER, required=False)

    @classmethod
    def find_obstacle(cls, subject: InvoiceRequest, actor: Actor) -> Any:
        return _("Nothing of this order is paid and kept.") if get_invoiceable_fen(subject.order) <= 0 else ""

    def set_up(self) -> None:
        self.amount_fen = get_invoiceable_fen(self.subject.order)


class IssueForm(_PaperForm):
    name, act = "issue_invoice", issue_invoice


class ReissueForm(_PaperForm):
    name, act = "reissue_invoice", reissue_invoice
    credit_no = fields.text(_("Number of the credit note"), max_length=40, attrs=_NUMBER)
    field_order = ("credit_no", "number", "link", "note")


class RefuseForm(_InvoiceForm):
    name, act = "refuse_invoice", refuse_invoice
    reason = fields.text(_("Reason"), max_length=LONGEST_ANSWER)


class ReverseForm(_InvoiceForm):
    name, act = "reverse_invoice", reverse_invoice
    field_of: ClassVar[dict[str, str]] = _InvoiceForm.field_of | {"bad_invoice_number": "credit_no"}
    credit_no = fields.text(_("Number of the credit note"), max_length=40, attrs=_NUMBER)
    reason = fields.text(_("Reason"), max_length=LONGEST_ANSWER)


def find_action_url(invoice: InvoiceRequest, name: str) -> str:
    return reverse(f"orders:{name}", args=[invoice.pk])


ACTIONS: tuple[Action, ...] = (
    Action(
        "invoice.issue",
        IssueForm,
        words=_(
            "You have issued it at the tax office's platform. The buyer sees its number in the mini-program."
        ),
        undo=_("“Not issued after all” takes it back."),
        is_first=True,
        back=lambda invoice: find_action_url(invoice, "undo_issue"),
    ),
    Action(
        "invoice.refuse",
        RefuseForm,
        words=_("The buyer reads why, and can ask again."),
        undo=_("The buyer can ask again."),
        is_grave=True,
    ),
    Action(
        "invoice.reissue",
        ReissueForm,
        words=_("You have reversed it by a credit note and issued another over what is left."),
        undo=_("“Not issued after all” takes the new one back."),
        is_first=True,
    ),
    Action(
        "invoice.reverse",
        ReverseForm,
        words=_("You have reversed it by a credit note, and there is no other. The buyer reads why."),
        undo=_("This cannot be undone; the buyer can ask again while anything is paid."),
        is_grave=True,
    ),
    Action(
        "invoice.undo_issue",
        bare_form("undo_issue", undo_issue),
        words=_("It was marked by mistake, or with a wrong number: it waits again."),
        undo=_("It can be marked as issued again."),
    ),
)
