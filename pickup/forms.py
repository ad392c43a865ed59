"""Who is appointed as a verifier, at which stores, and what the records are narrowed to."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pickup.selectors import find_candidates
from pickup.services.verifiers import change_stores
from shop.console.fields import text
from shop.customers.models import Customer
from shop.errors import Refused
from shop.http.api.fields import NO_CONTROL
from shop.staff.actions.forms import ActionForm
from shop.store.models import PickupStore


class StoresField(forms.TypedMultipleChoiceField):
    """Stores, the closed ones too: who is bound to one stays so while it rests."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        missing = {"required": _("Choose at least one store.")}
        super().__init__(label=_("Stores"), coerce=int, error_messages=missing)

    def offer(self) -> None:
        self.choices = list(PickupStore.objects.order_by("pk").values_list("pk", "name"))


class FindForm(forms.Form):
    who = text(
        _("Phone number or its last four digits, nickname, customer number"),
        max_length=40,
        required=False,
        validators=[NO_CONTROL],
        attrs={"type": "search"},
    )

    @cached_property
    def found(self) -> list[Customer]:
        return list(find_candidates(self.cleaned_data["who"])) if self.is_valid() else []


class AppointForm(forms.Form):
    """One of those who were found, and the stores."""

    person = forms.TypedChoiceField(
        label=_("Mini-program user"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who is to hand out."),
            "invalid_choice": _("Choose who is to hand out."),
        },
    )
    stores = StoresField()

    def __init__(self, found: list[Customer], data: Any = None) -> None:
        super().__init__(data)
        self.fields["person"].choices = [(row.pk, _describe(row)) for row in found]  # type: ignore[attr-defined]
        self.fields["stores"].offer()  # type: ignore[attr-defined]  # as declared above

    def show_refusal(self, refused: Refused) -> None:
        self.add_error("stores" if refused.code == "stores_required" else None, str(refused))


def _describe(customer: Customer) -> str:
    known = [customer.nickname, customer.masked_phone, f"#{customer.pk}"]
    return " · ".join(filter(None, known))


class ChangeStoresForm(ActionForm):
    name, act = "change_stores", change_stores
    stores = StoresField()
    elsewhere = forms.BooleanField(
        label=_("May hand out what waits at another store, and has to say why"), required=False
    )

    def set_up(self) -> None:
        self.fields["stores"].offer()  # type: ignore[attr-defined]  # as declared above
        self.initial["stores"] = [store.pk for store in self.subject.stores.all()]
        self.initial["elsewhere"] = self.subject.crosses_stores

    def read(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"store_ids": data["stores"], "crosses_stores": data["elsewhere"]}
