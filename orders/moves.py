"""The one door: locking an order for a verb, and the only code that writes `stage`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.clocks import follow_receive_clock
from orders.models import Order
from orders.stages import Stage
from orders.states import LOOKS, MOVES, NOWHERE, Move
from shop.access import has_capability, require
from shop.actor import Actor, ActorKind
from shop.database.inserts import insert_rows
from shop.errors import Refused
from shop.events.models import Event
from shop.events.services import record_event
from shop.words import fill


def lock_order(order_id: int, verb: str, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Lock the order row and check that `actor` may do `verb` to it now; the first step of every verb.

    `expected_version` is what a form was opened with. Raises Refused: `not_found` (also for another buyer's
    order), `stale`, `forbidden`, `already_done`, `wrong_stage`, or what a guard says.
    """
    order = lock_row(order_id)
    if not _is_in_scope(order, actor):
        raise Refused("not_found", _("There is no such order."), 404)
    if expected_version is not None and expected_version != order.version:
        _refuse_stale(order, verb, actor, expected_version)
    check_move(order, MOVES[verb], actor)
    return order


def lock_row(order_id: int) -> Order:
    """Lock the order row without asking for what: evidence from outside decides on its verb afterwards."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an order is locked inside a transaction")
    # NO KEY: rows that point to the order check their foreign key at commit without waiting for its holder.
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise Refused("not_found", _("There is no such order."), 404)
    return order


def _is_in_scope(order: Order, actor: Actor) -> bool:
    return actor.kind != ActorKind.CUSTOMER or order.customer_id == actor.id


def _refuse_stale(order: Order, verb: str, actor: Actor, expected_version: int) -> None:
    """Refuse when since then the order moved, somebody else changed it, or this very verb was done."""
    since = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, number__gt=expected_version)
    for event in since.exclude(verb__in=LOOKS).order_by("-number"):
        is_own = (event.actor_kind, event.actor_id) == (actor.kind, actor.id)
        if event.before != event.after or not is_own or event.verb == verb:
            raise _already_done(event, actor)


def _already_done(event: Event, actor: Actor) -> Refused:
    what = MOVES[event.verb].done if event.verb in MOVES else event.verb
    at = timezone.localtime(event.at)
    words = {"who": _name_for(event, actor), "at": f"{at:%m-%d %H:%M}", "what": what}
    message = fill(_("Already done by %(who)s at %(at)s: %(what)s."), words)
    return Refused("already_done", message, verb=event.verb, at=event.at.isoformat())


def _name_for(event: Event, reader: Actor) -> Any:
    """Who did it, in words for the reader: buyers are not told the names of staff."""
    if reader.kind != ActorKind.CUSTOMER:
        return event.actor_name or event.actor_kind
    words = {ActorKind.CUSTOMER: _("you"), ActorKind.STAFF: _("the shop")}
    return words.get(ActorKind(event.actor_kind), _("the system"))


def check_move(order: Order, rule: Move, actor: Actor, *, is_part: bool = False) -> None:
    """Raise Refused unless the table allows the verb to this actor in this state.

    `is_part`: also as a part of another verb, which was checked by itself.
    """
    if actor.kind not in rule.who:
        raise Refused("forbidden", _("You cannot do this to an order."), 403)
    if actor.kind == ActorKind.STAFF and not (is_part and rule.part_of & actor.capabilities):
        require(actor, rule.capability)
    if order.stage not in rule.steps:
        raise _wrong_stage(order, rule, actor)
    for refused in rule.list_refusals(order, actor.kind):
        raise refused


def _wrong_stage(order: Order, rule: Move, actor: Actor) -> Refused:
    is_over = order.stage == Stage.CLOSED and Stage.CLOSED not in rule.steps.values()
    if not is_over and (event := _find_done(order, rule)):
        return _already_done(event, actor)
    message = _("The order is “%(stage)s”: “%(verb)s” is not possible.")
    words = {"stage": Stage(order.stage).label, "verb": rule.label}
    return Refused("wrong_stage", fill(message, words), stage=order.stage)


def _find_done(order: Order, rule: Move) -> Event | None:
    """The last time this verb, or one that does the same to the whole order, took the order a stage on."""
    events = Event.objects.filter(
        kind=Order.subject_kind, subject_id=order.pk, verb__in=[rule.verb, *rule.done_by]
    )
    return events.exclude(before=F("after")).order_by("-number").first()


def move(
    order: Order,
    verb: str,
    *,
    actor: Actor,
    changes: Mapping[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    sealed: str = "",
) -> Event:
    """Apply a verb of the table to a locked order: new stage, `changes` to its columns, version, one event.

    Guards are checked against the row as it was before `changes`. Raises Refused as `lock_order` does.
    """
    rule = MOVES[verb]
    check_move(order, rule, actor, is_part=True)
    before, order.stage = order.stage, rule.steps[order.stage]
    names = {"stage", *_set(order, changes or {})}
    names |= _set(order, follow_receive_clock(order))
    order.save_raised(*sorted(names))
    return record_event(order, verb, actor, before=before, after=order.stage, data=data, sealed=sealed)


def _set(order: Order, changes: Mapping[str, Any]) -> set[str]:
    for name, value in changes.items():
        setattr(order, name, value)
    return set(changes)


def begin_order(order: Order, *, actor: Actor, data: dict[str, Any]) -> Event:
    """Write a new order in its first stage, with its first event. Raises Refused `forbidden`."""
    rule, order.stage = MOVES["order.place"], NOWHERE
    check_move(order, rule, actor)
    order.stage = rule.steps[NOWHERE]
    order.version = 1
    insert_rows([order])
    return record_event(order, "order.place", actor, before=NOWHERE, after=order.stage, data=data)


@dataclass(frozen=True)
class Available:
    """A verb an actor's role knows; `refused` says why it is not possible now."""

    move: Move
    refused: Refused | None

    @property
    def is_possible(self) -> bool:
        return self.refused is None


def list_available(order: Order, actor: Actor) -> dict[str, Available]:
    """The verbs that fit the order's stage and the actor's role, possible or with the reason why not."""
    found = ((verb, find_available(order, verb, actor)) for verb in MOVES)
    return {verb: available for verb, available in found if available}


def find_available(order: Order, verb: str, actor: Actor) -> Available | None:
    """One verb as in `list_available`, None when it does not fit the order's stage or the actor's role."""
    rule = MOVES[verb]
    if order.stage not in rule.steps or actor.kind not in rule.who:
        return None
    if actor.kind == ActorKind.STAFF and not has_capability(actor, rule.capability):
        return None
    return Available(rule, next(rule.list_refusals(order, actor.kind), None))
