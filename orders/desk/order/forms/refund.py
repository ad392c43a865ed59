"""The form that gives money back while the order goes on."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.models import Order
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.selectors import get_freight_left_fen, get_kept_fen
from shop.actor import Actor
from shop.console import fields
from shop.money import format_fen

_FREIGHT, _GOODWILL = "freight", "goodwill"


class RefundForm(OrderForm):
    """What it is for decides what a later cancellation still refunds; at first all goods and the freight are ticked."""

    name, act = "refund", refund_part
    amount = fields.YuanField(label=_("Amount to refund (yuan)"))
    parts = forms.MultipleChoiceField(label=_("What for"), widget=forms.CheckboxSelectMultiple, choices=())
    reason = fields.text(_("Reason"), max_length=80)
    notice = fields.area(_("Words to the buyer"), max_length=200, required=False)

    @classmethod
    def find_obstacle(cls, order: Order, _actor: Actor) -> Any:
        if not order.paid_fen or get_kept_fen(order):
            return ""
        return _("All that was paid is back or on its way back.")

    def set_up(self) -> None:
        self.amount_fen = get_kept_fen(self.order)
        left = {f"{line.pk}": (f"{line.product_name} {line.sku_name}", line.left_fen) for line in self.lines}
        left[_FREIGHT] = (str(_("Freight")), get_freight_left_fen(self.order))
        ticked = {value: f"{label} · {format_fen(fen)}" for value, (label, fen) in left.items() if fen}
        goodwill = {_GOODWILL: _("Goodwill, for nothing in particular")}
        self.fields["parts"].choices = list((ticked | goodwill).items())  # type: ignore[attr-defined]  # has them
        self.initial = {"parts": list(ticked)}

    def clean_parts(self) -> list[str]:
        parts: list[str] = self.cleaned_data["parts"]
        if _GOODWILL in parts and len(parts) > 1:
            raise ValidationError(_("Tick either goodwill or what the money is for."))
        return parts

    def read(self) -> dict[str, Any]:
        data = self.cleaned_data
        wanted = PartRefund(
            amount_fen=data["amount"],
            reason=data["reason"],
            line_ids=frozenset(int(part) for part in data["parts"] if part.isdigit()),
            is_for_freight=_FREIGHT in data["parts"],
            notice=data["notice"],
        )
        return {"wanted": wanted}
