"""An order as its buyer knows it: status, tabs, buttons, and the part of the timeline that is theirs."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import sleep

from django.db import models
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import check_move, find_available, list_available
from orders.payments.changes.cancelling import BuyersWhy, cancel_unpaid, cancel_unsent
from orders.scope import orders_in_scope
from orders.selectors import with_secrets
from orders.stages import IN_HAND, Stage
from orders.states import MOVES
from pickup.codes import has_code
from shop import clock
from shop.actor import GATEWAY, Actor, ActorKind
from shop.database.connections import give_back_connections
from shop.errors import Refused
from shop.events.models import Event
from shop.store.choices import ONLINE
from shop.store.deliveries import SENT, WAYS


class BuyerStatus(models.TextChoices):
    TO_PAY = "to_pay", _("Awaiting payment")
    TO_SHIP = "to_ship", _("To ship")
    TO_PICK_UP = "to_pick_up", _("To be picked up")
    TO_RECEIVE = "to_receive", _("To receive")
    DONE = "done", _("Completed")
    CLOSED = "closed", _("Closed")


class BuyerAction(models.TextChoices):
    PAY = "pay"
    CHOOSE_PAYMENT = "choose_payment"
    CANCEL = "cancel"
    RECEIVE = "receive"
    URGE = "urge"
    EXTEND = "extend"
    PAY_BY_BALANCE = "pay_by_balance"
    SEND_PROOF = "send_proof"
    SHOW_PICKUP_CODE = "show_pickup_code"


class TimelineBy(models.TextChoices):
    YOU = "you"
    SHOP = "shop"
    SYSTEM = "system"


ALL = "all"
TABS = (ALL, *BuyerStatus.values)
_STAGES: dict[str, tuple[Stage, ...]] = {
    BuyerStatus.TO_PAY: (Stage.UNPAID,),
    BuyerStatus.TO_SHIP: IN_HAND,
    BuyerStatus.TO_PICK_UP: IN_HAND,
    BuyerStatus.TO_RECEIVE: (Stage.SHIPPED,),
    BuyerStatus.DONE: (Stage.DONE,),
    BuyerStatus.CLOSED: (Stage.CLOSED,),
}
_DELIVERIES: dict[str, list[str]] = {
    BuyerStatus.TO_SHIP: SENT,
    BuyerStatus.TO_PICK_UP: [way for way in WAYS if way not in SENT],
}
"""Of statuses that not every way of delivery knows."""
_STATUS_OF = {
    (stage, delivery): BuyerStatus(status)
    for status, stages in _STAGES.items()
    for stage in stages
    for delivery in _DELIVERIES.get(status, WAYS)
}
_VERBS = {
    "order.choose_payment": BuyerAction.CHOOSE_PAYMENT,
    "order.cancel_unpaid": BuyerAction.CANCEL,
    "order.cancel_unsent": BuyerAction.CANCEL,
    "order.receive": BuyerAction.RECEIVE,
    "order.urge": BuyerAction.URGE,
    "order.extend": BuyerAction.EXTEND,
    "order.pay": BuyerAction.PAY_BY_BALANCE,
    "order.send_proof": BuyerAction.SEND_PROOF,
}
# What staff note, hold, look at or fail at among themselves is not the buyer's to read.
_TOLD = [verb for verb, move in MOVES.items() if move.is_told]
_PAUSES_S = (0.3, 0.7, 1.0, 1.0)
_BY = {ActorKind.CUSTOMER: TimelineBy.YOU, ActorKind.STAFF: TimelineBy.SHOP}


def get_status(order: Order) -> BuyerStatus:
    return _STATUS_OF[Stage(order.stage), order.delivery]


def get_status_label(order: Order) -> str:
    """The status in words, in the language of the request."""
    if order.stage in IN_HAND and order.pieces_shipped:
        return str(WAYS[order.delivery].in_part)
    return str(get_status(order).label)


def list_orders(tab: str, *, actor: Actor) -> "QuerySet[Order]":
    """The buyer's own orders of a tab with their lines."""
    orders = with_secrets(orders_in_scope(actor)).prefetch_related("lines")
    if tab == ALL:
        return orders
    orders = orders.filter(stage__in=_STAGES[tab])
    return orders.filter(delivery__in=_DELIVERIES[tab]) if tab in _DELIVERIES else orders


