"""The forms behind the buttons of the order page; each calls the one verb it is for."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.services.place import Recipient
from orders.services.recipient import change_address
from orders.services.steps import (
    add_note,
    confirm_order,
    extend_receipt,
    hold_order,
    prepare_order,
    receive_order,
    release_order,
    set_seller_remark,
    urge_order,
)
from shop.actor import Actor
from shop.console import fields
from shop.store.address_split import LONGEST, split_address
from shop.store.choices import LIMITS
from shop.store.models import StoreSettings
from shop.store.regions import find_problem

CHECK_PHONE = RegexValidator(r"^\+?[\d \-]{5,20}$", _("Type a phone number: digits, spaces and dashes."))


class ActionForm(forms.Form):
    """A form about one order. `version` is the order's version when the form was shown.

    `act` is called with the order's id and `read()`. `done_verb` is set by `run` where more came of it than the verb
    that was asked for; `amount_fen` is what the dialog shows in large, because it moves.
    """

    name: ClassVar[str]
    act: ClassVar[Callable[..., object]]
    done_verb = ""
    amount_fen: int | None = None
    version = fields.VersionField()

    def __init__(self, data: Any = None, *, order: Order, lines: Sequence[OrderLine]) -> None:
        super().__init__(data, auto_id=f"{self.name}_%s")
        self.order = order
        self.lines = lines
        self.set_up()

    @classmethod
    def find_obstacle(cls, order: Order) -> Any:
        """The sentence that says why there is nothing to fill in, if so."""
        return ""

    def set_up(self) -> None:
        """Fill in what depends on the order."""

    def needs_proof(self) -> bool:
        """Whether what was typed makes money by a word, so that the password is asked for again."""
        return False

    def read(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def run(self, actor: Actor, expected_version: int | None) -> None:
        """Call the verb. Raises Refused as it does."""
        type(self).act(self.order.pk, **self.read(), actor=actor, expected_version=expected_version)

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.visible_fields())


class ConfirmForm(ActionForm):
    name, act = "confirm", confirm_order
    note = fields.area(_("Internal note"), required=False)


class PrepareForm(ActionForm):
    name, act = "prepare", prepare_order


class ReleaseForm(ActionForm):
    name, act = "release", release_order


class ReceiveForm(ActionForm):
    name, act = "receive", receive_order


class UrgeForm(ActionForm):
    name, act = "urge", urge_order


class ExtendForm(ActionForm):
    name, act = "extend", extend_receipt
    days = forms.IntegerField(
        label=_("More days"),
        min_value=LIMITS["extend_days"][0],
        max_value=LIMITS["extend_days"][1],
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )

    def set_up(self) -> None:
        self.initial = {"days": StoreSettings._meta.get_field("extend_days").default}


class HoldForm(ActionForm):
    name, act = "hold", hold_order
    reason = fields.text(_("Reason"))
    release_at = forms.DateTimeField(
        label=_("Release by itself at"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class ChangeAddressForm(ActionForm):
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


class NoteForm(ActionForm):
    name = "note"
    text = fields.area(_("Internal note"))

    def run(self, actor: Actor, expected_version: int | None) -> None:
        add_note(self.order.pk, text=self.cleaned_data["text"], actor=actor)


class RemarkForm(ActionForm):
    name, act = "remark", set_seller_remark
    text = fields.area(_("Seller remark"), required=False)

    def set_up(self) -> None:
        self.initial = {"text": self.order.seller_remark}
