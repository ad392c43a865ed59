"""Stopping or redirecting a parcel that is on its way: a task for people, since only the courier can do it."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import move
from orders.services.place import Recipient
from orders.services.steps import write_note
from orders.shipping.models import Intercept, InterceptKind, InterceptState, Parcel, ParcelState
from orders.shipping.services.lapsing import describe_intercept
from orders.shipping.services.ship import NO_PAGE, Seen, locked_parcel
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves import services
from shop.moves.services import locked

LONGEST = 200


@dataclass(frozen=True)
class Wish:
    """What is wanted of a parcel: `to` is where it is to go if it is redirected, `called` with whom somebody spoke."""

    kind: InterceptKind
    to: Recipient | None = None
    called: str = ""


def ask_intercept(
    parcel_id: int, *, order_id: int, wish: Wish, actor: Actor, seen: Seen = NO_PAGE
) -> Intercept:
    """Make the task of stopping or redirecting a parcel that is on its way; an internal note is left.

    `order_id` is the order on whose page it is asked for. Raises Refused `not_found`, `parcel_not_sent`,
    `parcel_arrived`, `address_required`, `already_asked`.
    """
    _check_wish(wish)
    with locked_parcel(parcel_id, "order.intercept", actor, seen) as (parcel, orders):
        order = next((order for order in orders if order.pk == order_id), None)
        if order is None:
            raise Refused("not_found", _("There is no such parcel."), 404)
        _check_parcel(parcel)
        intercept = _make(order, parcel, wish)
        services.begin(intercept, "intercept.ask", actor=actor, data=describe_intercept(intercept))
        write_note(order, _write(intercept), actor)
        for each in orders:
            move(each, "order.intercept", actor=actor, data=describe_intercept(intercept))
    return intercept


def _check_wish(wish: Wish) -> None:
    is_whole = wish.to is not None and all((wish.to.recipient, wish.to.phone, wish.to.city, wish.to.detail))
    if wish.kind == InterceptKind.REDIRECT and not is_whole:
        raise Refused("address_required", _("Say where the parcel goes now, with name and phone."), 400)


def _check_parcel(parcel: Parcel) -> None:
    if parcel.state != ParcelState.SENT:
        raise Refused("parcel_arrived", _("This parcel has already been delivered or undone."))
    if parcel.intercepts.filter(state=InterceptState.ASKED).exists():
        raise Refused("already_asked", _("This parcel has such a task already. Finish or withdraw it first."))


def _make(order: Order, parcel: Parcel, wish: Wish) -> Intercept:
    to = asdict(wish.to) if wish.to and wish.kind == InterceptKind.REDIRECT else {}
    called = wish.called.strip()[:LONGEST]
    return Intercept(order=order, parcel=parcel, kind=wish.kind, called=called, asked_at=clock.now(), **to)


def _write(intercept: Intercept) -> str:
    """The internal note, in the language of who asks."""
    parcel = intercept.parcel
    name = parcel.name or gettext("Own delivery")
    told = f"{intercept.get_kind_display()} · {name}"
    return f"{told} · {intercept.called}" if intercept.called else told


def finish_intercept(
    intercept_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> Intercept:
    """The courier has done it. Raises Refused as `lock_subject` does."""
    return _end(intercept_id, "intercept.finish", note, actor, expected_version)


def fail_intercept(
    intercept_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Intercept:
    """The courier could not, or would not. Raises Refused `reason_required`, and as `lock_subject` does."""
    if not reason.strip():
        raise Refused("reason_required", _("Say why it failed."), 400)
    return _end(intercept_id, "intercept.fail", reason, actor, expected_version)


def withdraw_intercept(intercept_id: int, *, actor: Actor, expected_version: int | None = None) -> Intercept:
    """It is not wanted any more. Raises Refused as `lock_subject` does."""
    return _end(intercept_id, "intercept.withdraw", "", actor, expected_version)


def _end(intercept_id: int, verb: str, words: str, actor: Actor, expected_version: int | None) -> Intercept:
    outcome = words.strip()[:LONGEST]
    with locked(Intercept, intercept_id, verb, actor, expected_version) as intercept:
        changes: dict[str, Any] = {"outcome": outcome, "ended_at": clock.now()}
        sealed = seal_words(intercept, reason=outcome)
        data = describe_intercept(intercept)
        move(intercept, verb, actor=actor, changes=changes, data=data, sealed=sealed)
    return intercept
