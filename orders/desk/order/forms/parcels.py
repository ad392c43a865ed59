"""The forms about one parcel of an order that was sent."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.desk.order.forms.photos import PhotosField, list_named
from orders.models import Order
from orders.shipping.models import HANDED_OVER, Parcel, ParcelState
from orders.shipping.selectors import list_parcels
from orders.shipping.services.photos import add_photos
from orders.shipping.services.replacing import WhyReplaced, replace_number
from shop.actor import Actor
from shop.console import fields
from shop.couriers.known import clean_tracking_no, guess_couriers
from shop.couriers.selectors import list_accounts, sort_couriers
from shop.errors import Refused
from shop.files.models import Picture


class ParcelActionForm(OrderForm):
    """A form about one of the order's parcels, which it asks for where there are several."""

    parcel = forms.TypedChoiceField(
        label=_("Parcel"), coerce=int, error_messages={"required": _("Choose the parcel.")}
    )

    def set_up(self) -> None:
        field = self.fields["parcel"]
        choices: list[tuple[Any, Any]] = [
            (parcel.pk, str(self.name_parcel(parcel))) for parcel in self.parcels
        ]
        if len(choices) == 1:
            self.initial["parcel"], field.widget = choices[0][0], forms.HiddenInput()
        else:
            choices.insert(0, ("", _("Choose the parcel")))
        field.choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "parcel" in self.errors and self["parcel"].is_hidden:
            # Nobody sees a field that is hidden, nor what is wrong with it.
            self.add_error(None, self.errors["parcel"].data[0])
        return data

    @cached_property
    def parcels(self) -> list[Parcel]:
        return [parcel for parcel in list_parcels(self.order) if self.fits(parcel)]

    def fits(self, parcel: Parcel) -> bool:
        """Whether this can be done to the parcel, as far as the page knows."""
        return parcel.state == ParcelState.SENT

    def name_parcel(self, parcel: Parcel) -> Any:
        return parcel.name or _("Own delivery")

    def read_seen(self, expected_version: int | None) -> dict[int, int]:
        """The version of the page, as the verbs of a parcel take it."""
        return {} if expected_version is None else {self.order.pk: expected_version}


class PhotographForm(ParcelActionForm):
    name = "photograph"
    photos = PhotosField(label=_("Packing photos"))

    def fits(self, parcel: Parcel) -> bool:
        return parcel.state in HANDED_OVER

    @property
    def named_photos(self) -> Collection[Picture]:
        """What a refused form shows again."""
        return list_named(self["photos"].value(), self.actor)

    def run(self, actor: Actor, expected_version: int | None) -> Order:
        data = self.cleaned_data
        seen = self.read_seen(expected_version)
        return add_photos(data["parcel"], picture_ids=data["photos"], actor=actor, seen=seen)

    def show_refusal(self, refused: Refused) -> None:
        about = ("too_many_photos", "bad_photos", "no_photo")
        self.add_error("photos" if refused.code in about else None, str(refused))


class ReplaceNumberForm(ParcelActionForm):
    """An empty courier is guessed from the number, as when shipping."""

    name = "replace_number"
    tracking_no = fields.text(
        _("New tracking number"), max_length=60, attrs={"autocapitalize": "characters", "spellcheck": "false"}
    )
    courier = forms.ChoiceField(label=_("Courier"), required=False)
    why = forms.ChoiceField(label=_("Why"), choices=WhyReplaced.choices)

    def set_up(self) -> None:
        super().set_up()
        couriers = [(courier.code, courier.name) for courier in sort_couriers(list_accounts())]
        field = self.fields["courier"]
        field.choices = [("", _("By the number")), *couriers]  # type: ignore[attr-defined]

    def fits(self, parcel: Parcel) -> bool:
        return super().fits(parcel) and bool(parcel.tracking_no)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        number = clean_tracking_no(data.get("tracking_no") or "")
        if number and not data.get("courier") and "courier" not in self.errors:
            self._guess(data, number)
        return data

    def _guess(self, data: dict[str, Any], number: str) -> None:
        if guesses := guess_couriers(number):
            data["courier"] = guesses[0].code
        else:
            self.add_error("courier", _("Choose the courier: the number does not tell."))

    def run(self, actor: Actor, expected_version: int | None) -> Order:
        data = self.cleaned_data
        return replace_number(
            data["parcel"],
            courier=data["courier"],
            tracking_no=data["tracking_no"],
            why=WhyReplaced(data["why"]),
            actor=actor,
            seen=self.read_seen(expected_version),
        )

    def show_refusal(self, refused: Refused) -> None:
        about = ("duplicate_tracking", "same_number", "tracking_required", "label_of_other_order")
        self.add_error("tracking_no" if refused.code in about else None, str(refused))
