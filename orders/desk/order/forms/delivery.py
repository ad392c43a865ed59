"""The forms that have an order sent which was to be picked up, and the other way round."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.address import CHECK_PHONE, ChangeAddressForm, list_choices
from orders.desk.order.forms.base import OrderForm
from orders.models import Order
from orders.payments.changes.difference import Difference
from orders.quotes import Destination
from orders.services.place import Recipient
from orders.services.slots import list_left
from pickup.services.converting import NewDelivery, change_delivery, get_difference_fen
from shop.actor import Actor
from shop.console import fields
from shop.errors import Refused
from shop.events.words import NOTHING
from shop.store.choices import Delivery
from shop.store.deliveries import SENT
from shop.store.models import PickupStore
from shop.store.pickup_stores.selectors import list_serving
from shop.store.pickup_stores.slots import Slot
from shop.store.selectors import get_store_settings, list_deliveries
from shop.words import fill


class SendForm(ChangeAddressForm):
    """To whom and where to; who was to pick it up receives it, unless another name or phone is typed."""

    name, act = "send_instead", change_delivery  # type: ignore[assignment]  # of what `read` gives
    way = forms.ChoiceField(
        label=_("Delivery"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it is delivered.")},
    )

    @classmethod
    def find_obstacle(cls, order: Order, actor: Actor) -> Any:
        if order.delivery in SENT:
            return _("This order is sent, and not picked up at a store.")
        return (
            "" if _list_sent() else _("The shop sends nothing now: no other way of delivery is switched on.")
        )

    def set_up(self) -> None:
        super().set_up()
        ways = _list_sent()
        self.fields["way"].choices = [(way, way.label) for way in ways]  # type: ignore[attr-defined]  # has them
        if ways:
            self.initial["way"] = ways[0]

    def find_difference(self, data: dict[str, Any], to: Destination) -> int:
        return get_difference_fen(self.order, Delivery(data["way"]), to)

    def read(self) -> dict[str, Any]:
        data = super().read()
        return {
            "wanted": NewDelivery(Delivery(self.cleaned_data["way"]), data["to"]),
            "difference": data["difference"],
        }


def _list_sent() -> list[Delivery]:
    """The ways in which the shop sends now."""
    return [way for way in list_deliveries(get_store_settings()) if way in SENT]


_ABOUT_SLOT = ("slot_needed", "no_slot", "slot_full")


class PickUpForm(OrderForm):
    """At which store, when where it has time slots, and by whom if somebody else than the recipient comes.

    The slots are those of the store that is chosen: of another one they are known once it was sent.
    """

    name, act = "pick_up_instead", change_delivery
    store = forms.TypedChoiceField(
        label=_("Store"),
        coerce=int,
        error_messages={"required": _("Choose a store to pick up at.")},
    )
    recipient = fields.text(_("Who picks it up"), max_length=60, required=False)
    phone = fields.text(
        _("Phone"), max_length=20, required=False, validators=[CHECK_PHONE], attrs={"inputmode": "tel"}
    )

    @classmethod
    def find_obstacle(cls, order: Order, actor: Actor) -> Any:
        if order.delivery not in SENT:
            return _("The buyer picks this order up at a store: nothing of it is sent.")
        is_offered = Delivery.PICKUP in list_deliveries(get_store_settings())
        return "" if is_offered else _("This way of delivery is not offered now.")

    def set_up(self) -> None:
        stores = list_serving()
        choices = [(store.pk, store.name) for store in stores]
        self.fields["store"].choices = choices  # type: ignore[attr-defined]  # a choice field has them
        wanted = str(self.data.get("store")) if self.is_bound else ""
        chosen = [store for store in stores if wanted in ("", str(store.pk))]
        if chosen and chosen[0].slot_minutes:
            self._ask_for_slot(chosen[0], is_alone=len(stores) == 1)
        if fen := get_difference_fen(self.order, Delivery.PICKUP, self.order):
            self.fields["difference"] = forms.ChoiceField(
                label=_("Freight"),
                widget=forms.RadioSelect,
                choices=list_choices(fen),
                initial=Difference.SETTLE,
            )

    def _ask_for_slot(self, store: PickupStore, *, is_alone: bool) -> None:
        choose, slots = _("Choose when the buyer comes to %(store)s."), list(_group_slots(store))
        other = _(
            "These are the times of %(store)s. Press the button with another store to see the times there."
        )
        none = _("%(store)s has no free time in the next days.")
        words = none if not slots else "" if is_alone else other
        said = fill(choose, {"store": store.name})
        self.fields["slot"] = forms.TypedChoiceField(
            label=_("Comes at"),
            coerce=datetime.fromisoformat,
            choices=[("", NOTHING), *slots],
            help_text=fill(words, {"store": store.name}),
            error_messages={"required": said, "invalid_choice": said},
        )

    def read(self) -> dict[str, Any]:
        data = self.cleaned_data
        who = Recipient(data["recipient"], data["phone"], "", "", "", "")
        return {
            "wanted": NewDelivery(Delivery.PICKUP, who, data["store"], data.get("slot")),
            "difference": Difference(data.get("difference") or Difference.KEEP),
        }

    def show_refusal(self, refused: Refused) -> None:
        if refused.code in _ABOUT_SLOT and "slot" in self.fields:
            # What is not free any more is no choice any more: one sentence is enough.
            self.errors.pop("slot", None)
            self.add_error("slot", str(refused))
        else:
            self.add_error("store" if refused.code == "store_closed" else None, str(refused))


def _group_slots(store: PickupStore) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The slots that somebody can still choose, by day."""
    free = [slot for slot, left in list_left(store) if left]
    for day, slots in groupby(free, key=lambda slot: timezone.localdate(slot.starts_at)):
        yield date_format(day, "Y-m-d l"), [(slot.starts_at.isoformat(), _name_slot(slot)) for slot in slots]


def _name_slot(slot: Slot) -> str:
    return f"{timezone.localtime(slot.starts_at):%H:%M}–{timezone.localtime(slot.ends_at):%H:%M}"
