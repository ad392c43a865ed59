"""Passwords and sessions: a member of staff's own, and those of others."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.errors import Refused
from shop.events.models import Event
from shop.moves.services import lock_subject, move
from shop.staff.models import StaffSession, StaffUser
from shop.staff.services import lock_staff, refuse_own

# Without 0/o, 1/l/i: it is read aloud or copied from a slip of paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 3, 4


def make_password_once() -> str:
    """A password to hand over, to be changed at the first sign-in: 59 bits, as "k7mp-w3xt-9hqa"."""
    groups = ("".join(secrets.choice(_LETTERS) for _i in range(_GROUP_LENGTH)) for _g in range(_GROUPS))
    return "-".join(groups)


def reset_password(staff_id: int, *, password: str, actor: Actor) -> StaffUser:
    """Give somebody else a new password to be changed at the next sign-in; all their sessions end.

    Raises Refused `forbidden`, `more_rights` (403), `own_account`.
    """
    with transaction.atomic():
        user = lock_staff(staff_id, "staff.reset_password", actor=actor)
        refuse_own(user, actor)
        ended, _rows = StaffSession.objects.filter(staff=user).delete()
        changes = {"password": make_password(password), "must_change_password": True}
        move(user, "staff.reset_password", actor=actor, changes=changes, data={"sessions": ended})
    return user


def change_password(staff_id: int, *, password: str, actor: Actor, session_key: str | None) -> StaffUser:
    """Change one's own password; every other session than `session_key` ends.

    Raises Django's ValidationError for a weak password, Refused `forbidden` (403), `same_password`.
    """
    with transaction.atomic():
        user = _lock_own(staff_id, "staff.change_password", actor=actor)
        if user.check_password(password):
            raise Refused("same_password", _("Choose a password other than the present one."), 400)
        validate_password(password, user)
        ended, _rows = StaffSession.objects.filter(staff=user).exclude(pk=session_key).delete()
        changes = {"password": make_password(password), "must_change_password": False}
        move(user, "staff.change_password", actor=actor, changes=changes, data={"sessions": ended})
    return user


def record_sign_in(user: StaffUser, *, device: dict[str, Any], actor: Actor) -> None:
    """Put a sign-in on the record."""
    with transaction.atomic():
        locked = _lock_own(user.pk, "staff.sign_in", actor=actor)
        data = {"device": device["name"], "ip": device["ip"]}
        move(locked, "staff.sign_in", actor=actor, data=data)


def record_lock_out(username: str, *, ip: str | None) -> None:
    """Put on the record that wrong passwords locked an account, once in each lockout, whoever goes on trying."""
    since = clock.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    with transaction.atomic():
        user = StaffUser.objects.select_for_update().filter(username=username).first()
        if user is None:
            return
        told = Event.objects.filter(kind=user.subject_kind, subject_id=user.pk, verb="staff.lock_out")
        if not told.filter(at__gt=since).exists():
            move(user, "staff.lock_out", actor=SYSTEM, data={"ip": ip})


def end_session(staff_id: int, code: str, *, actor: Actor) -> None:
    """Sign one device out: one's own, or somebody else's with `staff.manage`.

    Raises Refused `forbidden`, `more_rights` (403), `not_found` (404).
    """
    with transaction.atomic():
        user = _lock_own_or_managed(staff_id, actor)
        session = StaffSession.objects.filter(staff=user, code=code).first()
        if session is None:
            raise Refused("not_found", _("This device is signed out already."), 404)
        session.delete()
        data = {"sessions": 1, "device": session.device, "ip": session.ip}
        move(user, "staff.end_sessions", actor=actor, data=data)


def end_sessions(staff_id: int, *, actor: Actor, keep: str | None = None) -> int:
    """Sign all devices out except the session with the key `keep`; returns how many. Raises as `end_session`."""
    with transaction.atomic():
        user = _lock_own_or_managed(staff_id, actor)
        ended, _rows = StaffSession.objects.filter(staff=user).exclude(pk=keep).delete()
        if ended:
            move(user, "staff.end_sessions", actor=actor, data={"sessions": ended})
    return ended


def _lock_own(staff_id: int, verb: str, *, actor: Actor) -> StaffUser:
    if not (actor.kind == ActorKind.STAFF and actor.id == staff_id):
        raise Refused("forbidden", _("Everybody chooses their own password."), 403)
    return lock_subject(StaffUser, staff_id, verb, actor=actor)


def _lock_own_or_managed(staff_id: int, actor: Actor) -> StaffUser:
    lock = _lock_own if actor.id == staff_id else lock_staff
    return lock(staff_id, "staff.end_sessions", actor=actor)
