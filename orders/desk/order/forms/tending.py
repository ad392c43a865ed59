"""The forms behind the buttons that push an order on, stop it, or note something."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.services.steps import (
    add_note,
    confirm_order,
    extend_receipt,
    hold_order,
    set_seller_remark,
)
from shop.actor import Actor
from shop.console import fields
from shop.store.choices import LIMITS
from shop.store.models import StoreSettings


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
