"""Kinds of jobs over orders."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.list.bulk import BULK, BulkAction, collect_orders
from orders.desk.stock.sheet import STOCK
from orders.services.steps import confirm_order, prepare_order
from shop.jobs.registry import job, register

_CONFIRM, _PREPARE = BULK
register(STOCK)


def make_order_url(number: str) -> str:
    return reverse("orders:detail", args=[number])


def _register_bulk(action: BulkAction, label: Any, run: Callable[..., object]) -> None:
    """The kind of job behind a button of the order list."""
    declare = job(
        action.kind,
        label=label,
        icon_name=action.icon_name,
        capability=action.capability,
        make_url=make_order_url,
        collect=partial(collect_orders, action),
    )
    declare(lambda order_id, actor: run(order_id, actor=actor))


_register_bulk(_CONFIRM, _("Confirm orders"), confirm_order)
_register_bulk(_PREPARE, _("Prepare orders"), prepare_order)
