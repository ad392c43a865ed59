"""The console's frame: what stands in the navigation, for whom, and what waits there."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.selectors import count_open_alerts
from shop.access import ROLE_LABELS, has_capability
from shop.actor import Actor
from shop.jobs.pages import get_watched
from shop.staff.models import THEMES, StaffUser
from shop.staff.services import staff_actor
from shop.staff.views import THEME_COOKIE
from shop.store.selectors import get_store_settings


@dataclass(frozen=True)
class Entry:
    label: Any
    route: str
    icon: str
    capability: str
    shows_alerts: bool = False


NAVIGATION: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    ("", (Entry(_("Home"), "desk:home", "home", "orders.view"),)),
    (
        _("Orders"),
        (
            Entry(_("All orders"), "orders:list", "clipboard-list", "orders.view"),
            Entry(_("Alerts"), "alerts:list", "bell", "orders.view", shows_alerts=True),
            Entry(_("Jobs"), "jobs:list", "hourglass", "orders.edit"),
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
        return {"shop_name": _get_shop_name}
    actor = staff_actor(user)
    request.theme = user.theme  # type: ignore[attr-defined]
    open_alerts = count_open_alerts()
    return {
        "actor": actor,
        "role_label": ROLE_LABELS.get(user.role, user.role),
        "shop_name": _get_shop_name(),
        "unhandled_alerts": open_alerts,
        "watched": get_watched(request, actor),
        "navigation": [
            group
            for part in NAVIGATION
            if (group := _group(part, actor, request.path, open_alerts))["entries"]
        ],
    }


def _get_shop_name() -> str:
    return get_store_settings().shop_name or gettext("Shop back office")


def _group(part: tuple[Any, tuple[Entry, ...]], actor: Actor, path: str, open_alerts: int) -> dict[str, Any]:
    label, entries = part
    return {
        "label": label,
        "entries": [
            _entry(entry, path, open_alerts) for entry in entries if has_capability(actor, entry.capability)
        ],
    }


def _entry(entry: Entry, path: str, open_alerts: int) -> dict[str, Any]:
    url = reverse(entry.route)
    is_home = entry.route == "desk:home"
    return {
        "label": entry.label,
        "url": url,
        "icon": entry.icon,
        "is_active": path == url if is_home else path.startswith(url),
        "count": open_alerts if entry.shows_alerts else 0,
        "count_is_urgent": entry.shows_alerts,
    }
