"""The form of a store. Its address is named as the address script names it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.console import fields
from shop.errors import Refused
from shop.http.api.fields import NO_CONTROL, PHONE
from shop.store.models import PickupStore
from shop.store.pickup_stores.hours import (
    parse_holidays,
    parse_hours,
    spell_holidays,
    spell_hours,
)
from shop.store.pickup_stores.slots import LENGTHS
from shop.store.places.regions import find_district_problem, find_problem

_PLAIN = [NO_CONTROL]
_NEW_DAY = "9:00-21:00"
MAX_SLOT_ORDERS = 1000
_DAYS = tuple(f"hours_{day}" for day in range(7))


class TypedField(forms.CharField):
    """A text that a function reads, whose refusal stands beside the field."""

    def __init__(self, read: Callable[[str], Any], **kwargs: Any) -> None:
        self.read = read
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.read(text)
        except Refused as refused:
            raise ValidationError(refused.message) from refused


def _degrees(label: Any, most: int, **kwargs: Any) -> forms.DecimalField:
    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": "12"})
    return forms.DecimalField(
        label=label,
        min_value=-most,
        max_value=most,
        max_digits=9,
        decimal_places=6,
        required=False,
        widget=widget,
        **kwargs,
    )


def _list_lengths() -> list[tuple[Any, Any]]:
    lengths = [(minutes, gettext("%(n)d min") % {"n": minutes}) for minutes in LENGTHS]
    return [("", _("None: buyers come at any time")), *lengths]


class StoreForm(forms.Form):
    """Name, address, point on the map and hours of a store."""

    says_optional = False
    name = fields.text(
        _("Name of the store"),
        max_length=40,
        validators=_PLAIN,
        help_text=_("As buyers read it, such as “Wensan Road”."),
    )
    phone = fields.text(
        _("Phone of the store"), max_length=20, validators=[PHONE], attrs={"inputmode": "tel"}
    )
    province = fields.text(_("Province"), max_length=40, attrs={"list": "regions-province"})
    city = fields.text(_("City"), max_length=40, attrs={"list": "regions-city"})
    district = fields.text(
        _("District"), max_length=40, required=False, validators=_PLAIN, attrs={"list": "regions-district"}
    )
    detail = fields.text(_("Street and house number"), max_length=120, validators=_PLAIN)
    latitude = _degrees(_("Latitude"), 90, help_text=_("Such as 30.274150."))
    longitude = _degrees(_("Longitude"), 180, help_text=_("Such as 120.155150."))
    holidays = TypedField(
        parse_holidays,
        label=_("Closed on"),
        max_length=2000,
        widget=forms.Textarea({"rows": "2", "autocomplete": "off"}),
        help_text=_("Holidays and other days off, such as 2026-02-16 ~ 2026-02-22, 2026-05-01."),
    )
    slot_minutes = forms.TypedChoiceField(
        label=_("Length of a time slot"), choices=_list_lengths, coerce=int, empty_value=None, required=False
    )
    slot_orders = forms.IntegerField(
        label=_("Orders in a time slot"),
        min_value=1,
        max_value=MAX_SLOT_ORDERS,
        required=False,
        help_text=_("Buyers choose when they come, until so many have chosen that time."),
    )

    def __init__(self, data: Any = None, *, store: PickupStore | None = None) -> None:
        super().__init__(data, initial=_read_store(store) if store else dict.fromkeys(_DAYS, _NEW_DAY))
        for day, name in enumerate(_DAYS):
            self.fields[name] = TypedField(
                parse_hours,
                label=WEEKDAYS[day],
                max_length=80,
                widget=forms.TextInput({"autocomplete": "off", "placeholder": _("closed")}),
            )

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the week, Monday first."""
        return [self[name] for name in _DAYS]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self._check_region([data.get(name, "") for name in ("province", "city", "district")])
        if (data.get("latitude") is None) != (data.get("longitude") is None) and not self.errors:
            missing = "latitude" if data.get("latitude") is None else "longitude"
            self.add_error(missing, _("A point on the map has a latitude and a longitude."))
        self._check_slots(data.get("slot_minutes"), data.get("slot_orders"))
        return data

    def _check_slots(self, minutes: int | None, orders: int | None) -> None:
        if (minutes is None) != (orders is None) and "slot_orders" not in self.errors:
            missing = "slot_minutes" if minutes is None else "slot_orders"
            self.add_error(missing, _("A time slot has a length, and a number of orders."))

    def _check_region(self, region: list[str]) -> None:
        if not all(region[:2]):
            return
        if problem := find_problem(*region[:2]) or find_district_problem(*region):
            words = problem.words if problem.name else self.fields[problem.field].error_messages["required"]
            self.add_error(problem.field, words)

    def read(self) -> dict[str, Any]:
        """What was typed, by the columns of a store."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in _DAYS}
        values["address_detail"] = values.pop("detail")
        return values | {"hours": [self.cleaned_data[name] for name in _DAYS]}

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside each field that it speaks of."""
        for name in refused.extra.get("fields") or [None]:
            self.add_error(name if name in self.fields else None, str(refused))


def _read_store(store: PickupStore) -> dict[str, Any]:
    plain = (
        *("name", "phone", "province", "city", "district", "latitude", "longitude"),
        *("slot_minutes", "slot_orders"),
    )
    week = {name: spell_hours(ranges) for name, ranges in zip(_DAYS, store.hours, strict=True)}
    return {
        **{name: getattr(store, name) for name in plain},
        "detail": store.address_detail,
        "holidays": spell_holidays(store.holidays),
        **week,
    }
