"""Changing how the shop hears of each kind of alert, on the record."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications.models import AlertKind, AlertSetting
from shop.access import require
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import record_event
from shop.push import push_hint


def choose_voiced_kinds(
    kinds: Collection[str], *, actor: Actor, seen: Mapping[str, int] | None = None
) -> list[AlertSetting]:
    """Have exactly these kinds spoken aloud; returns the settings that were changed.

    `seen`: the versions in which the page showed them. Raises Refused `forbidden` (403) or `stale`.
    """
    require(actor, "settings.edit")
    with transaction.atomic():
        changed = [
            setting
            for setting in _lock_settings(seen or {})
            if _set_voiced(setting, setting.kind in kinds, actor)
        ]
    if changed:
        push_hint()
    return changed


def _lock_settings(seen: Mapping[str, int]) -> list[AlertSetting]:
    """A locked row for every kind, made where there is none."""
    known_kinds = set(AlertSetting.objects.values_list("kind", flat=True))
    # In one order, so that two who make them do not wait for each other in a circle.
    missing = [AlertSetting(kind=kind) for kind in AlertKind if kind not in known_kinds]
    AlertSetting.objects.bulk_create(missing, ignore_conflicts=True)
    known = {row.kind: row for row in AlertSetting.objects.select_for_update().order_by("pk")}
    settings = [known[kind] for kind in AlertKind]
    if any(seen.get(row.kind, row.version) != row.version for row in settings):
        raise Refused("stale", _("Somebody else changed the settings a moment ago. Look again, then save."))
    return settings


def _set_voiced(setting: AlertSetting, is_voiced: bool, actor: Actor) -> bool:
    if setting.is_voiced == is_voiced:
        return False
    setting.is_voiced = is_voiced
    setting.save_raised("is_voiced")
    data = {"before": {"is_voiced": not is_voiced}, "after": {"is_voiced": is_voiced}}
    record_event(setting, "alert_setting.change", actor, data=data)
    return True
