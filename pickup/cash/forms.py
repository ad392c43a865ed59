"""What the list of cash sheets is narrowed to, and what is asked when one is closed."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_at_stores
from pickup.cash.selectors import Wanted
from pickup.cash.services import reopen_cash
from shop import clock
from shop.actor import Actor
from shop.console import fields
from shop.console.filters import Filters
from shop.money import MAX_FEN
from shop.staff.actions.forms import ActionForm
from shop.store.models import PickupStore

DAYS_SHOWN = 14
_LONGEST = timedelta(days=366)


class SheetFilterForm(forms.Form):
    """The address is its state."""

    store = forms.TypedChoiceField(label=_("Store"), coerce=int, empty_value=None, required=False)
    closing = forms.ChoiceField(
        label=_("Closing"),
        choices=[("", _("all")), ("yes", _("closed only")), ("no", _("not closed only"))],
        required=False,
    )
    since = fields.DayField(_("From"))
    until = fields.DayField(_("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = PickupStore.objects.order_by("pk").values_list("pk", "name")
        self.fields["store"].choices = [("", _("Every store")), *stores]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)

    def bind(self, actor: Actor) -> None:
        """Offer nothing but the stores of this person."""
        stores = rows_at_stores(PickupStore.objects.order_by("pk"), actor, "pk").values_list("pk", "name")
        self.fields["store"].choices = [("", _("Every store")), *stores]  # type: ignore[attr-defined]


class SheetFilters(Filters):
    """Two weeks are shown unless days were chosen, and never more than a year."""

    form_class = SheetFilterForm

    def read(self) -> Wanted:
        until = self.get("until") or timezone.localdate(clock.now())
        since = self.get("since") or until - timedelta(days=DAYS_SHOWN - 1)
        is_closed = {"yes": True, "no": False}.get(self.get("closing"))
        return Wanted(max(since, until - _LONGEST), until, self.get("store") or None, is_closed)

    def shift(self, path: str, wanted: Wanted, days: int) -> str:
        """The address of as many days before or after those that are shown."""
        return self.make_url(path, since=_move(wanted.since, days), until=_move(wanted.until, days))


def _move(day: date, days: int) -> str:
    moved = day + timedelta(days=days)
    return str(min(max(moved, clock.EARLIEST_DAY), clock.LATEST_DAY))


class CloseForm(forms.Form):
    """The cash that was counted; `seen` is all that the sheet showed as taken."""

    counted = fields.YuanField(label=_("Cash counted (yuan)"), max_fen=MAX_FEN)
    note = fields.text(
        _("Note"), required=False, help_text=_("Why it differs, or where the cash lies. No personal data.")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**53)


class ReopenForm(ActionForm):
    name, act = "reopen", reopen_cash
    reason = fields.text(_("Reason"))
