"""How a parcel that was sent gets to its courier: a provider calls the courier, or somebody says how it went."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.collections.models import SETTLED, Collection, CollectionState
from orders.collections.selectors import find_live
from orders.collections.waiting import find_labels
from orders.models import Order
from orders.moves import move
from orders.shipping.models import Parcel, ParcelState, Purpose
from orders.shipping.services.ship import NO_PAGE, Seen, locked_parcel
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.couriers.models import Sender
from shop.couriers.selectors import find_calling_account
from shop.errors import Refused
from shop.moves import services

FARTHEST = timedelta(days=2)
"""So far ahead a courier can be called."""
_VERBS = {CollectionState.BY_PHONE: "collection.by_phone", CollectionState.DROPPED_OFF: "collection.drop_off"}


@dataclass(frozen=True)
class Window:
    """Between which moments (aware) the courier may come."""

    start: datetime
    end: datetime


def ask_collection(
    parcel_id: int,
    *,
    order_id: int,
    window: Window,
    sender_id: int | None = None,
    actor: Actor,
    seen: Seen = NO_PAGE,
) -> Collection:
    """Have the courier called; the collection that is there already is the answer to every further press.

    Without a sender it is the one of its label, else the default one. Raises Refused `not_found`, `bad_window`,
    `no_sender`, `cannot_call`, `parcel_not_sent`, `parcel_arrived`, `parcel_collected`, `already_handed_over`, and as
    `lock_order` does.
    """
    with _locked(parcel_id, order_id, actor, seen) as (order, parcel, orders):
        if live := find_live(parcel.pk):
            return _accept(live, *_BY_PROVIDER)
        check_window(window)
        columns = _choose_provider(parcel) | {
            "sender": _find_sender(sender_id, parcel),
            "next_try_at": clock.now(),
        }
        collection = _make(order, parcel, **columns, start=window.start, end=window.end)
        data = describe_collection(collection) | {"window": write_window(collection)}
        services.begin(collection, "collection.ask", actor=actor, data=data)
        _move_orders(orders, collection, actor)
    return collection


def hand_over(
    parcel_id: int, *, order_id: int, how: CollectionState, actor: Actor, seen: Seen = NO_PAGE
) -> Collection:
    """Somebody has called the courier (`BY_PHONE`) or brought the parcel there (`DROPPED_OFF`).

    Calling by phone also settles a collection of which the provider says nothing, or not for long. Raises as
    `ask_collection`.
    """
    if how not in _VERBS:
        raise Refused("bad_hand_over", _("Say how the parcel gets to the courier."), 400)
    with _locked(parcel_id, order_id, actor, seen) as (order, parcel, orders):
        live = find_live(parcel.pk)
        if live and not (how == CollectionState.BY_PHONE and live.is_unanswered):
            return _accept(live, how)
        collection = _settle(live, actor) if live else _begin(order, parcel, how, actor)
        _move_orders(orders, collection, actor)
    return collection


_BY_PROVIDER = (CollectionState.REQUESTED, CollectionState.UNKNOWN, CollectionState.CALLED)


def _begin(order: Order, parcel: Parcel, how: CollectionState, actor: Actor) -> Collection:
    collection = _make(order, parcel)
    services.begin(collection, _VERBS[how], actor=actor, data=describe_collection(collection))
    return collection


def _settle(live: Collection, actor: Actor) -> Collection:
    collection = services.lock_subject(Collection, live.pk, "collection.by_phone", actor=actor)
    changes = SETTLED | {"last_error": ""}
    data = describe_collection(collection)
    services.move(collection, "collection.by_phone", actor=actor, changes=changes, data=data)
    return collection


@contextmanager
def _locked(
    parcel_id: int, order_id: int, actor: Actor, seen: Seen
) -> Iterator[tuple[Order, Parcel, list[Order]]]:
    """The locked parcel, on its way to its courier, and the order on whose page somebody pressed."""
    with locked_parcel(parcel_id, "order.hand_over", actor, seen) as (parcel, orders):
        order = next((order for order in orders if order.pk == order_id), None)
        if order is None:
            raise Refused("not_found", _("There is no such parcel."), 404)
        _check_parcel(parcel, orders)
        yield order, parcel, orders


def _check_parcel(parcel: Parcel, orders: Sequence[Order]) -> None:
    """Of an order that is completed only an exchange still waits for its courier."""
    is_received = parcel.purpose == Purpose.ORDER and any(order.stage == Stage.DONE for order in orders)
    if is_received or parcel.state != ParcelState.SENT:
        raise Refused("parcel_arrived", _("This parcel has already been delivered or undone."))
    if not parcel.courier:
        raise Refused("cannot_call", _("This parcel goes without a courier."))
    if parcel.has_moved:
        raise Refused("parcel_collected", _("The courier has this parcel already."))


def _accept(live: Collection, *states: CollectionState) -> Collection:
    """What is there is what was pressed for; anything else is taken back first."""
    if live.state in states:
        return live
    message = _("“%(state)s” stands at this parcel already. Take that back first.")
    raise Refused("already_handed_over", message % {"state": live.get_state_display()})


def check_window(window: Window) -> None:
    """Raises Refused `bad_window` for one that is over, ends before it begins, or is too far ahead."""
    moment = clock.now()
    if not (window.start < window.end and moment < window.end <= moment + FARTHEST):
        message = _("Choose a time that is not over yet, today or tomorrow, and ends after it begins.")
        raise Refused("bad_window", message, 400)


def _choose_provider(parcel: Parcel) -> dict[str, Any]:
    account = find_calling_account(parcel.courier)
    if account is None:
        raise Refused("cannot_call", _("This courier can only be called by phone."))
    return {"provider": account.provider}


def _find_sender(sender_id: int | None, parcel: Parcel) -> Sender:
    senders = Sender.objects.filter(is_in_use=True)
    if sender_id is not None:
        sender = senders.filter(pk=sender_id).first()
    else:
        label = find_labels(parcel.courier, parcel.tracking_no).values("sender")
        sender = senders.filter(pk__in=label).first() or senders.filter(is_default=True).first()
    if sender is None:
        raise Refused("no_sender", _("Choose from which address the parcel is sent."), 400)
    return sender


def _make(order: Order, parcel: Parcel, **columns: Any) -> Collection:
    code = f"{order.number}-C{order.collections.count() + 1}"
    base = {"order": order, "parcel": parcel, "courier": parcel.courier, "asked_at": clock.now()}
    return Collection(code=code, **base, **columns)


def _move_orders(orders: Sequence[Order], collection: Collection, actor: Actor) -> None:
    for order in orders:
        data = {"parcel": collection.parcel_id, "how": str(collection.state)}
        move(order, "order.hand_over", actor=actor, data=data)


def describe_collection(collection: Collection) -> dict[str, Any]:
    """What its events say of it."""
    return {"code": collection.code, "courier": collection.courier}


def write_window(collection: Collection) -> str:
    """When the courier may come, as people read it; empty where no provider was asked."""
    if collection.start is None or collection.end is None:
        return ""
    start, end = timezone.localtime(collection.start), timezone.localtime(collection.end)
    is_same_day = start.date() == end.date()
    return f"{start:%m-%d %H:%M}–{end:%H:%M}" if is_same_day else f"{start:%m-%d %H:%M} – {end:%m-%d %H:%M}"
