"""Kinds of jobs over orders, and what exports have to know of the list."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.services.unsent import agree_to_cancels
from orders.collections.models import CollectionState
from orders.collections.services.asking import Window
from orders.collections.services.whole import Wish, hand_over_whole
from orders.desk.bulk.sheet import SHIPMENTS
from orders.desk.cod.sheet import REMITTANCE
from orders.desk.collections.outcome import HANDED_OVER, SHIPPED
from orders.desk.exports.choosing import DESK
from orders.desk.list.bulk import BULK, TENDING, BulkAction, collect_orders
from orders.desk.stock.sheet import STOCK
from orders.desk.waybills.outcome import LABELS
from orders.exports.desk import set_desk
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.services.collecting import collect_payment
from orders.services.steps import (
    confirm_order,
    hold_order,
    prepare_order,
    release_order,
    set_seller_remark,
)
from orders.shipping.services.labelled import ship_labelled
from orders.waybills.services.asking import Wish as LabelWish
from orders.waybills.services.whole import request_whole
from shop.actor import Actor
from shop.jobs.registry import Outcome, job, register

_CONFIRM, _PREPARE, _LABEL, _SHIP, _HAND_OVER, _COLLECT = BULK
_HOLD, _RELEASE, _REMARK, _CANCEL, _AGREE = TENDING
register(STOCK)
register(SHIPMENTS)
register(REMITTANCE)
set_desk(DESK)


def make_order_url(number: str) -> str:
    return reverse("orders:detail", args=[number])


def _register_bulk(
    action: BulkAction, label: Any, run: Callable[..., object], outcome: Outcome | None = None
) -> None:
    """The kind of job behind a button of the order list; what its form asked for is given to `run`."""
    declare = job(
        action.kind,
        label=label,
        icon_name=action.icon_name,
        capability=action.capability,
        make_url=make_order_url,
        collect=partial(collect_orders, action),
        outcome=outcome,
    )
    declare(lambda order_id, actor, **typed: run(order_id, actor=actor, **typed))


def _ask_for_label(order_id: int, *, actor: Actor, **typed: Any) -> None:
    request_whole(order_id, wish=LabelWish(**typed), actor=actor)


def _hand_over(
    order_id: int, *, actor: Actor, start: str = "", end: str = "", how: str, **typed: Any
) -> None:
    window = Window(datetime.fromisoformat(start), datetime.fromisoformat(end)) if start else None
    hand_over_whole(order_id, wish=Wish(CollectionState(how), window, **typed), actor=actor)


def _hold(order_id: int, *, actor: Actor, reason: str, release_at: str = "") -> None:
    until = datetime.fromisoformat(release_at) if release_at else None
    hold_order(order_id, reason=reason, release_at=until, actor=actor)


_register_bulk(_CONFIRM, _("Confirm orders"), confirm_order)
_register_bulk(_PREPARE, _("Prepare orders"), prepare_order)
_register_bulk(_LABEL, _("Get e-waybills"), _ask_for_label, LABELS)
_register_bulk(_SHIP, _("Ship orders"), ship_labelled, SHIPPED)
_register_bulk(_COLLECT, _("Collect cash on delivery"), collect_payment)
_register_bulk(_HAND_OVER, _("Hand over to couriers"), _hand_over, HANDED_OVER)
_register_bulk(_HOLD, _("Hold orders"), _hold)
_register_bulk(_RELEASE, _("Release orders"), release_order)
_register_bulk(_REMARK, _("Remark on orders"), set_seller_remark)
_register_bulk(_CANCEL, _("Cancel unpaid orders"), cancel_unpaid)
_register_bulk(_AGREE, _("Agree to cancel requests"), agree_to_cancels)
