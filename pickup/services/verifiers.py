"""Who may hand out: buyers whom the shop appoints as verifiers, bound to stores."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from pickup.models import Invite, InviteState, Verifier, VerifierSession
from shop import clock
from shop.access import require
from shop.actor import Actor, ActorKind
from shop.customers.models import TEST_OPENID, Customer
from shop.errors import Refused
from shop.moves.services import begin, lock_rows, locked, move
from shop.store.models import PickupStore


def verifier_actor(verifier: Verifier, store_ids: Collection[int] | None = None) -> Actor:
    """The actor a verifier is; `store_ids` where they have been read already.

    Their nickname is a buyer's, so that no record keeps it: the customer number does.
    """
    ids = verifier.stores.values_list("pk", flat=True) if store_ids is None else store_ids
    name = f"#{verifier.customer_id}"
    return Actor(ActorKind.VERIFIER, id=verifier.pk, name=name, store_ids=frozenset(ids))


def appoint_verifier(customer_id: int, *, store_ids: Collection[int], actor: Actor) -> Verifier:
    """Let a mini-program user hand out at these stores.

    Raises Refused `forbidden`, `not_found` (404), `stores_required` (400), `already_verifier`.
    """
    require(actor, "pickup.setup")
    customer = Customer.objects.exclude(openid=TEST_OPENID).filter(pk=customer_id, erased_at=None).first()
    if customer is None:
        raise Refused("not_found", _("There is no such customer."), 404)
    stores = read_stores(store_ids)
    verifier = Verifier(customer=customer, appointed_at=clock.now())
    try:
        with transaction.atomic():
            begin(verifier, "verifier.appoint", actor=actor, data={"stores": name_all(stores)})
            verifier.stores.set(stores)
    except IntegrityError as error:
        message = _("This customer is a verifier already. Change the stores, or switch them on again.")
        raise Refused("already_verifier", message) from error
    return verifier


def read_stores(store_ids: Collection[int]) -> list[PickupStore]:
    """These stores. Raises Refused `stores_required` (400) for none, or where one is missing."""
    stores = list(PickupStore.objects.filter(pk__in=store_ids).order_by("pk"))
    if not stores or len(stores) != len(set(store_ids)):
        raise Refused("stores_required", _("Choose at least one store."), 400)
    return stores


def name_all(stores: Collection[PickupStore]) -> list[str]:
    return [store.name for store in stores]


def change_stores(
    verifier_id: int,
    *,
    store_ids: Collection[int],
    crosses_stores: bool | None = None,
    actor: Actor,
    expected_version: int | None = None,
) -> Verifier:
    """Bind a verifier to these stores and no others; `crosses_stores` stays as it is where it is None.

    Raises Refused `stores_required` (400), and as `lock_subject`.
    """
    with locked(Verifier, verifier_id, "verifier.change", actor, expected_version) as verifier:
        stores, before = read_stores(store_ids), list(verifier.stores.order_by("pk"))
        pairs: dict[str, tuple[Any, Any]] = {"stores": (name_all(before), name_all(stores))}
        if crosses_stores is not None:
            pairs["crosses_stores"] = (verifier.crosses_stores, crosses_stores)
        data = _tell_changes(pairs)
        if data["after"]:
            verifier.stores.set(stores)
            if set(before) - set(stores):
                end_sessions(verifier)
            changes = {name: value for name, value in data["after"].items() if name != "stores"}
            move(verifier, "verifier.change", actor=actor, changes=changes, data=data)
    return verifier


def _tell_changes(pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, dict[str, Any]]:
    """What is told of values before and after: those that differ."""
    told = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return {
        "before": {name: former for name, (former, _new) in told.items()},
        "after": {name: new for name, (_former, new) in told.items()},
    }


def switch_off(verifier_id: int, *, actor: Actor, expected_version: int | None = None) -> Verifier:
    """From now on they hand out nowhere, and are signed out; what they did keeps their name, their invites are over.

    Raises Refused as `lock_subject` does.
    """
    with locked(Verifier, verifier_id, "verifier.switch_off", actor, expected_version) as verifier:
        end_sessions(verifier)
        _revoke_invites(verifier, actor)
        move(verifier, "verifier.switch_off", actor=actor)
    return verifier


def switch_on(verifier_id: int, *, actor: Actor, expected_version: int | None = None) -> Verifier:
    """They hand out again, at the stores they are bound to. Raises Refused as `lock_subject` does."""
    with locked(Verifier, verifier_id, "verifier.switch_on", actor, expected_version) as verifier:
        move(verifier, "verifier.switch_on", actor=actor)
    return verifier


def unbind_wechat(verifier_id: int, *, actor: Actor, expected_version: int | None = None) -> Verifier:
    """Forget who they are in WeChat, and sign their phones out: they come in again by an invite made after that.

    Raises Refused `not_bound`, and as `lock_subject` does.
    """
    with locked(Verifier, verifier_id, "verifier.unbind", actor, expected_version) as verifier:
        end_sessions(verifier)
        _revoke_invites(verifier, actor)
        move(verifier, "verifier.unbind", actor=actor, changes={"service_openid": ""})
    return verifier


def _revoke_invites(verifier: Verifier, actor: Actor) -> None:
    """What a locked verifier alone could still join by lets nobody in any more."""
    open_ones = Invite.objects.filter(person=verifier, state=InviteState.OPEN, expires_at__gt=clock.now())
    for invite in lock_rows(Invite, open_ones.values_list("pk", flat=True)):
        if invite.state == InviteState.OPEN:
            move(invite, "invite.revoke", actor=actor)


def end_sessions(verifier: Verifier) -> None:
    """Sign all phones of a verifier out."""
    VerifierSession.objects.filter(verifier=verifier, revoked_at=None).update(revoked_at=clock.now())
