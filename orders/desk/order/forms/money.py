"""The forms behind the buttons that concern money: how it is paid, what is cancelled, what was received."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.models import Order, OrderLine
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import change_price, choose_payment
from orders.payments.changes.waiving import waive_owed
from orders.payments.selectors import map_kept_fen
from orders.payments.services.collecting import collect_payment
from orders.payments.services.transfers import (
    LONGEST_REFERENCE,
    record_excess_transfer,
    record_transfer,
    reject_proof,
)
from shop.actor import Actor
from shop.console import fields
from shop.money import format_fen
from shop.store.choices import Delivery, PayMethod
from shop.store.selectors import get_store_settings, list_pay_methods
from shop.words import fill


class ChoosePaymentForm(OrderForm):
    name, act = "choose_payment", choose_payment
    method = forms.ChoiceField(label=_("Way to pay"))

    @classmethod
    def find_obstacle(cls, order: Order, _actor: Actor) -> Any:
        return "" if _other_ways_to_pay(order) else _("The shop offers no other way to pay for this order.")

    def set_up(self) -> None:
        others = [(way.value, self.order.name_method(way)) for way in _other_ways_to_pay(self.order)]
        self.fields["method"].choices = others  # type: ignore[attr-defined]  # a choice field has them

    def read(self) -> dict[str, Any]:
        return {"method": PayMethod(self.cleaned_data["method"])}


def _other_ways_to_pay(order: Order) -> list[PayMethod]:
    offered = list_pay_methods(get_store_settings(), Delivery(order.delivery))
    return [way for way in offered if way != order.pay_method]


class CancelUnpaidForm(OrderForm):
    name, act = "cancel_unpaid", cancel_unpaid
    reason = fields.text(_("Reason"), required=False)


_WAYS_BACK = {
    PayMethod.WECHAT: _("%(amount)s by WeChat Pay, to where it was paid from"),
    PayMethod.ALIPAY: _("%(amount)s by Alipay, to where it was paid from"),
    PayMethod.BALANCE: _("%(amount)s to the buyer's balance, at once"),
}
_BY_HAND = _("%(amount)s to be paid out by hand (%(way)s)")
_GONE_BACK = _("%(amount)s more is back already, or on its way")


class CancelPaidForm(OrderForm):
    name, act = "cancel_paid", cancel_paid
    reason = fields.text(_("Reason"))
    notice = fields.area(_("Words to the buyer"), max_length=200, required=False)

    amount_is = _("Goes back to the buyer")

    def set_up(self) -> None:
        kept = map_kept_fen(self.order)
        self.amount_fen = sum(kept.values())
        back = [
            fill(
                _WAYS_BACK.get(way, _BY_HAND), {"amount": format_fen(fen), "way": self.order.name_method(way)}
            )
            for way, fen in kept.items()
        ]
        gone_fen = self.order.paid_fen - self.amount_fen
        gone = [fill(_GONE_BACK, {"amount": format_fen(gone_fen)})] if gone_fen else []
        self.amount_parts = (*back, *gone)


class CancelLinesForm(OrderForm):
    name, act = "cancel_lines", cancel_lines
    reason = fields.text(_("Reason"))

    def set_up(self) -> None:
        for line in self.lines:
            if line.to_send:
                label = f"{line.product_name} {line.sku_name}"
                self.fields[f"line_{line.pk}"] = fields.pieces(
                    label, most=line.to_send, initial=line.short, required=False
                )

    @property
    def line_fields(self) -> list[tuple[OrderLine, forms.BoundField]]:
        by_name = {f"line_{line.pk}": line for line in self.lines}
        return [(by_name[name], self[name]) for name in self.fields if name in by_name]

    def read(self) -> dict[str, Any]:
        data = self.cleaned_data
        quantities = {line.pk: data.get(f"line_{line.pk}") or 0 for line in self.lines if line.to_send}
        return {"quantities": quantities, "reason": data["reason"]}


class ChangePriceForm(OrderForm):
    name, act = "change_price", change_price
    goods = fields.YuanField(label=_("All goods together (yuan)"))
    freight = fields.YuanField(label=_("Freight (yuan)"))
    reason = fields.text(_("Reason"), initial=_("Agreed with the buyer"))

    def set_up(self) -> None:
        freight_fen = self.order.freight_fen + self.order.freight_adjust_fen
        self.initial = {"goods": self.order.payable_fen - freight_fen, "freight": freight_fen}

    def needs_reauthentication(self) -> bool:
        """Goods that are all but given away."""
        price_fen = self.cleaned_data["goods"] + self.cleaned_data["freight"]
        return bool(price_fen * 10 <= self.order.payable_fen)

    def read(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"goods_fen": data["goods"], "freight_fen": data["freight"], "reason": data["reason"]}


class WaiveForm(OrderForm):
    name, act = "waive", waive_owed
    amount_is = _("Need not be paid any more")
    reason = fields.text(_("Reason"))

    def set_up(self) -> None:
        self.amount_fen = self.order.owed_fen


class CollectForm(OrderForm):
    name, act = "collect", collect_payment
    amount_is = _("Owed for this order")
    reference = fields.text(_("Receipt or reference"), max_length=100, required=False)

    def set_up(self) -> None:
        self.amount_fen = self.order.owed_fen

    def needs_reauthentication(self) -> bool:
        """Cash for an order that was to be paid otherwise."""
        return self.order.pay_method != PayMethod.COD


class RecordTransferForm(OrderForm):
    """The amount is typed and not offered, so that somebody looks at the account."""

    name, act = "record_transfer", record_transfer
    amount_is = _("Owed for this order")
    amount = fields.YuanField(label=_("Amount received (yuan)"))
    reference = fields.text(_("Reference of the transfer"), max_length=LONGEST_REFERENCE)

    def set_up(self) -> None:
        self.amount_fen = self.order.owed_fen or None

    def needs_reauthentication(self) -> bool:
        return True

    def read(self) -> dict[str, Any]:
        return {"amount_fen": self.cleaned_data["amount"], "reference": self.cleaned_data["reference"]}


class RecordExcessForm(RecordTransferForm):
    """As above, for money that nobody waits for any more."""

    name, act = "record_excess", record_excess_transfer


class RejectProofForm(OrderForm):
    name, act = "reject_proof", reject_proof
    reason = fields.text(_("Reason, which the buyer reads"))
