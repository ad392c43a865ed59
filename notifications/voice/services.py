"""Changing how the shop hears of each kind of alert, on the record."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications.kinds import list_roles
from notifications.models import AlertKind, AlertSetting
from shop.access import require
from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import move
from shop.moves.stale import refuse_stale
from shop.push import push_hint
from shop.store.sounds import keep_sound, replace_sound


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
            for setting in _lock_settings(seen or {}, actor)
            if _change(setting, actor, is_voiced=setting.kind in kinds)
        ]
    if changed:
        push_hint()
    return changed


def choose_hearing_roles(
    kind: AlertKind, roles: Collection[str], *, actor: Actor, expected_version: int | None = None
) -> None:
    """Speak this kind to exactly these of the roles to which it belongs.

    Raises Refused `forbidden` (403), `stale`, or `no_role` (400) where nobody would hear it.
    """
    require(actor, "settings.edit")
    silent = [role for role in list_roles(kind) if role not in roles]
    if len(silent) == len(list_roles(kind)):
        message = _("Choose at least one role, or have this kind not spoken at all.")
        raise Refused("no_role", message, 400)
    seen = {} if expected_version is None else {kind.value: expected_version}
    with transaction.atomic():
        _change(_lock_setting(kind, seen, actor), actor, silent_roles=silent)
    push_hint()


def set_kind_sound(kind: AlertKind, raw: bytes, *, actor: Actor) -> None:
    """Let alerts of this kind ring with this file.

    Raises Refused `forbidden` (403), `sound_too_large` (413), `not_a_sound` (400), `storage_away` (503).
    """
    require(actor, "settings.edit")
    keep_sound(raw, lambda name: _use_sound(kind, name, actor))
    push_hint()


def reset_kind_sound(kind: AlertKind, *, actor: Actor) -> None:
    """Let alerts of this kind ring with the sound of the shop again. Raises Refused `forbidden` (403)."""
    require(actor, "settings.edit")
    replace_sound("", lambda name: _use_sound(kind, name, actor))
    push_hint()


def _use_sound(kind: AlertKind, name: str, actor: Actor) -> str:
    setting = _lock_setting(kind, {}, actor)
    former = setting.sound_name
    _change(setting, actor, sound_name=name)
    return former


def _lock_setting(kind: AlertKind, seen: Mapping[str, int], actor: Actor) -> AlertSetting:
    return next(setting for setting in _lock_settings(seen, actor) if setting.kind == kind)


def _lock_settings(seen: Mapping[str, int], actor: Actor) -> list[AlertSetting]:
    """A locked row for every kind, made where there is none."""
    known_kinds = set(AlertSetting.objects.values_list("kind", flat=True))
    # In one order, so that two who make them never deadlock.
    missing = [AlertSetting(kind=kind) for kind in AlertKind if kind not in known_kinds]
    AlertSetting.objects.bulk_create(missing, ignore_conflicts=True)
    known = {row.kind: row for row in AlertSetting.objects.select_for_update().order_by("pk")}
    settings = [known[kind] for kind in AlertKind]
    for row in settings:
        if seen.get(row.kind, row.version) != row.version:
            refuse_stale(row, "alert_setting.change", actor, seen[row.kind])
    return settings


def _change(setting: AlertSetting, actor: Actor, **changes: Any) -> bool:
    """Write the one thing that is changed, with its event; False when it is so already."""
    before = {name: getattr(setting, name) for name in changes}
    if before == changes:
        return False
    data = {"before": before, "after": changes}
    move(setting, "alert_setting.change", actor=actor, changes=changes, data=data)
    return True
