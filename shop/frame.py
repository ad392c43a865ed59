"""The console's frame: who is there, what of the navigation is theirs, and what waits there."""

from collections.abc import Hashable
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext

from shop.access import ROLE_LABELS, has_capability
from shop.actor import Actor
from shop.console.navigation import ENTRIES, Entry, Work
from shop.database.capped import read_row, write_row
from shop.help.topics import find_topic
from shop.http.middleware import way_back
from shop.jobs.models import Job
from shop.jobs.pages import get_watched
from shop.jobs.selectors import get_person_id, may_make_jobs
from shop.staff.models import THEMES, StaffUser
from shop.staff.pages.signing_in import THEME_COOKIE
from shop.staff.services import staff_actor
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings

WORK_CAP = 999
_JOBS = "jobs:list"
"""For whoever may make a job of any kind, or has made one."""
_ME = -1
"""In the query of the frame: who asks."""


def console(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; people who are not signed in get the shop's name and their theme only.

    `request.theme` is read by the base templates. An error page may be about a request that never met the
    middleware of sessions, so nothing of it is taken for granted.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, StaffUser):
        chosen = request.COOKIES.get(THEME_COOKIE)
        request.theme = chosen if chosen in THEMES else THEMES[0]  # type: ignore[attr-defined]
        return {"shop_name": lazy(cache(_get_shop_name), str)(), "here": _find_here(request)}
    actor = staff_actor(user)
    request.theme = user.theme  # type: ignore[attr-defined]
    work, shop_name, sound_name, has_job = _read_frame(actor)
    also = {_JOBS} if has_job or may_make_jobs(actor) else set()
    own = [entry for entry in ENTRIES if entry.route in also or _is_theirs(entry, actor)]
    return {
        "actor": actor,
        "role_label": ROLE_LABELS.get(user.role, user.role),
        "shop_name": shop_name or _name_nothing(),
        "here": _find_here(request),
        "help_topic": find_topic(request),
        "sound_url": reverse("store:sound", args=[sound_name]) if sound_name else "",
        "watched": get_watched(request, actor),
        "navigation": [
            {"label": group.label, "entries": [_entry(entry, request, work) for entry in entries]}
            for group, entries in groupby(own, key=attrgetter("group"))
        ],
        **{waiting.name: count for waiting, count in work.items() if waiting.name},
    }


def _is_theirs(entry: Entry, actor: Actor) -> bool:
    return entry.capability is None or has_capability(actor, entry.capability)


def _find_here(request: HttpRequest) -> str:
    """Where to come back to; a refused form is shown at an address that only takes what is sent."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else way_back(request)


def _get_shop_name() -> str:
    return get_store_settings().shop_name or _name_nothing()


def _name_nothing() -> str:
    return gettext("Shop back office")


def _read_frame(actor: Actor) -> tuple[dict[Work, int], str, str, bool]:
    """What waits for somebody; names of the shop and of its own sound; whether one made a job: one query."""
    keys = {entry.work: entry.work.key(actor) for entry in ENTRIES if entry.work}
    sql, parameters = _write_frame(WORK_CAP, tuple(keys.items()))
    person_id = get_person_id(actor)
    own = [person_id if value == _ME else value for value in parameters]
    *counts, shop_name, sound_name, job_id = read_row(sql, own)
    return dict(zip(keys, counts, strict=True)), shop_name or "", sound_name or "", job_id is not None


@lru_cache
def _write_frame(cap: int, keys: tuple[tuple[Work, Hashable], ...]) -> tuple[str, list[Any]]:
    """The query that reads the frame, which no page changes: it is written once for all who have the same keys."""
    store = StoreSettings.objects.filter(pk=1)
    return write_row(
        (work.find(key) for work, key in keys),
        cap,
        [
            store.values("shop_name"),
            store.values("sound_name"),
            Job.objects.filter(made_by_id=_ME).values("pk")[:1],
        ],
    )


def _entry(entry: Entry, request: HttpRequest, work: dict[Work, int]) -> dict[str, Any]:
    url = reverse(entry.route)
    count = work[entry.work] if entry.work else 0
    return {
        "label": entry.label,
        "url": f"{url}?{entry.query}" if entry.query else url,
        "icon": entry.icon,
        "is_active": request.path.startswith(url) and entry.is_here(request),
        "count": f"{WORK_CAP}+" if count > WORK_CAP else count,
        "count_is_urgent": bool(entry.work and entry.work.is_urgent),
    }
