"""The form that has the courier called to collect a parcel."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.collections.services.asking import Window, ask_collection
from orders.desk.order.forms.parcels import ParcelActionForm
from orders.models import Order
from orders.shipping.models import Parcel
from shop import clock
from shop.actor import Actor
from shop.couriers.selectors import find_called_couriers, list_senders
from shop.errors import Refused

FIRST, LAST, USUAL = 9, 18, 2
"""Hours of the day between which couriers come, and how many the dialog proposes."""
_HOURS = [(str(hour), f"{hour:02d}:00") for hour in range(7, 23)]


class CallCourierForm(ParcelActionForm):
    """Today or tomorrow, from one full hour to another; the next two that are whole are proposed."""

    name = "call_courier"
    day = forms.ChoiceField(label=_("Day"))
    start = forms.TypedChoiceField(label=_("From"), coerce=int, choices=_HOURS)
    end = forms.TypedChoiceField(label=_("Until"), coerce=int, choices=_HOURS)
    sender = forms.TypedChoiceField(label=_("Sender"), coerce=int)

    @classmethod
    def find_obstacle(cls, subject: Order, actor: Actor) -> Any:
        return _("All parcels of this order have been delivered.") if subject.arrived_at else ""

    def set_up(self) -> None:
        super().set_up()
        today = timezone.localtime(clock.now()).date()
        days = [(today, _("Today")), (today + timedelta(days=1), _("Tomorrow"))]
        self.fields["day"].choices = [(day.isoformat(), words) for day, words in days]  # type: ignore[attr-defined]
        senders = [(sender.pk, str(sender)) for sender in list_senders()]
        self.fields["sender"].choices = senders  # type: ignore[attr-defined]
        day, hour = propose_window(timezone.localtime(clock.now()))
        self.initial.update(day=day.isoformat(), start=hour, end=hour + USUAL)

    @cached_property
    def couriers(self) -> set[str]:
        return set(find_called_couriers().values_list("code", flat=True))

    def fits(self, parcel: Parcel) -> bool:
        return super().fits(parcel) and parcel.courier in self.couriers and not parcel.has_moved

    def run(self, actor: Actor, expected_version: int | None) -> Any:
        data = self.cleaned_data
        day = date.fromisoformat(data["day"])
        window = Window(_at(day, data["start"]), _at(day, data["end"]))
        return ask_collection(
            data["parcel"],
            order_id=self.order.pk,
            window=window,
            sender_id=data["sender"],
            actor=actor,
            seen=self.read_seen(expected_version),
        )

    def show_refusal(self, refused: Refused) -> None:
        beside = {"bad_window": "end", "no_sender": "sender"}
        self.add_error(beside.get(refused.code), str(refused))


def propose_window(now: datetime) -> tuple[date, int]:
    """The day and the hour at which the next whole two hours of a courier's day begin; `now` in the shop's time."""
    hour = max(now.hour + 1, FIRST)
    if hour + USUAL > LAST:
        return now.date() + timedelta(days=1), FIRST
    return now.date(), hour


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
