"""The forms about goods that wait at a counter."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from pickup.uncollected.selectors import read_storage_note
from pickup.uncollected.services import LONGEST, snooze_pickup, store_goods
from shop import clock
from shop.console import fields
from shop.errors import Refused

_DAYS = ((1, _("a day")), (3, _("3 days")), (7, _("a week")), (14, _("2 weeks")))


class SnoozeForm(OrderForm):
    name, act = "snooze_pickup", snooze_pickup
    days = forms.TypedChoiceField(label=_("For"), coerce=int, choices=_DAYS, initial=3)
    reason = fields.text(_("Reason"), max_length=LONGEST)

    def read(self) -> dict[str, Any]:
        """The moment until which it may wait, and why."""
        wait = timedelta(days=self.cleaned_data["days"])
        return {"until": clock.now() + wait, "reason": self.cleaned_data["reason"]}

    def show_refusal(self, refused: Refused) -> None:
        self.add_error("reason" if refused.code == "reason_required" else None, str(refused))


class StoreGoodsForm(OrderForm):
    name, act = "store_goods", store_goods
    text = fields.text(_("Where the goods lie"), max_length=LONGEST, required=False)

    def set_up(self) -> None:
        self.initial = {"text": read_storage_note(self.order)}
