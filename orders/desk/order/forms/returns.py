"""The forms about a parcel that was refused, and the order that closes when it is back."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.desk.order.forms.parcels import ParcelActionForm
from orders.models import Order, OrderLine
from orders.shipping.models import Parcel, ParcelState
from orders.shipping.services.returning import LONGEST, close_returned
from orders.shipping.services.turning import turn_back, undo_turn_back
from shop.actor import Actor
from shop.console import fields

_OUT = (ParcelState.SENT, ParcelState.ARRIVED)


class TurnBackForm(ParcelActionForm):
    name = "turn_back"
    was_refused: ClassVar[bool] = False

    @classmethod
    def find_obstacle(cls, subject: Order, actor: Actor) -> Any:
        if not subject.is_coming_back or cls(subject=subject, actor=actor).parcels:
            return ""
        return _("It was noted of every parcel of this order.")

    def fits(self, parcel: Parcel) -> bool:
        return parcel.state in _OUT and (parcel.turned_back_at is not None) is self.was_refused

    def run(self, actor: Actor, expected_version: int | None) -> Order:
        return turn_back(self.cleaned_data["parcel"], actor=actor, seen=self.read_seen(expected_version))


class UndoTurnBackForm(TurnBackForm):
    name = "undo_turn_back"
    was_refused = True

    @classmethod
    def find_obstacle(cls, subject: Order, actor: Actor) -> Any:
        return ""

    def run(self, actor: Actor, expected_version: int | None) -> Order:
        return undo_turn_back(self.cleaned_data["parcel"], actor=actor, seen=self.read_seen(expected_version))


class CloseReturnedForm(OrderForm):
    """Of each line the pieces that are fit for nobody; all others go on sale again."""

    name, act = "close_returned", close_returned
    reason = fields.text(_("Reason"), max_length=LONGEST, initial=_("Refused at the door"))

    def set_up(self) -> None:
        for line in self.lines:
            if most := line.shipped - line.returned:
                label = f"{line.product_name} {line.sku_name}"
                field = fields.pieces(label, most=most, initial=0, required=False)
                self.fields[f"line_{line.pk}"] = field

    @property
    def line_fields(self) -> list[tuple[OrderLine, forms.BoundField]]:
        by_name = {f"line_{line.pk}": line for line in self.lines}
        return [(by_name[name], self[name]) for name in self.fields if name in by_name]

    def read(self) -> dict[str, Any]:
        data = self.cleaned_data
        scrapped = {line.pk: data.get(f"line_{line.pk}") or 0 for line, _field in self.line_fields}
        return {"scrapped": scrapped, "reason": data["reason"]}
