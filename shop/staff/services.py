"""Staff as actors; hiring, changing, disabling; their own preferences.

Nobody gives more rights than they have, nobody changes somebody with more, and one owner always stays.
"""

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import ROLES, can_make_money, can_refund, has_capability, require
from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.moves.services import begin, lock_subject, move
from shop.staff.models import THEMES, StaffSession, StaffUser
from shop.store.models import PickupStore

OWNER = "owner"
LIMITS = ("refund_limit_fen", "money_limit_fen")
EDITABLE = ("display_name", "role", *LIMITS, "store_ids")
AT_STORES = frozenset({"store_clerk"})
"""Roles whose people are always bound to stores."""
OWN_ACCOUNT = _("You cannot do this to yourself. Ask another owner.")
MORE_RIGHTS = _("This would be more rights than you have yourself.")


def staff_actor(user: StaffUser) -> Actor:
    """The actor a signed-in staff user is, with the capabilities of the role.

    None of them for who was disabled or still has to choose a password.
    """
    is_ready = user.is_active and not user.must_change_password
    return Actor(
        kind=ActorKind.STAFF,
        id=user.pk,
        name=str(user),
        capabilities=ROLES.get(user.role, frozenset()) if is_ready else frozenset(),
        refund_limit_fen=user.refund_limit_fen,
        money_limit_fen=user.money_limit_fen,
        store_ids=frozenset(user.store_ids),
    )


def is_own(user: StaffUser, actor: Actor) -> bool:
    return actor.kind == ActorKind.STAFF and actor.id == user.pk


def may_give(actor: Actor, role: str, *, refund_limit_fen: int | None, money_limit_fen: int | None) -> bool:
    """Whether the actor has all rights of the role, and limits at least as high where they count."""
    if actor.kind == ActorKind.SYSTEM:
        return True
    rights = ROLES.get(role, frozenset())
    if not rights <= actor.capabilities:
        return False
    may_refund = _is_within(refund_limit_fen, actor.refund_limit_fen) or not can_refund(rights)
    return may_refund and (_is_within(money_limit_fen, actor.money_limit_fen) or not can_make_money(rights))


def _is_within(limit: int | None, own: int | None) -> bool:
    return own is None or (limit is not None and limit <= own)


def may_manage(actor: Actor, user: StaffUser) -> bool:
    """Whether the actor manages staff and the other one has no more rights than the actor."""
    return has_capability(actor, "staff.manage") and may_give(
        actor, user.role, refund_limit_fen=user.refund_limit_fen, money_limit_fen=user.money_limit_fen
    )


def hire_staff(
    username: str,
    *,
    display_name: str,
    role: str,
    password: str,
    actor: Actor,
    store_ids: Collection[int] = (),
    **limits: int | None,
) -> StaffUser:
    """Create a staff user with `limits`; a password that a colleague knows must be changed at the first sign-in.

    Raises Django's ValidationError for a weak password, Refused `forbidden`, `more_rights` (403), `username_taken`,
    `stores_needed`, `sees_every_store`, `not_found`.
    """
    require(actor, "staff.manage")
    limits = dict.fromkeys(LIMITS) | limits
    stores = sorted(store_ids)
    _check_giving(actor, role, limits)
    _check_stores(actor, role, stores)
    user = StaffUser(
        # Signing in normalises what is typed in the same way.
        username=unicodedata.normalize("NFKC", username),
        display_name=display_name,
        role=role,
        **limits,
        store_ids=stores,
        must_change_password=actor.is_person,
        created_at=clock.now(),
    )
    validate_password(password, user)
    user.set_password(password)
    data = {"username": user.username, "role": role, **limits, "store_ids": stores}
    if StaffUser.objects.filter(username__iexact=user.username).exists():
        raise _taken()
    try:
        with transaction.atomic():
            begin(user, "staff.hire", actor=actor, data=data)
    except IntegrityError as error:
        raise _taken() from error
    return user


def _taken() -> Refused:
    return Refused("username_taken", _("Somebody has this user name already. Choose another one."))


