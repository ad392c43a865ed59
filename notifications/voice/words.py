"""When the shop wants silence, and how often it repeats."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from shop.store.models import StoreSettings


def is_quiet(store: StoreSettings, at: datetime) -> bool:
    """Whether `at` lies in the quiet hours, which may run over midnight; they are in the store's time zone."""
    return find_quiet_end(store.quiet_from, store.quiet_until, at) is not None


def find_quiet_end(start: time | None, end: time | None, at: datetime) -> datetime | None:
    """When the quiet hours end in which `at` lies, None outside them; they may run over midnight."""
    if start is None or end is None:
        return None
    local = timezone.localtime(at)
    moment = local.time()
    if not (start <= moment < end if start <= end else moment >= start or moment < end):
        return None
    day = local.date() + timedelta(days=moment >= end)
    return datetime.combine(day, end, tzinfo=local.tzinfo)


def describe_settings(store: StoreSettings, at: datetime, *, is_voice_on: bool) -> dict[str, Any]:
    """The settings a page needs to know when to speak; `repeat_s` in seconds, `is_voice_on` of new orders."""
    return {
        "is_voice_on": is_voice_on,
        "repeat_s": store.voice_repeat_seconds,
        "is_quiet": is_quiet(store, at),
        "quiet_until": store.quiet_until.strftime("%H:%M") if store.quiet_until else "",
    }
