"""The months and quarters that people export again and again."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last."""

    label: Any
    since: date
    until: date

    @property
    def days(self) -> dict[str, str]:
        """As the filter of the list says them."""
        return {"since": str(self.since), "until": str(self.until)}


def list_periods(today: date) -> list[Period]:
    """Months and quarters are those of the calendar; the ones that are not over end today."""
    month, quarter = today.replace(day=1), today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        Period(_("This month"), month, today),
        Period(_("Last month"), _go_back(month, 1), month - _DAY),
        Period(_("This quarter"), quarter, today),
        Period(_("Last quarter"), _go_back(quarter, 3), quarter - _DAY),
        Period(_("This year"), today.replace(month=1, day=1), today),
    ]


def _go_back(first: date, months: int) -> date:
    """The first day of the month so many before."""
    at = first.year * 12 + first.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)
