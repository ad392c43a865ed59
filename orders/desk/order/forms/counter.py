"""The forms of the counter: handing out by hand, and taking that back."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.desk.links import link_order
from orders.desk.order.forms.base import OrderForm
from orders.models import Order, OrderLine
from orders.payments.models import Means
from pickup.native import NativeView, offer_native
from pickup.selectors import list_verifiers_of
from pickup.services.verifying import Collected, Handout, undo_verify, verify_pickup
from pickup.uncollected.selectors import read_storage_note
from pickup.watch.refusals import record_refusal, recorded
from shop.access import has_capability
from shop.actor import Actor
from shop.console import fields
from shop.store.choices import PayMethod


class VerifyForm(OrderForm):
    """All that is left unless fewer pieces are chosen; what is owed is collected by the same press."""

    name = "verify"
    amount_is = _("To collect before anything is handed out")
    verifier = forms.TypedChoiceField(
        label=_("Verifier"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Who is credited with it."),
    )

    def set_up(self) -> None:
        for line in self.lines:
            if line.to_send and not line.short:
                label = f"{line.product_name} {line.sku_name}"
                self.fields[f"line_{line.pk}"] = fields.pieces(
                    label, most=line.to_send, initial=line.to_send, required=False
                )
        people = list_verifiers_of(self.order.pickup_store_id) if self.order.pickup_store_id else []
        choices = [("", _("Nobody: only I am recorded")), *((row.pk, row.name) for row in people)]
        self.fields["verifier"].choices = choices  # type: ignore[attr-defined]  # as declared above
        if self.order.owed_fen:
            self._ask_for_money()

    def _ask_for_money(self) -> None:
        self.amount_fen = self.order.owed_fen
        self.fields["means"] = forms.ChoiceField(
            label=_("How it was received"),
            choices=Means.choices,
            widget=forms.RadioSelect,
            error_messages={"required": _("Say how the money was received.")},
        )
        self.fields["owed"] = forms.IntegerField(widget=forms.HiddenInput, initial=self.order.owed_fen)

    @cached_property
    def storage_note(self) -> str:
        """Where the goods lie, "" where nobody has said it."""
        return read_storage_note(self.order)

    @property
    def native(self) -> NativeView | None:
        """Paying on the spot, where something is owed and the shop can take it by WeChat."""
        return offer_native(self.order)

    @property
    def waive_url(self) -> str:
        """Where what is owed is waived, "" for who may not."""
        may = self.order.owed_fen and has_capability(self.actor, "orders.price")
        return link_order(self.order.number, "waive") if may else ""

    @property
    def line_fields(self) -> list[tuple[OrderLine, forms.BoundField]]:
        by_name = {f"line_{line.pk}": line for line in self.lines}
        return [(by_name[name], self[name]) for name in self.fields if name in by_name]

    @property
    def short_lines(self) -> list[OrderLine]:
        return [line for line in self.lines if line.short]

    def needs_reauthentication(self) -> bool:
        """Cash for an order that was to be paid otherwise."""
        return bool(self.order.owed_fen) and self.order.pay_method != PayMethod.COD

    def clean(self) -> dict[str, Any] | None:
        """Somebody who does not hand out there was never among the choices: the request was made up."""
        if self.has_error("verifier", "invalid_choice"):
            record_refusal("not_verifier", self.actor, order_id=self.order.pk)
        return super().clean()

    def run(self, actor: Actor, expected_version: int | None) -> Order:
        with recorded(actor, order_id=self.order.pk):
            verification = verify_pickup(
                self.order.pk, self._read_handout(), actor=actor, expected_version=expected_version
            )
        self.done_verb = "order.verify" if verification.is_last else ""
        return verification.order

    def _read_handout(self) -> Handout:
        data = self.cleaned_data
        pieces = {line.pk: data.get(f"line_{line.pk}") or 0 for line, _field in self.line_fields}
        collected = Collected(Means(data["means"]), data["owed"]) if data.get("means") else None
        # None chosen is not all of them.
        return Handout(self.order.pickup_store_id or 0, pieces or {0: 0}, data["verifier"], collected)


class UndoVerifyForm(OrderForm):
    name, act = "undo_verify", undo_verify
    reason = fields.text(_("Reason"))
