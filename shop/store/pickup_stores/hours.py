"""When a store is open, all in the shop's time zone: as clerks type it, as it is stored, and at a moment."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.store.models import PickupStore
from shop.words import fill

Range = list[str]
"""From and until, each as "09:00"."""
MAX_RANGES = 3
MAX_HOLIDAYS = 100
_DAY_END = "24:00"
_RANGE = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*(?:[-–—~至到]|to)\s*([0-9]{1,2}):([0-9]{2})")
_DAY = r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
_DAYS = re.compile(rf"{_DAY}(?:\s*(?:[~至到–—]|to)\s*{_DAY})?")
_BETWEEN = re.compile(r"[\s,;、]*")


def parse_hours(text: str) -> list[Range]:
    """The ranges of one day, such as "9:00-12:00, 13:30-21:00"; nothing typed: closed all day.

    Raises Refused `wrong_hours` (400).
    """
    plain = unicodedata.normalize("NFKC", text)
    if _BETWEEN.fullmatch(_RANGE.sub("", plain)) is None:
        words = _("Type times such as 9:00-12:00, 13:30-21:00. An empty field: closed all day.")
        raise Refused("wrong_hours", words, 400)
    ranges = [_read_range(found) for found in _RANGE.finditer(plain)]
    _check_ranges(ranges)
    return ranges


def _read_range(found: re.Match[str]) -> Range:
    start_hour, start_minute, end_hour, end_minute = found.groups()
    return [f"{int(start_hour):02}:{start_minute}", f"{int(end_hour):02}:{end_minute}"]


def _check_ranges(ranges: list[Range]) -> None:
    times = [moment for each in ranges for moment in each]
    if any(moment > _DAY_END or moment[3:] > "59" for moment in times):
        raise Refused("wrong_hours", _("A time lies between 00:00 and 24:00."), 400)
    if any(start >= end for start, end in ranges):
        words = _("Each range ends after it begins. What is after midnight belongs to the next day.")
        raise Refused("wrong_hours", words, 400)
    if len(ranges) > MAX_RANGES or times != sorted(set(times)):
        words = _("At most three ranges a day, one after the other, with time between them.")
        raise Refused("wrong_hours", words, 400)


def spell_hours(ranges: list[Range]) -> str:
    """The same as it is typed; "" for a day without."""
    return ", ".join("-".join(each) for each in ranges)


def spell_week(week: list[list[Range]]) -> str:
    """Days of a week in a line: those that follow each other with the same hours are one part."""
    groups: list[tuple[int, int, str]] = []
    for day, ranges in enumerate(week):
        words = spell_hours(ranges) or str(_("closed"))
        if groups and groups[-1][2] == words:
            groups[-1] = (groups[-1][0], day, words)
        else:
            groups.append((day, day, words))
    return "; ".join(f"{_spell_days(first, last)} {words}" for first, last, words in groups)


def _spell_days(first: int, last: int) -> str:
    names = [str(WEEKDAYS_ABBR[day]) for day in (first, last)]
    return names[0] if first == last else "–".join(names)


def parse_holidays(text: str) -> list[str]:
    """Days as ISO 8601, in order, of a text with days and spans of days. Raises Refused `wrong_holidays` (400)."""
    plain = unicodedata.normalize("NFKC", text).replace("/", "-").replace(".", "-")
    try:
        days = sorted({day.isoformat() for day in _read_days(plain)})
    except (ValueError, OverflowError) as error:
        words = _("Type days such as 2026-02-16, or 2026-02-16 ~ 2026-02-22.")
        raise Refused("wrong_holidays", words, 400) from error
    if len(days) > MAX_HOLIDAYS:
        words = fill(_("At most %(most)d days; leave out those that are over."), {"most": MAX_HOLIDAYS})
        raise Refused("wrong_holidays", words, 400)
    return days


def _read_days(plain: str) -> Iterator[date]:
    if _BETWEEN.fullmatch(_DAYS.sub("", plain)) is None:
        raise ValueError(plain)
    for first, last in _DAYS.findall(plain):
        start, end = (_read_day(day) for day in (first, last or first))
        if not timedelta(0) <= end - start <= timedelta(days=MAX_HOLIDAYS):
            raise ValueError(plain)
        yield from (start + timedelta(days=count) for count in range((end - start).days + 1))


def _read_day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    return date(year, month, day)


def spell_holidays(days: list[str]) -> str:
    """Days as they are typed, those that follow each other as a span."""
    spans: list[list[date]] = []
    for day in map(date.fromisoformat, days):
        if spans and day - spans[-1][1] == timedelta(days=1):
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return ", ".join(" ~ ".join(day.isoformat() for day in sorted(set(span))) for span in spans)


def is_open_at(store: PickupStore, moment: datetime) -> bool:
    """Whether somebody is there to hand things out at this moment (aware)."""
    here = timezone.localtime(moment)
    at = f"{here:%H:%M}"
    return any(start <= at < end for start, end in list_ranges(store, here.date()))


def find_next_opening(store: PickupStore, moment: datetime) -> datetime | None:
    """When the store opens next after this moment; None if it is switched off, or never opens."""
    here = timezone.localtime(moment)
    for days in range(MAX_HOLIDAYS + 8):
        day = here.date() + timedelta(days=days)
        for start, _end in list_ranges(store, day):
            opening = timezone.make_aware(datetime.combine(day, time.fromisoformat(start)))
            if opening > moment:
                return opening
    return None


def list_ranges(store: PickupStore, day: date) -> list[Range]:
    """When the store is open on this day."""
    if not store.is_open or day.isoformat() in store.holidays:
        return []
    ranges: list[Range] = store.hours[day.weekday()]
    return ranges
