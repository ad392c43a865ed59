"""What is asked at the upload, and for the file of all that waits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.console import fields
from shop.couriers.selectors import list_accounts, sort_couriers


class UploadForm(forms.Form):
    """The courier of rows that name none and whose number tells none."""

    courier = forms.ChoiceField(label=_("Courier where the sheet does not say"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        couriers = [(courier.code, courier.name) for courier in sort_couriers(list_accounts())]
        self.fields["courier"].choices = [("", _("By the number")), *couriers]  # type: ignore[attr-defined]


class WaitingForm(forms.Form):
    """Whether recipients stand in full in the file of what waits, and what for."""

    says_optional = False

    is_full = forms.BooleanField(label=_("With recipient, phone and address in full"), required=False)
    reason = fields.text(_("What the full data is needed for"), max_length=200, required=False)

    def __init__(self, *args: Any, may_reveal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_reveal:
            self.fields.clear()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("is_full") and not data.get("reason", "").strip():
            self.add_error("reason", _("Say what the personal data is needed for."))
        return data
