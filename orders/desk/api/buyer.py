"""An order as its buyer knows it: status, tabs, buttons, and the part of the timeline that is theirs."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import check_move, list_available
from orders.payments.services.cancelling import cancel_unpaid, cancel_unsent
from orders.selectors import orders_in_scope, with_secrets
from orders.stages import IN_HAND, Stage
from orders.states import MOVES
from shop import clock
from shop.actor import GATEWAY, Actor, ActorKind
from shop.errors import Refused
from shop.events.models import Event
from shop.store.choices import PayMethod


class BuyerStatus(models.TextChoices):
    TO_PAY = "to_pay", _("Awaiting payment")
    TO_SHIP = "to_ship", _("To ship")
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


class TimelineBy(models.TextChoices):
    YOU = "you"
    SHOP = "shop"
    SYSTEM = "system"


ALL = "all"
TABS = (ALL, *BuyerStatus.values)
_STAGES: dict[str, tuple[Stage, ...]] = {
    BuyerStatus.TO_PAY: (Stage.UNPAID,),
    BuyerStatus.TO_SHIP: IN_HAND,
    BuyerStatus.TO_RECEIVE: (Stage.SHIPPED,),
    BuyerStatus.DONE: (Stage.DONE,),
    BuyerStatus.CLOSED: (Stage.CLOSED,),
}
_STATUS_OF = {stage: BuyerStatus(status) for status, stages in _STAGES.items() for stage in stages}
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
_SHOWN = (
    *("order.place", "order.accept", "order.choose_payment", "order.pay", "order.collect"),
    *("order.confirm", "order.prepare", "order.ship_part", "order.ship", "order.undo_ship"),
    *("order.all_shipped", "order.arrive", "order.receive", "order.urge", "order.extend"),
    *("order.send_proof", "order.reject_proof"),
    *("order.cancel_unpaid", "order.cancel_paid", "order.cancel_lines", "order.close_empty"),
    "order.cancel_unsent",
    *("order.change_price", "order.change_address"),
    *("order.late_payment", "order.excess_transfer", "order.refund", "order.refund_done", "order.pay_out"),
)
_BY = {ActorKind.CUSTOMER: TimelineBy.YOU, ActorKind.STAFF: TimelineBy.SHOP}


def get_status(order: Order) -> BuyerStatus:
    return _STATUS_OF[Stage(order.stage)]


def get_status_label(order: Order) -> str:
    """The status in words, in the language of the request."""
    if order.stage in IN_HAND and order.pieces_shipped:
        return str(MOVES["order.ship_part"].done)
    return str(get_status(order).label)


def list_orders(tab: str, *, actor: Actor) -> "QuerySet[Order]":
    """The buyer's own orders of a tab with their lines."""
    orders = with_secrets(orders_in_scope(actor)).prefetch_related("lines")
    return orders if tab == ALL else orders.filter(stage__in=_STAGES[tab])


def count_orders(*, actor: Actor) -> dict[str, int]:
    """How many orders each tab holds."""
    by_stage = dict(orders_in_scope(actor).values_list("stage").annotate(Count("pk")).order_by())
    counts = {status: sum(by_stage.get(s, 0) for s in stages) for status, stages in _STAGES.items()}
    return {ALL: sum(by_stage.values()), **counts}


def list_actions(order: Order, actor: Actor) -> list[BuyerAction]:
    """The buttons that would not be refused now."""
    possible = list_available(order, actor)
    named = [_VERBS[verb] for verb, found in possible.items() if verb in _VERBS and found.is_possible]
    return [BuyerAction.PAY, *named] if _can_pay(order) else named


def cancel_for_buyer(order: Order, *, actor: Actor) -> None:
    """The buyer's one button: an order that was not sent in time is refunded, any other must be unpaid."""
    unsent = list_available(order, actor).get("order.cancel_unsent")
    if unsent and unsent.is_possible:
        cancel_unsent(order.pk, actor=actor)
    else:
        cancel_unpaid(order.pk, actor=actor)


def _can_pay(order: Order) -> bool:
    """The move is the gateway's; the buyer's part is to start it in time."""
    try:
        check_move(order, MOVES["order.pay"], GATEWAY)
    except Refused:
        return False
    is_late = order.stage == Stage.UNPAID and order.pay_by is not None and order.pay_by <= clock.now()
    return order.pay_method == PayMethod.WECHAT and not is_late


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
    events = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb__in=_SHOWN).order_by(
        "id"
    )
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
