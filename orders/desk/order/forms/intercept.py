"""The form that asks for a parcel to be stopped, or to go elsewhere."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.address import CHECK_PHONE
from orders.desk.order.forms.parcels import ParcelActionForm
from orders.models import Order
from orders.services.place import Recipient
from orders.shipping.models import InterceptKind, Parcel
from orders.shipping.services.intercepting import Wish, ask_intercept
from shop.actor import Actor
from shop.console import fields
from shop.couriers.known import find_courier
from shop.errors import Refused
from shop.store.places.regions import find_problem
from shop.store.places.split import LONGEST, split_address

NEEDED = ("recipient", "phone", "province", "city", "detail")


class AskInterceptForm(ParcelActionForm):
    """Where it goes is asked for only if it is redirected."""

    name, says_optional = "ask_intercept", False
    kind = forms.ChoiceField(label=_("What is wanted"), choices=InterceptKind.choices)
    called = fields.text(
        _("Spoken with"),
        max_length=200,
        required=False,
        help_text=_("Who at the courier, and when; colleagues read it as an internal note."),
    )
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
    province = fields.text(_("Province"), max_length=40, required=False, attrs={"list": "regions-province"})
    city = fields.text(_("City"), max_length=40, required=False, attrs={"list": "regions-city"})
    district = fields.text(_("District"), max_length=40, required=False, attrs={"list": "regions-district"})
    detail = fields.text(_("Street and house number"), max_length=200, required=False)

    @classmethod
    def find_obstacle(cls, subject: Order, actor: Actor) -> Any:
        return _("All parcels of this order have been delivered.") if subject.arrived_at else ""

    @property
    def phones(self) -> list[tuple[Parcel, str]]:
        """The parcels, each with the number under which its courier is called."""
        couriers = ((parcel, find_courier(parcel.courier)) for parcel in self.parcels)
        return [(parcel, courier.phone if courier else "") for parcel, courier in couriers]

    def set_up(self) -> None:
        super().set_up()
        if self.is_bound and self.data.get("pasted"):
            self.data = self._fill_in(self.data)

    def _fill_in(self, data: Any) -> Any:
        """What the pasted line says goes into the fields that were left empty."""
        filled = data.copy()
        for name, part in asdict(split_address(str(data["pasted"]))).items():
            if part and not data.get(name):
                filled[name] = part
        return filled

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") == InterceptKind.REDIRECT:
            self._clean_address(data)
        return data

    def _clean_address(self, data: dict[str, Any]) -> None:
        for name in NEEDED:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        if not self.errors and (problem := find_problem(data["province"], data["city"])):
            self.add_error(problem.field, problem.words)

    def run(self, actor: Actor, expected_version: int | None) -> Any:
        data = self.cleaned_data
        names = ("recipient", "phone", "province", "city", "district", "detail")
        to = Recipient(**{name: data[name] for name in names})
        wish = Wish(InterceptKind(data["kind"]), to, data["called"])
        seen = self.read_seen(expected_version)
        return ask_intercept(data["parcel"], order_id=self.order.pk, wish=wish, actor=actor, seen=seen)

    def show_refusal(self, refused: Refused) -> None:
        self.add_error("detail" if refused.code == "address_required" else None, str(refused))
