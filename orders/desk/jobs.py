"""Kinds of jobs over orders."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.list.bulk import BULK, collect_orders
from orders.desk.stock.sheet import STOCK
from orders.services.steps import confirm_order, prepare_order
from shop.actor import Actor
from shop.jobs.registry import job, register

_CONFIRM, _PREPARE = BULK
register(STOCK)


def make_order_url(number: str) -> str:
    return reverse("orders:detail", args=[number])


@job(
    _CONFIRM.kind,
    label=_("Confirm orders"),
    icon_name=_CONFIRM.icon_name,
    capability=_CONFIRM.capability,
    make_url=make_order_url,
    collect=partial(collect_orders, _CONFIRM),
)
def confirm(order_id: int, actor: Actor) -> None:
    confirm_order(order_id, actor=actor)


@job(
    _PREPARE.kind,
    label=_("Prepare orders"),
    icon_name=_PREPARE.icon_name,
    capability=_PREPARE.capability,
    make_url=make_order_url,
    collect=partial(collect_orders, _PREPARE),
)
def prepare(order_id: int, actor: Actor) -> None:
    prepare_order(order_id, actor=actor)
