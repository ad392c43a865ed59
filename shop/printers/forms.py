"""The form of a printer: the fields that its kind has."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.console import fields
from shop.errors import Refused
from shop.http.api.fields import NO_CONTROL
from shop.printers.known import KINDS
from shop.printers.models import Printer
from shop.printers.services.printers import MAX_COPIES
from shop.store.choices import Delivery, ReceiptPaper
from shop.store.pages.forms import SecretField
from shop.store.pickup_stores.selectors import list_stores

_PLAIN = [NO_CONTROL]
_COPIES = [(n, str(n)) for n in range(1, MAX_COPIES + 1)]


def _list_stores() -> list[tuple[Any, Any]]:
    return [("", _("No store")), *((store.pk, store.name) for store in list_stores())]


class PrinterForm(forms.Form):
    """What a printer is set up by; the key is write-only."""

    says_optional = False
    name = fields.text(
        _("Name on buttons"),
        max_length=30,
        validators=_PLAIN,
        help_text=_("As it stands on buttons, such as “Counter”."),
    )
    device = fields.text("", max_length=100, validators=_PLAIN, attrs={"spellcheck": "false"})
    account = fields.text("", max_length=100, validators=_PLAIN, attrs={"spellcheck": "false"})
    key = SecretField(validators=_PLAIN)
    paper = forms.ChoiceField(label=_("Paper"), choices=ReceiptPaper)
    copies = forms.TypedChoiceField(label=_("Copies"), choices=_COPIES, coerce=int)
    deliveries = forms.MultipleChoiceField(
        label=_("Prints receipts by itself for"),
        choices=Delivery,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Once an order is paid, or accepted with cash on delivery. Others are printed by hand."),
    )

    store_id = forms.TypedChoiceField(
        label=_("Stands at the counter of"),
        choices=_list_stores,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("It then prints the receipt of what is handed out there, and nothing else by itself."),
    )

    def __init__(self, printer: Printer, data: Any = None) -> None:
        initial = {name: getattr(printer, name) for name in self.base_fields if name != "key"}
        super().__init__(data, initial=initial)
        kind = KINDS[printer.kind]
        for name in ("device", "account", "key"):
            self.fields[name].label = getattr(kind, name)
            if not getattr(kind, name):
                del self.fields[name]
        self.fields["device"].help_text = kind.device_help
        if "key" in self.fields:
            key: Any = self.fields["key"]
            key.tell(is_stored=bool(printer.key))

    def read(self) -> dict[str, Any]:
        """What was typed, by the columns of a printer."""
        return {**self.cleaned_data}

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside each field that it speaks of."""
        for name in refused.extra.get("fields") or [None]:
            self.add_error(name if name in self.fields else None, str(refused))
