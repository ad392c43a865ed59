"""What bulk actions ask before they begin; each job keeps it for its rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.collections.models import CollectionState
from orders.collections.services.asking import check_window
from orders.desk.collections.windows import WindowForm
from shop import clock
from shop.console import fields
from shop.couriers.checklist import Missing, list_missing_for_labels
from shop.couriers.selectors import find_called_couriers, list_label_accounts, list_senders
from shop.errors import Refused


class BulkForm(forms.Form):
    """Asked once for all chosen orders; `missing` is what the shop lacks before it can be sent at all."""

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="bulk_%s", initial=dict(initial or {}))
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


class CollectBulkForm(BulkForm):
    reference = fields.text(_("Receipt or reference"), max_length=100, required=False)


_CALL, _WINDOW = CollectionState.REQUESTED, ("day", "start", "end")
_WAYS = {
    _CALL: _("Call the couriers"),
    CollectionState.BY_PHONE: _("I have called"),
    CollectionState.DROPPED_OFF: _("Dropped off"),
}


class HandOverForm(WindowForm, BulkForm):
    """How the parcels get to their couriers; where a provider calls none, only what people have done."""

    field_order = ("how",)
    says_optional = False
    how = forms.ChoiceField(label=_("How"))

    def set_up(self) -> None:
        can_call = find_called_couriers().exists()
        self.fields["how"].choices = [  # type: ignore[attr-defined]
            (how.value, words) for how, words in _WAYS.items() if can_call or how != _CALL
        ]
        if can_call:
            self._ask_when()
        else:
            for name in _WINDOW:
                del self.fields[name]

    def _ask_when(self) -> None:
        self.propose()
        for name in _WINDOW:
            self.fields[name].required = False
        addresses = [
            ("", _("As on the label")),
            *((str(sender.pk), str(sender)) for sender in list_senders()),
        ]
        self.fields["sender_id"] = forms.TypedChoiceField(
            label=_("Sender"), choices=addresses, coerce=int, empty_value=None, required=False
        )

    @property
    def is_call(self) -> bool:
        return bool(self.cleaned_data.get("how") == _CALL)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.is_call and not self.errors:
            self._check_window()
        return data

    def _check_window(self) -> None:
        try:
            if not all(self.cleaned_data[name] for name in _WINDOW):
                raise Refused("bad_window", _("Choose when the courier may come."), 400)
            check_window(self.read_window())
        except Refused as refused:
            self.add_error("end", str(refused))

    def read(self) -> dict[str, Any]:
        how = str(self.cleaned_data["how"])
        if not self.is_call:
            return {"how": how}
        window = self.read_window()
        when = {"start": window.start.isoformat(), "end": window.end.isoformat()}
        return {"how": how, **when, "sender_id": self.cleaned_data["sender_id"]}


class HoldManyForm(BulkForm):
    """Why the orders wait, and until when."""

    reason = fields.text(_("Reason"), max_length=200)
    release_at = forms.DateTimeField(
        label=_("Release by itself at"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_release_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["release_at"]
        if at is not None and at <= clock.now():
            raise forms.ValidationError(_("The time of release must lie ahead."))
        return at

    def read(self) -> dict[str, Any]:
        at = self.cleaned_data["release_at"]
        return {"reason": self.cleaned_data["reason"], "release_at": at.isoformat() if at else ""}


class RemarkManyForm(BulkForm):
    """What stands on each of the orders from now on."""

    says_optional = False
    text = fields.area(_("Seller remark"), required=False)


class CancelManyForm(BulkForm):
    """Why the orders are cancelled."""

    reason = fields.text(_("Reason"), required=False)