def change_staff(
    staff_id: int, changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> StaffUser:
    """Write name, role, limits and stores.

    Raises Refused as `hire_staff`, `last_owner`, and `stale` when somebody changed it meanwhile.
    """
    with transaction.atomic():
        user = lock_staff(staff_id, "staff.change", actor=actor, expected_version=expected_version)
        before = {name: getattr(user, name) for name in EDITABLE}
        after = before | {name: changes[name] for name in EDITABLE if name in changes}
        after["store_ids"] = sorted(after["store_ids"])
        changed = {name: value for name, value in after.items() if value != before[name]}
        if not changed:
            return user
        _check_giving(actor, after["role"], {name: after[name] for name in LIMITS})
        _check_stores(actor, after["role"], after["store_ids"])
        if after["role"] != OWNER:
            _check_owner_stays(user)
        was = {name: before[name] for name in changed}
        data = {"before": was, "after": changed}
        move(user, "staff.change", actor=actor, changes=changed, data=data)
    return user


def disable_staff(
    staff_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> StaffUser:
    """Lock somebody out at once, on every device; what they did stays on the record under their name.

    Raises Refused `forbidden`, `more_rights` (403), `own_account`, `last_owner`, `already_done`, `reason_required`.
    """
    with transaction.atomic():
        user = lock_staff(staff_id, "staff.disable", actor=actor, expected_version=expected_version)
        refuse_own(user, actor)
        _check_owner_stays(user)
        move(user, "staff.disable", actor=actor, data=_say_why(reason))
        StaffSession.objects.filter(staff=user).delete()
    return user


def enable_staff(
    staff_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> StaffUser:
    """Let somebody sign in again. Raises Refused as `disable_staff` does."""
    with transaction.atomic():
        user = lock_staff(staff_id, "staff.enable", actor=actor, expected_version=expected_version)
        move(user, "staff.enable", actor=actor, data=_say_why(reason))
    return user


def _say_why(reason: str) -> dict[str, str]:
    if not reason.strip():
        raise Refused("reason_required", _("Say why in a few words."), 400)
    return {"reason": reason.strip()[:200]}


def lock_staff(staff_id: int, verb: str, *, actor: Actor, expected_version: int | None = None) -> StaffUser:
    """Lock this row, and before it those of all owners: two who demote each other at once wait for each other.

    Raises Refused `forbidden` and `more_rights` (403), and as `lock_subject` does.
    """
    require(actor, "staff.manage")
    owners = StaffUser.objects.select_for_update(no_key=True).filter(role=OWNER, is_active=True)
    list(owners.order_by("pk").values_list("pk"))
    user = lock_subject(StaffUser, staff_id, verb, actor=actor, expected_version=expected_version)
    if not may_manage(actor, user):
        raise _more_rights()
    return user


def refuse_own(user: StaffUser, actor: Actor) -> None:
    if is_own(user, actor):
        raise Refused("own_account", OWN_ACCOUNT)


def _check_giving(actor: Actor, role: str, limits: Mapping[str, int | None]) -> None:
    if not may_give(actor, role, **limits):
        raise _more_rights()


def _check_stores(actor: Actor, role: str, store_ids: Collection[int]) -> None:
    if role == OWNER and store_ids:
        raise Refused("sees_every_store", _("An owner sees every order. Choose no store."), 400)
    if role in AT_STORES and not store_ids:
        raise Refused("stores_needed", _("Choose the stores where they work."), 400)
    if actor.store_ids and not (store_ids and actor.store_ids.issuperset(store_ids)):
        raise _more_rights()
    if PickupStore.objects.filter(pk__in=store_ids).count() != len(set(store_ids)):
        raise Refused("not_found", _("There is no such store."), 404)


def _more_rights() -> Refused:
    return Refused("more_rights", MORE_RIGHTS, 403)


def _check_owner_stays(user: StaffUser) -> None:
    if user.role != OWNER or not user.is_active:
        return
    if not StaffUser.objects.filter(role=OWNER, is_active=True).exclude(pk=user.pk).exists():
        raise Refused("last_owner", _("This is the last owner. Make somebody else an owner first."))


def set_theme(user: StaffUser, theme: str) -> None:
    """Remember light or dark; anything else is ignored."""
    if theme in THEMES:
        StaffUser.objects.filter(pk=user.pk).update(theme=theme)
