"""The form that sends an order elsewhere."""

from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.payments.changes.addressing import change_address, get_freight_difference_fen
from orders.payments.changes.difference import Difference
from orders.quotes import Destination
from orders.services.place import Recipient
from shop.console import fields
from shop.errors import Refused
from shop.money import format_fen
from shop.store.places.regions import find_problem
from shop.store.places.split import LONGEST, split_address
from shop.words import fill

CHECK_PHONE = RegexValidator(r"^\+?[\d \-]{5,20}$", _("Type a phone number: digits, spaces and dashes."))
_REGION = ("province", "city", "district")


@dataclass(frozen=True)
class _Region:
    province: str
    city: str
    district: str


class ChangeAddressForm(OrderForm):
    """What is personal is not shown in it: left empty, it stays as it is.

    `difference` is asked only where sending there costs more or less: `difference_fen`, known once it was sent.
    """

    name, act = "change_address", change_address
    pasted = fields.area(
        _("Paste a whole address"),
        max_length=LONGEST,
        rows=2,
        required=False,
        help_text=_("Name, phone and address in one line are taken apart; fields below come first."),
    )
    recipient = fields.text(_("Recipient"), max_length=60, required=False)
    phone = fields.text(
        _("Phone"), max_length=20, required=False, validators=[CHECK_PHONE], attrs={"inputmode": "tel"}
    )
    province = fields.text(_("Province"), max_length=40, attrs={"list": "regions-province"})
    city = fields.text(_("City"), max_length=40, attrs={"list": "regions-city"})
    district = fields.text(_("District"), max_length=40, required=False, attrs={"list": "regions-district"})
    detail = fields.text(_("Street and house number"), max_length=200, required=False)

    difference = forms.ChoiceField(
        label=_("Freight"), required=False, widget=forms.RadioSelect, choices=Difference.choices
    )
    difference_fen = 0

    def set_up(self) -> None:
        order = self.order
        self.initial = {"province": order.province, "city": order.city, "district": order.district}
        if self.is_bound and self.data.get("pasted"):
            self.data = self._fill_in(self.data)

    def _fill_in(self, data: Any) -> Any:
        """What the pasted line says goes into the fields that were left as they were shown."""
        parts, filled = asdict(split_address(str(data["pasted"]))), data.copy()
        for name, part in parts.items():
            if part and data.get(name, "") in ("", self.initial.get(name)):
                filled[name] = part
        return filled

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        moved = any(data.get(name) != getattr(self.order, name) for name in _REGION)
        if moved and not data.get("detail"):
            raise ValidationError({"detail": _("Another region needs its own street and house number.")})
        if moved and (problem := find_problem(data.get("province", ""), data.get("city", ""))):
            raise ValidationError({problem.field: problem.words})
        if moved and not self.errors:
            self._ask_for_freight(data)
        return data

    def _ask_for_freight(self, data: dict[str, Any]) -> None:
        try:
            self.difference_fen = self.find_difference(data, _Region(*(data[name] for name in _REGION)))
        except Refused as refused:
            raise ValidationError({"province": str(refused)}) from refused
        self.fields["difference"].choices = list_choices(self.difference_fen)  # type: ignore[attr-defined]  # has them
        if self.difference_fen and not data.get("difference"):
            raise ValidationError({"difference": _say(self.difference_fen)})

    def find_difference(self, _data: dict[str, Any], to: Destination) -> int:
        """What the freight costs more there, in fen. Raises Refused where nothing is sent."""
        return get_freight_difference_fen(self.order, to)

    def read(self) -> dict[str, Any]:
        data, order = self.cleaned_data, self.order
        to = Recipient(
            recipient=data["recipient"] or order.recipient,
            phone=data["phone"] or order.phone,
            province=data["province"],
            city=data["city"],
            district=data["district"],
            detail=data["detail"] or order.address_detail,
        )
        return {"to": to, "difference": Difference(data["difference"] or Difference.KEEP)}


def _say(fen: int) -> Any:
    words = (
        _("Sending it there costs %(amount)s more. Choose who bears it.")
        if fen > 0
        else _("Sending it there costs %(amount)s less. Choose what becomes of it.")
    )
    return fill(words, {"amount": format_fen(abs(fen))})


def list_choices(fen: int) -> list[tuple[str, Any]]:
    """Who may bear that the freight is so much more, or less where it is negative."""
    settle = (
        _("The buyer pays %(amount)s more") if fen > 0 else _("The buyer pays less or gets %(amount)s back")
    )
    keep = _("The shop bears it") if fen > 0 else _("The price stays as it is")
    return [(Difference.SETTLE, fill(settle, {"amount": format_fen(abs(fen))})), (Difference.KEEP, keep)]
