"""Another way of delivery for an order that goes on: picked up instead of sent, or sent instead of picked up."""

import json
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.bundles import part
from orders.destinations import make_destination
from orders.models import Order
from orders.moves import locked_order, move
from orders.payments.changes.difference import Difference, lower, owe_more
from orders.payments.models import RefundCause
from orders.payments.selectors import get_freight_left_fen
from orders.payments.services.closing import close_live_attempt, require_no_live_attempt
from orders.payments.services.refunds import RefundOf, refund_share
from orders.payments.services.settling import settle_if_nothing_owed
from orders.quotes import Destination, get_pay_term, get_reminder, price_delivery
from orders.search import add_hashes
from orders.selectors import read_order
from orders.services.fulfilment import find_ship_by, free_changes
from orders.services.place import Recipient
from orders.services.slots import NO_SLOT, check_slot, choose_slot
from orders.stages import IN_HAND, Stage
from pickup.codes import next_version
from shop import clock
from shop.actor import SYSTEM, Actor, ActorKind
from shop.errors import Refused
from shop.store.choices import Delivery, PayMethod
from shop.store.deliveries import WAYS
from shop.store.models import PickupStore
from shop.store.pickup_stores.selectors import get_serving_store
from shop.store.selectors import get_store_settings, list_deliveries, list_pay_methods

VERB = "order.change_delivery"


@dataclass(frozen=True)
class NewDelivery:
    """How an order goes from now on.

    With pickup `to` is who comes, without an address, `store_id` where to, and `slot` when the time begins that was
    chosen, where the store has buyers choose one.
    """

    delivery: Delivery
    to: Recipient
    store_id: int | None = None
    slot: datetime | None = None


@dataclass(frozen=True)
class _Plan:
    """What a conversion comes to: its store if it is picked up, what it costs more, and the way to pay from now on."""

    store: PickupStore | None
    more_fen: int
    pay_method: PayMethod


def change_delivery(
    order_id: int,
    wanted: NewDelivery,
    *,
    difference: Difference = Difference.SETTLE,
    actor: Actor,
    expected_version: int | None = None,
) -> Order:
    """Have an order picked up instead of sent, or sent instead, until anything of it has left; its code is a new one.

    `difference` says who bears what the freight is more or less. A way to pay that the new delivery does not allow is
    given up: an order that was to be paid with the goods waits for its payment then. An open attempt is closed first.
    Raises Refused `same_delivery`, `address_needed`, `delivery_not_offered`, `outside_area`, `not_served`,
    `store_needed`, `store_closed`, `payment_not_offered` (400), and as `choose_slot`, `close_live_attempt` and, where
    money goes back, `refund_share` do.
    """
    # Asked first without a lock: a change that is refused must not close a payment under way.
    before = read_order(order_id, actor=actor)
    if _is_about_money(before, _plan(before, wanted), difference):
        close_live_attempt(order_id, VERB, actor=actor, expected_version=expected_version)
    with locked_order(order_id, VERB, actor, expected_version) as order:
        plan = _plan(order, wanted)
        if _is_about_money(order, plan, difference):
            require_no_live_attempt(order)
        _convert(order, wanted, plan, difference, actor)
    return order


def _is_about_money(order: Order, plan: _Plan, difference: Difference) -> bool:
    """Whether what is to be paid, or how, becomes another: a payment could cross that."""
    is_other = difference == Difference.SETTLE and plan.more_fen != 0
    return is_other or plan.pay_method != order.pay_method


def get_difference_fen(order: Order, delivery: Delivery, to: Destination) -> int:
    """What the freight of all that is left costs more with this delivery, by the prices of today; less is negative.

    Raises Refused `outside_area`, `not_served` (400).
    """
    return price_delivery(order, delivery, to) - get_freight_left_fen(order)


def _plan(order: Order, wanted: NewDelivery) -> _Plan:
    """Raises Refused as `change_delivery` does for what is not possible."""
    if Delivery.PICKUP not in (order.delivery, wanted.delivery) or order.delivery == wanted.delivery:
        raise Refused("same_delivery", _("Choose another way of delivery."), 400)
    settings = get_store_settings()
    if wanted.delivery not in list_deliveries(settings):
        raise Refused("delivery_not_offered", _("This way of delivery is not offered now."), 400)
    store = get_serving_store(wanted.store_id) if wanted.delivery == Delivery.PICKUP else None
    if store:
        check_slot(store, wanted.slot)
    elif not (wanted.to.province and wanted.to.detail):
        raise Refused("address_needed", _("Say where the goods are to be sent."), 400)
    more_fen = get_difference_fen(order, wanted.delivery, wanted.to)
    return _Plan(store, more_fen, _choose_method(order, list_pay_methods(settings, wanted.delivery)))


