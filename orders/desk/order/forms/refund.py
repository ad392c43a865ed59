"""The form that gives money back while the order goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.models import Order
from orders.payments.changes.partial import PartRefund, refund_part
from orders.payments.refunding.left import Left, LineLeft, read_left
from orders.payments.refunding.plan import plan_refund, plan_routes
from orders.payments.refunding.words import describe_route
from orders.payments.selectors import get_kept_fen
from shop.actor import Actor
from shop.console import fields
from shop.errors import Refused
from shop.money import format_fen

_FREIGHT, _GOODWILL = "freight", "goodwill"


@dataclass(frozen=True)
class Preview:
    """What would go back: rows of what for and how much, the whole, and the ways; or why nothing would."""

    rows: tuple[tuple[Any, int], ...] = ()
    amount_fen: int = 0
    ways: tuple[Any, ...] = ()
    obstacle: Any = ""


class RefundForm(OrderForm):
    """What it is for decides what a later cancellation still refunds. Pieces need no amount: theirs is proposed."""

    name, act = "refund", refund_part
    amount = fields.YuanField(
        label=_("Amount to refund (yuan)"),
        required=False,
        help_text=_("Left empty, what the chosen pieces cost."),
    )
    parts = forms.MultipleChoiceField(
        label=_("What for"), widget=forms.CheckboxSelectMultiple, choices=(), required=False
    )
    reason = fields.text(_("Reason"), max_length=80)
    notice = fields.area(_("Words to the buyer"), max_length=200, required=False)

    @classmethod
    def find_obstacle(cls, order: Order, _actor: Actor) -> Any:
        if not order.paid_fen or get_kept_fen(order):
            return ""
        return _("All that was paid is back or on its way back.")

    @cached_property
    def left(self) -> Left:
        return read_left(self.order)

    def set_up(self) -> None:
        self.amount_fen = self.left.kept_fen
        choices = {f"{left.line.pk}": (_name(left), left.fen) for left in self.left.lines}
        choices[_FREIGHT] = (str(_("Freight")), self.left.freight_fen)
        ticked = {value: f"{label} · {format_fen(fen)}" for value, (label, fen) in choices.items() if fen}
        goodwill = {_GOODWILL: _("Goodwill, for nothing in particular")}
        self.fields["parts"].choices = list((ticked | goodwill).items())  # type: ignore[attr-defined]  # has them
        for left in self.left.lines:
            if left.pieces and left.fen:
                field = fields.pieces(_name(left), most=left.pieces, required=False)
                self.fields[f"pieces_{left.line.pk}"] = field

    @property
    def line_fields(self) -> list[tuple[LineLeft, forms.BoundField]]:
        """The lines of which pieces can be chosen."""
        by_name = {f"pieces_{left.line.pk}": left for left in self.left.lines}
        return [(by_name[name], self[name]) for name in self.fields if name in by_name]

    @property
    def pieces(self) -> dict[int, int]:
        """Line id → pieces, of what was typed."""
        typed = {
            left.line.pk: self.cleaned_data.get(f"pieces_{left.line.pk}") or 0 for left in self.left.lines
        }
        return {pk: pieces for pk, pieces in typed.items() if pieces}

    def clean(self) -> dict[str, Any]:
        parts, pieces = self.cleaned_data.get("parts", []), self.pieces
        if _GOODWILL in parts and (len(parts) > 1 or pieces):
            self.add_error("parts", ValidationError(_("Tick either goodwill or what the money is for.")))
        if "parts" in self.cleaned_data and not parts and not pieces:
            self.add_error("parts", self.fields["parts"].error_messages["required"])
        if "amount" in self.cleaned_data and self.cleaned_data["amount"] is None and not pieces:
            self.add_error("amount", _("Type how much is to be refunded."))
        return self.cleaned_data

    def read(self) -> dict[str, Any]:
        data, pieces = self.cleaned_data, self.pieces
        lines = frozenset(int(part) for part in data["parts"] if part.isdigit())
        wanted = PartRefund(
            amount_fen=data["amount"],
            reason=data.get("reason", ""),
            line_ids=lines - pieces.keys(),
            is_for_freight=_FREIGHT in data["parts"],
            notice=data.get("notice", ""),
            pieces=pieces,
        )
        return {"wanted": wanted}

    def preview(self) -> Preview:
        """What would go back by what has been typed until now, whether or not it says why."""
        if self.errors.keys() - {"reason", "notice", "version"}:
            return Preview()
        try:
            return self._plan(self.read()["wanted"])
        except Refused as refused:
            return Preview(obstacle=str(refused))

    def _plan(self, wanted: PartRefund) -> Preview:
        rows: list[tuple[Any, int]] = []
        if wanted.is_goodwill:
            routes = plan_routes(self.left.payments, wanted.amount_fen or 0)
        else:
            plan = plan_refund(self.order, wanted.wanted)
            names = {left.line.pk: _count(left, wanted.pieces) for left in self.left.lines}
            rows += [(names[pk], fen) for pk, fen in plan.shares.items()]
            rows += [(_("Freight"), plan.freight_fen)] if plan.freight_fen else []
            routes = plan.routes
        ways = tuple(describe_route(self.order, route) for route in routes)
        return Preview(tuple(rows), sum(route.amount_fen for route in routes), ways)


def _name(left: LineLeft) -> str:
    return f"{left.line.product_name} {left.line.sku_name}"


def _count(left: LineLeft, pieces: Mapping[int, int]) -> str:
    chosen = pieces.get(left.line.pk)
    return f"{_name(left)} ×{chosen}" if chosen else _name(left)
