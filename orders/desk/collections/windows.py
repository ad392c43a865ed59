"""Between which hours a courier may come: today or tomorrow, from one full hour to another."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.collections.services.asking import Window
from shop import clock

FIRST, LAST, USUAL = 9, 18, 2
"""Hours of the day between which couriers come, and how many are proposed."""
_HOURS = [(str(hour), f"{hour:02d}:00") for hour in range(7, 23)]


class WindowForm(forms.Form):
    """The next two hours that are whole are proposed."""

    day = forms.ChoiceField(label=_("Day"))
    start = forms.TypedChoiceField(label=_("From"), coerce=int, choices=_HOURS)
    end = forms.TypedChoiceField(label=_("Until"), coerce=int, choices=_HOURS)

    def propose(self) -> None:
        """Fill in the days that can be chosen, and what is likely."""
        today = timezone.localtime(clock.now()).date()
        days = [(today, _("Today")), (today + timedelta(days=1), _("Tomorrow"))]
        self.fields["day"].choices = [(day.isoformat(), words) for day, words in days]  # type: ignore[attr-defined]
        day, hour = propose_window(timezone.localtime(clock.now()))
        self.initial.update(day=day.isoformat(), start=hour, end=hour + USUAL)

    def read_window(self) -> Window:
        day = date.fromisoformat(self.cleaned_data["day"])
        return Window(_at(day, self.cleaned_data["start"]), _at(day, self.cleaned_data["end"]))


def propose_window(now: datetime) -> tuple[date, int]:
    """The day and the hour at which the next whole two hours of a courier's day begin; `now` in the shop's time."""
    hour = max(now.hour + 1, FIRST)
    if hour + USUAL > LAST:
        return now.date() + timedelta(days=1), FIRST
    return now.date(), hour


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