def _choose_method(order: Order, offered: list[PayMethod]) -> PayMethod:
    """The way to pay that the order has, unless it is to be paid with the goods and that is not possible any more."""
    present = PayMethod(order.pay_method)
    if present != PayMethod.COD or present in offered:
        return present
    if not offered:
        raise Refused("payment_not_offered", _("This way to pay is not offered now."), 400)
    return offered[0]


def _convert(order: Order, wanted: NewDelivery, plan: _Plan, difference: Difference, actor: Actor) -> None:
    fen = plan.more_fen if difference == Difference.SETTLE else 0
    lowered = lower(order, max(-fen, 0), most_back_fen=get_freight_left_fen(order))
    more = max(fen, 0) - lowered.owed_fen
    columns = _change_columns(order, wanted, plan)
    changed = copy(order)
    for name, value in columns.items():
        setattr(changed, name, value)
    changes = columns | _follow_delivery(changed) | part(order)
    if more or changed.pay_method != order.pay_method:
        changes |= owe_more(changed, more) | {"freight_adjust_fen": order.freight_adjust_fen + more}
    _write(order, changes, fen, actor)
    if lowered.back_fen:
        _give_back(order, lowered.back_fen, actor)
    if order.pay_method != PayMethod.COD and order.owed_fen and not order.paid_fen:
        _await_payment(order)
    settle_if_nothing_owed(order)


def _change_columns(order: Order, wanted: NewDelivery, plan: _Plan) -> dict[str, Any]:
    """What is said of the order from now on; what was not typed of who receives it stays."""
    to = wanted.to if WAYS[wanted.delivery].is_sent else wanted.to.person
    columns: dict[str, Any] = to.columns
    for name in ("recipient", "phone"):
        columns[name] = columns[name] or getattr(order, name)
    return {
        **columns,
        "delivery": wanted.delivery,
        "pickup_store": plan.store,
        **(choose_slot(plan.store, wanted.slot) if plan.store else NO_SLOT),
        "code_version": next_version(order),
        "pay_method": plan.pay_method,
    }


def _follow_delivery(changed: Order) -> dict[str, Any]:
    """What follows from where the goods go now: what is sent has its whole time to be sent from now on."""
    is_waiting = changed.stage in IN_HAND
    ship_by = find_ship_by(changed, since=clock.now()) if is_waiting else None
    return {"destination": make_destination(changed), "ship_by": ship_by, "warned": 0}


_SEALED = ("recipient", "phone", "province", "city", "district", "address_detail")


def _write(order: Order, changes: dict[str, Any], fen: int, actor: Actor) -> None:
    """Move the order, keep old and new recipient sealed, and let it be found by both."""
    was = {name: getattr(order, name) for name in _SEALED}
    sealed = json.dumps(
        {"before": was, "after": {name: changes[name] for name in _SEALED}}, ensure_ascii=False
    )
    data: dict[str, Any] = {"before": order.delivery, "after": changes["delivery"].value}
    if fen:
        data["difference_fen"] = fen
    if store := changes["pickup_store"]:
        data["store"] = store.name
    move(order, VERB, actor=actor, changes=changes, data=data, sealed=sealed)
    add_hashes(order, order.customer.nickname)


def _give_back(order: Order, fen: int, actor: Actor) -> None:
    reason = gettext("Freight after another delivery")
    payer = actor if actor.kind == ActorKind.STAFF else SYSTEM
    refund_share(order, amount_fen=fen, reason=reason, actor=payer, of=RefundOf(RefundCause.PART))


def _await_payment(order: Order) -> None:
    """An order that was to be paid with the goods cannot be any more: it waits for a payment, as one newly placed."""
    if order.stage == Stage.UNPAID:
        return
    store, method, now = get_store_settings(), PayMethod(order.pay_method), clock.now()
    changes = free_changes(order) | {
        "ship_by": None,
        "supplement_by": None,
        "is_short": False,
        "pay_by": now + get_pay_term(method, store),
        "remind_by": get_reminder(method, store, since=now),
    }
    order.lines.filter(short__gt=0).update(short=0)
    move(order, "order.await_payment", actor=SYSTEM, changes=changes)