def count_orders(*, actor: Actor) -> dict[str, int]:
    """How many orders each tab holds."""
    counts = dict.fromkeys(TABS, 0)
    found = orders_in_scope(actor).values_list("stage", "delivery").annotate(Count("pk")).order_by()
    for stage, delivery, count in found:
        counts[ALL] += count
        counts[_STATUS_OF[Stage(stage), delivery]] += count
    return counts


def list_actions(order: Order, actor: Actor) -> list[BuyerAction]:
    """The buttons that would not be refused now."""
    possible = list_available(order, actor)
    named = [_VERBS[verb] for verb, found in possible.items() if verb in _VERBS and found.is_possible]
    pay = [BuyerAction.PAY] if _can_pay(order) else []
    show = [BuyerAction.SHOW_PICKUP_CODE] if has_code(order) else []
    return [*pay, *show, *named]


def cancel_for_buyer(order: Order, *, actor: Actor, why: BuyersWhy | None = None) -> None:
    """The buyer's one button: an order that was not sent in time is refunded, any other must be unpaid.

    Asked again it is done already; while the gateway is asked for another press, this one waits for it a moment.
    """
    with unless_done(order, ("order.cancel_unpaid", "order.cancel_unsent"), actor):
        _be_patient(lambda: _cancel(order, actor, why))


def _be_patient(act: Callable[[], None]) -> None:
    """Run a verb again, a few times, while the order's payment is being closed for somebody else."""
    for pause_s in _PAUSES_S:
        try:
            act()
            return
        except Refused as refused:
            if refused.code != "closing":
                raise
        give_back_connections()
        sleep(pause_s)
    act()


def _cancel(order: Order, actor: Actor, why: BuyersWhy | None) -> None:
    unsent = find_available(order, "order.cancel_unsent", actor)
    if unsent and unsent.is_possible:
        cancel_unsent(order.pk, actor=actor, why=why)
    else:
        cancel_unpaid(order.pk, actor=actor, why=why)


@contextmanager
def unless_done(order: Order, verbs: Collection[str], actor: Actor) -> Iterator[None]:
    """A refusal counts for nothing where this actor brought the order where it is by one of these verbs."""
    try:
        yield
    except Refused:
        events = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk)
        last = events.exclude(before=F("after")).order_by("-number").first()
        is_own = last and (last.actor_kind, last.actor_id) == (actor.kind, actor.id)
        if not (last and is_own and last.verb in verbs):
            raise


def _can_pay(order: Order) -> bool:
    """The move is the gateway's; the buyer's part is to start it in time."""
    try:
        check_move(order, MOVES["order.pay"], GATEWAY)
    except Refused:
        return False
    is_late = order.stage == Stage.UNPAID and order.pay_by is not None and order.pay_by <= clock.now()
    return order.pay_method in ONLINE and not is_late


@dataclass(frozen=True)
class TimelineEntry:
    at: datetime
    verb: str
    words: str
    by: TimelineBy
    amount_fen: int | None
    notice: str


def list_timeline(order: Order) -> list[TimelineEntry]:
    """What happened to the order, oldest first, without names and inner matters of the shop."""
    events = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb__in=_TOLD).order_by("id")
    return [_describe(event, order) for event in events]


def _describe(event: Event, order: Order) -> TimelineEntry:
    event.secret = order.read_secret()
    # Staff are told that the buyer reads the reason for cancelled goods; of a whole order, the notice.
    notice = event.words.get("reason" if event.verb == "order.cancel_lines" else "notice")
    return TimelineEntry(
        at=event.at,
        verb=event.verb.removeprefix("order."),
        words=str(MOVES[event.verb].done),
        by=_BY.get(ActorKind(event.actor_kind), TimelineBy.SYSTEM),
        amount_fen=event.data.get("amount_fen"),
        notice=str(notice or ""),
    )
