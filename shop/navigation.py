"""The console's frame: what stands in the navigation, for whom, and what waits there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.kinds import Audience, audience_of
from notifications.selectors import find_open_alerts
from orders.desk.capped import read_row, write_row
from orders.desk.list.kinds import AFTERSALE, ORDINARY, PICKUP, WORK_CAP, OrderKind, find_kind, list_work
from shop.access import ROLE_LABELS, has_capability
from shop.actor import Actor
from shop.http.middleware import way_back
from shop.jobs.models import Job
from shop.jobs.pages import get_watched
from shop.jobs.selectors import get_person_id, may_make_jobs
from shop.staff.models import THEMES, StaffUser
from shop.staff.services import staff_actor
from shop.staff.views import THEME_COOKIE
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings


@dataclass(frozen=True)
class Entry:
    label: Any
    route: str
    icon: str
    capability: str
    counts: str = ""
    """What of `_count_work` stands beside it."""
    kind: OrderKind | None = None


_ALERTS = "alerts"
_JOBS = "jobs:list"
"""For whoever may make a job of any kind, or has made one."""
_ME = -1
"""In the query of the frame: who asks."""

NAVIGATION: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    ("", (Entry(_("Home"), "desk:home", "home", "orders.view"),)),
    (
        _("Orders"),
        (
            *(
                Entry(kind.title, "orders:list", icon, "orders.view", counts=kind.name, kind=kind)
                for kind, icon in (
                    (ORDINARY, "clipboard-list"),
                    (PICKUP, "building-store"),
                    (AFTERSALE, "receipt-refund"),
                )
            ),
            Entry(_("Alerts"), "alerts:list", "bell", "orders.view", counts=_ALERTS),
            Entry(_("Jobs"), _JOBS, "hourglass", ""),
        ),
    ),
    (
        _("Shop"),
        (
            Entry(_("Products"), "catalog:list", "package", "products.view"),
            Entry(_("Customers"), "customers:list", "users", "customers.view"),
        ),
    ),
    (
        _("Settings"),
        (
            Entry(_("Store settings"), "store:settings", "settings", "settings.view"),
            Entry(_("Staff"), "staff:people", "id-badge-2", "staff.view"),
            Entry(_("Record"), "audit:list", "history", "audit.view"),
        ),
    ),
)


def console(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; people who are not signed in get the shop's name and their theme only.

    `request.theme` is read by the base templates. An error page may be about a request that never met the
    middleware of sessions, so nothing of it is taken for granted.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, StaffUser):
        chosen = request.COOKIES.get(THEME_COOKIE)
        request.theme = chosen if chosen in THEMES else THEMES[0]  # type: ignore[attr-defined]
        return {"shop_name": lazy(_get_shop_name, str)(), "here": _find_here(request)}
    actor = staff_actor(user)
    request.theme = user.theme  # type: ignore[attr-defined]
    work, shop_name, sound_name, has_job = _read_frame(actor, audience_of(user))
    also = {_JOBS} if has_job or may_make_jobs(actor) else set()
    return {
        "actor": actor,
        "role_label": ROLE_LABELS.get(user.role, user.role),
        "shop_name": shop_name or _name_nothing(),
        "here": _find_here(request),
        "sound_url": reverse("store:sound", args=[sound_name]) if sound_name else "",
        "unhandled_alerts": work[_ALERTS],
        "watched": get_watched(request, actor),
        "navigation": [
            group for part in NAVIGATION if (group := _group(part, actor, request, work, also))["entries"]
        ],
    }


def _find_here(request: HttpRequest) -> str:
    """Where to come back to; a refused form is shown at an address that only takes what is sent."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else way_back(request)


def _get_shop_name() -> str:
    return get_store_settings().shop_name or _name_nothing()


def _name_nothing() -> str:
    return gettext("Shop back office")


def _read_frame(actor: Actor, audience: Audience) -> tuple[dict[str, int], str, str, bool]:
    """What waits for somebody, by entry; names of the shop and of its own sound; whether one made a job: one query."""
    names, sql, parameters = _write_frame(WORK_CAP, audience)
    person_id = get_person_id(actor)
    own = [person_id if value == _ME else value for value in parameters]
    *counts, shop_name, sound_name, job_id = read_row(sql, own)
    return dict(zip(names, counts, strict=True)), shop_name or "", sound_name or "", job_id is not None


@lru_cache
def _write_frame(cap: int, audience: Audience) -> tuple[tuple[str, ...], str, list[Any]]:
    """The entries and the query that reads the frame, which no page changes: it is written once for each audience."""
    open_alerts = find_open_alerts(audience.kinds, audience.scope)
    wanted = {_ALERTS: open_alerts, **list_work(audience.scope)}
    store = StoreSettings.objects.filter(pk=1)
    return tuple(wanted), *write_row(
        wanted.values(),
        cap,
        [
            store.values("shop_name"),
            store.values("sound_name"),
            Job.objects.filter(made_by_id=_ME).values("pk")[:1],
        ],
    )


def _group(
    part: tuple[Any, tuple[Entry, ...]],
    actor: Actor,
    request: HttpRequest,
    work: Mapping[str, int],
    also: Collection[str],
) -> dict[str, Any]:
    """A part of the navigation: the entries whose capability somebody has, and those that are theirs `also`."""
    label, entries = part
    return {
        "label": label,
        "entries": [
            _entry(entry, request, work.get(entry.counts, 0))
            for entry in entries
            if entry.route in also or has_capability(actor, entry.capability)
        ],
    }


def _entry(entry: Entry, request: HttpRequest, count: int) -> dict[str, Any]:
    url = reverse(entry.route)
    return {
        "label": entry.label,
        "url": f"{url}?{entry.kind.query}" if entry.kind and entry.kind.query else url,
        "icon": entry.icon,
        "is_active": _is_active(entry, url, request),
        "count": f"{WORK_CAP}+" if count > WORK_CAP else count,
        "count_is_urgent": entry.counts == _ALERTS,
    }


def _is_active(entry: Entry, url: str, request: HttpRequest) -> bool:
    if entry.route == "desk:home":
        return request.path == url
    is_inside = request.path.startswith(url)
    return is_inside and (entry.kind is None or entry.kind is find_kind(request.GET))
