"""The forms behind the buttons of the order page; each calls the one verb it is for."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.selectors import load_lines
from orders.services.place import Recipient
from orders.services.recipient import change_address
from orders.services.steps import (
    add_note,
    confirm_order,
    extend_receipt,
    hold_order,
    set_seller_remark,
)
from shop.actor import Actor
from shop.console import fields
from shop.staff.actions.forms import ActionForm
from shop.store.address_split import LONGEST, split_address
from shop.store.choices import LIMITS
from shop.store.models import StoreSettings
from shop.store.regions import find_problem

CHECK_PHONE = RegexValidator(r"^\+?[\d \-]{5,20}$", _("Type a phone number: digits, spaces and dashes."))


class OrderForm(ActionForm):
    """A form about one order, with its lines where it asks for them."""

    subject: Order

    @property
    def order(self) -> Order:
        return self.subject

    @cached_property
    def lines(self) -> list[OrderLine]:
        return load_lines(self.subject)


class ConfirmForm(OrderForm):
    name, act = "confirm", confirm_order
    note = fields.area(_("Internal note"), required=False)


class ExtendForm(OrderForm):
    name, act = "extend", extend_receipt
    days = forms.IntegerField(
        label=_("More days"),
        min_value=LIMITS["extend_days"][0],
        max_value=LIMITS["extend_days"][1],
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )

    def set_up(self) -> None:
        self.initial = {"days": StoreSettings._meta.get_field("extend_days").default}


class HoldForm(OrderForm):
    name, act = "hold", hold_order
    reason = fields.text(_("Reason"))
    release_at = forms.DateTimeField(
        label=_("Release by itself at"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class ChangeAddressForm(OrderForm):
    """What is personal is not shown in it: left empty, it stays as it is."""

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
        moved = any(data.get(name) != getattr(self.order, name) for name in ("province", "city", "district"))
        if moved and not data.get("detail"):
            raise ValidationError({"detail": _("Another region needs its own street and house number.")})
        if moved and (problem := find_problem(data.get("province", ""), data.get("city", ""))):
            raise ValidationError({problem.field: problem.words})
        return data

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
        return {"to": to}


class NoteForm(OrderForm):
    name, version = "note", None
    text = fields.area(_("Internal note"))

    def run(self, actor: Actor, expected_version: int | None) -> None:
        add_note(self.order.pk, text=self.cleaned_data["text"], actor=actor)


class RemarkForm(OrderForm):
    name, act = "remark", set_seller_remark
    text = fields.area(_("Seller remark"), required=False)

    def set_up(self) -> None:
        self.initial = {"text": self.order.seller_remark}
