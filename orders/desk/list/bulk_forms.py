"""What bulk actions ask before they begin; each job keeps it for its rows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.console import fields
from shop.couriers.checklist import Missing, list_missing_for_labels
from shop.couriers.selectors import list_label_accounts, list_senders


class BulkForm(forms.Form):
    """Asked once for all chosen orders; `missing` is what the shop lacks before it can be sent at all."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="bulk_%s")
        self.missing: list[Missing] = []
        self.set_up()

    def set_up(self) -> None:
        """Fill in what depends on the shop."""

    def read(self) -> dict[str, Any]:
        """What was typed, by the names of the arguments of the job's rows."""
        return dict(self.cleaned_data)


class LabelsForm(BulkForm):
    """With whom e-waybills are had, and from where; what was chosen first by the shop is chosen here."""

    def set_up(self) -> None:
        accounts, senders = list_label_accounts(), list_senders()
        couriers = [(account.code, str(account)) for account in accounts]
        self.fields["courier"] = forms.ChoiceField(label=_("Courier"), choices=couriers)
        addresses = [(str(sender.pk), str(sender)) for sender in senders]
        self.fields["sender_id"] = forms.TypedChoiceField(label=_("Sender"), choices=addresses, coerce=int)
        self.fields["remark"] = fields.text(_("Note on the label"), max_length=60, required=False)
        if not accounts or not senders:
            self.missing = list_missing_for_labels()
