"""Changing the price before anything is paid, and the way to pay."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import locked_order, move
from orders.payments.services.attempts import check_in_time
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.settling import settle_if_nothing_owed
from orders.quotes import check_pay_method, get_pay_term, get_reminder
from orders.selectors import read_order
from orders.services.fulfilment import reserve_all, start_clock, start_fulfilment
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.errors import Refused
from shop.events.models import Event
from shop.events.services import seal_words
from shop.money import MAX_FEN, share_fen
from shop.store.choices import ONLINE, Delivery, PayMethod
from shop.store.made_money import check_made_money
from shop.store.selectors import get_store_settings


def change_price(
    order_id: int,
    *,
    goods_fen: int,
    freight_fen: int,
    reason: str,
    actor: Actor,
    expected_version: int | None = None,
) -> Order:
    """Set what the goods (all lines together) and the freight of an unpaid order cost.

    The difference is shared over the lines by largest remainder; an open attempt is closed first, the buyer
    pays the new amount with a new one. Raises Refused `reason_required`, `bad_amount`, and as
    `check_made_money` and `close_live_attempt` do.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say why the price is changed."), 400)
    if not (0 <= goods_fen <= MAX_FEN and 0 <= freight_fen <= MAX_FEN):
        raise Refused("bad_amount", _("An amount must not be negative or absurdly large."), 400)
    # Asked first without a lock: a change that is refused must not close a payment under way.
    before = read_order(order_id, actor=actor)
    check_lowered(before, before.payable_fen - goods_fen - freight_fen, actor)
    close_live_attempt(order_id, "order.change_price", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.change_price", actor, expected_version) as order:
        require_no_live_attempt(order)
        check_lowered(order, order.payable_fen - goods_fen - freight_fen, actor)
        _share_over_lines(order, goods_fen)
        changes = {
            "freight_adjust_fen": freight_fen - order.freight_fen,
            "payable_fen": goods_fen + freight_fen,
        }
        data = {"before": order.payable_fen, "after": goods_fen + freight_fen}
        sealed = seal_words(order, reason=reason.strip()[:200])
        move(order, "order.change_price", actor=actor, changes=changes, data=data, sealed=sealed)
        settle_if_nothing_owed(order)
    return order


_LOWERING = ("order.change_price", "order.waive", "order.change_lines")


def check_lowered(order: Order, fen: int, actor: Actor) -> None:
    """Raise Refused as `check_made_money` does where somebody asks so much less for an order.

    The limit is one per order and person, however many steps the price is lowered in.
    """
    changed = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb__in=_LOWERING)
    own = changed.filter(actor_kind=actor.kind, actor_id=actor.id)
    lowered_fen = sum(_read_lowered(event) for event in own)
    check_made_money(actor, max(lowered_fen, 0) + fen, capability="orders.price")


def _read_lowered(event: Event) -> int:
    if event.verb == "order.change_lines":
        return int(event.data.get("given_fen", 0))
    return int(event.data["before"] - event.data["after"])


def _share_over_lines(order: Order, goods_fen: int) -> None:
    """Give each line its part of the new goods amount, in proportion to the list price of what is left of it."""
    lines = list(order.lines.filter(cancelled__lt=F("quantity")).order_by("id"))
    weights = [line.price_fen * (line.quantity - line.cancelled) for line in lines]
    for line, part in zip(lines, share_fen(goods_fen, weights), strict=True):
        kept = part + line.cancelled_unpaid_fen
        line.adjust_fen = kept - line.price_fen * line.quantity
    OrderLine.objects.bulk_update(lines, ["adjust_fen"])


def choose_payment(
    order_id: int, *, method: PayMethod, actor: Actor, expected_version: int | None = None
) -> Order:
    """Pay an unpaid order in another way; with cash on delivery it moves on at once.

    Raises Refused `payment_not_offered`, `too_late`, `out_of_stock`, and as `close_live_attempt` does.
    """
    # Asked first without a lock: a choice that is refused must not close a payment under way.
    delivery = Delivery(read_order(order_id, actor=actor).delivery)
    check_pay_method(method, delivery, get_store_settings())
    close_live_attempt(order_id, "order.choose_payment", actor=actor, expected_version=expected_version)
    with locked_order(order_id, "order.choose_payment", actor, expected_version) as order:
        require_no_live_attempt(order)
        check_in_time(order)
        data = {"before": order.pay_method, "after": method, "delivery": order.delivery}
        changes = {
            "pay_method": method,
            "pay_by": _choose_deadline(order, method),
            "remind_by": _choose_reminder(order, method),
        }
        move(order, "order.choose_payment", actor=actor, changes=changes, data=data)
        if method == PayMethod.COD:
            _accept(order, actor)
    return order


def _choose_deadline(order: Order, method: PayMethod) -> datetime | None:
    """A transfer has days from placing, every other way its minutes; choosing to and fro gains nothing."""
    if order.pay_by is None or order.pay_method == method:
        return order.pay_by
    term = get_pay_term(method, get_store_settings())
    if method == PayMethod.TRANSFER:
        return max(order.pay_by, order.placed_at + term)
    if order.pay_method == PayMethod.TRANSFER:
        return min(order.pay_by, clock.now() + term)
    return order.pay_by


def _choose_reminder(order: Order, method: PayMethod) -> datetime | None:
    """As if it had been placed now, unless an online payment was awaited before."""
    is_kept = order.remind_by is not None and method in ONLINE
    return order.remind_by if is_kept else get_reminder(method, get_store_settings(), since=clock.now())


def _accept(order: Order, actor: Actor) -> None:
    reserve_all(order, actor=actor)
    changes = start_clock(order, since=order.placed_at)
    move(order, "order.accept", actor=SYSTEM, changes=changes)
    start_fulfilment(order)
