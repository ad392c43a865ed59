"""What an invoice is to say, as a page shows it: of companies as it stands, of people masked until it is revealed."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.invoices.models import InvoiceRequest
from shop.crypto import mask_email, mask_name


@dataclass(frozen=True)
class Fact:
    """One value with its label; one that is whole can be copied."""

    label: Any
    text: str
    is_masked: bool


_LABELS = {
    "title": _("Title"),
    "tax_number": _("Tax number"),
    "email": _("E-mail"),
    "address": _("Address"),
    "phone": pgettext_lazy("invoice", "Phone"),
    "bank": _("Bank"),
    "account": _("Account"),
    "note": _("The buyer's note"),
}


def write_title(invoice: InvoiceRequest) -> str:
    """Whom it names: a company by its name, which anybody may look up, a person masked."""
    return str(invoice.title if invoice.is_for_company else mask_name(invoice.title))


def list_facts(invoice: InvoiceRequest, *, is_revealed: bool = False) -> list[Fact]:
    """The values that there are; revealed only of an invoice that `reveal_invoice` returned."""
    masked = {} if is_revealed else {"title": write_title(invoice), "email": mask_email(invoice.email)}
    found = []
    for name, label in _LABELS.items():
        whole = getattr(invoice, name)
        shown = masked.get(name, whole)
        if shown:
            found.append(Fact(label, shown, shown != whole))
    return found
