"""The ship dialog: one small form per parcel, with the pieces of each line that go into it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms import OrderForm
from orders.models import Order, OrderLine
from orders.shipping.services.ship import NewParcel, ship_order
from shop.actor import Actor
from shop.console import fields
from shop.couriers.known import clean_tracking_no, guess_couriers, list_couriers
from shop.store.deliveries import WAYS

MAX_PARCELS = 10


class ParcelForm(forms.Form):
    """One parcel. An empty courier is guessed from the number; the pieces of the first parcel are all that is left."""

    def __init__(self, *args: Any, order: Order, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.to_send and not line.short]
        self.is_own = not WAYS[order.delivery].has_number
        self._add_carrier()
        is_first = self.prefix is not None and self.prefix.endswith("-0")
        for line in self.lines:
            label = f"{line.product_name} {line.sku_name}"
            initial = line.to_send if is_first else 0
            self.fields[f"line_{line.pk}"] = fields.pieces(
                label, most=line.to_send, initial=initial, required=False
            )

    def _add_carrier(self) -> None:
        if self.is_own:
            self.fields["driver_name"] = fields.text(_("Driver"), max_length=40, required=False)
            self.fields["driver_phone"] = fields.text(
                _("Driver's phone"), max_length=20, required=False, attrs={"inputmode": "tel"}
            )
            return
        attrs = {"autocapitalize": "characters", "spellcheck": "false", "data-tracking-no": ""}
        number = fields.text(_("Tracking number"), max_length=60, attrs=attrs)
        number.error_messages["required"] = _("Type or scan the tracking number.")
        self.fields["tracking_no"] = number
        choices = [("", _("By the number")), *((courier.code, courier.name) for courier in list_couriers())]
        widget = forms.Select({"data-courier": ""})
        self.fields["courier"] = forms.ChoiceField(
            label=_("Courier"), choices=choices, required=False, widget=widget
        )

    @property
    def line_fields(self) -> list[tuple[OrderLine, forms.BoundField]]:
        return [(line, self[f"line_{line.pk}"]) for line in self.lines]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.lines and not any(data.get(f"line_{line.pk}") for line in self.lines) and not self.errors:
            raise ValidationError(_("Choose what goes into the parcel."))
        if not self.is_own:
            self._clean_carrier(data)
        return data

    def _clean_carrier(self, data: dict[str, Any]) -> None:
        number = clean_tracking_no(data.get("tracking_no") or "")
        if not number or data.get("courier") or "courier" in self.errors:
            return
        if guesses := guess_couriers(number):
            data["courier"] = guesses[0].code
        else:
            self.add_error("courier", _("Choose the courier: the number does not tell."))

    def make_parcel(self) -> NewParcel:
        data = self.cleaned_data
        return NewParcel(
            courier=data.get("courier", ""),
            tracking_no=data.get("tracking_no", ""),
            quantities={line.pk: data.get(f"line_{line.pk}") or 0 for line in self.lines},
            driver_name=data.get("driver_name", ""),
            driver_phone=data.get("driver_phone", ""),
        )


ParcelFormSet = forms.formset_factory(
    ParcelForm, extra=0, min_num=1, max_num=MAX_PARCELS, absolute_max=MAX_PARCELS, validate_max=True
)


class ShipForm(OrderForm):
    """All parcels of one press of the button."""

    name = "ship"

    def set_up(self) -> None:
        self.parcels = ParcelFormSet(
            self.data if self.is_bound else None,
            prefix="parcel",
            form_kwargs={"order": self.order, "lines": self.lines},
        )
        for parcel in self.parcels:
            parcel.empty_permitted = False
            parcel.use_required_attribute = False

    @property
    def asks(self) -> bool:
        return True

    @property
    def short_lines(self) -> list[OrderLine]:
        return [line for line in self.lines if line.short]

    def is_valid(self) -> bool:
        return super().is_valid() and self.parcels.is_valid()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.parcels.is_valid() and (errors := self.parcels.non_form_errors()):
            raise ValidationError(list(errors))
        return data

    def run(self, actor: Actor, expected_version: int | None) -> Order:
        parcels = [parcel.make_parcel() for parcel in self.parcels]
        order = ship_order(self.order.pk, parcels=parcels, actor=actor, expected_version=expected_version)
        self.done_verb = "" if order.pieces_to_send else "order.ship"
        return order
