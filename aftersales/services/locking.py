"""The locks of after-sales: their order first, as everywhere, then their own row; and what their end does to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aftersales.choices import SETTLED
from aftersales.models import Aftersale, AftersaleLine
from orders.models import Order
from orders.services.aftersales import follow_aftersales
from orders.stages import AftersaleMark
from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import lock_row, lock_subject


@contextmanager
def locked_aftersale(
    aftersale_id: int, verb: str, actor: Actor, expected_version: int | None = None
) -> Iterator[Aftersale]:
    """A transaction with the order locked, then the after-sale for a verb. Raises Refused as `lock_subject` does."""
    with transaction.atomic():
        order = lock_row(Order, get_order_id(aftersale_id), actor=actor)
        aftersale = lock_subject(
            Aftersale, aftersale_id, verb, actor=actor, expected_version=expected_version
        )
        aftersale.order = order
        yield aftersale


def get_order_id(aftersale_id: int) -> int:
    """The order that an after-sale is about. Raises Refused `not_found` (404)."""
    found = Aftersale.objects.filter(pk=aftersale_id).values_list("order_id", flat=True).first()
    if found is None:
        raise Refused("not_found", _("There is no such after-sale."), 404)
    return found


def hold_lines(aftersale: Aftersale) -> None:
    """Its lines are neither sent nor changed any more; the order is locked. Raises Refused `line_in_aftersale`."""
    mine = aftersale.lines.values("order_line")
    others = AftersaleLine.objects.filter(order_line__in=mine, is_open=True).exclude(aftersale=aftersale)
    if others.exists():
        raise Refused("line_in_aftersale", _("Another after-sale about these goods is open."))
    aftersale.lines.update(is_open=True)
    _follow(aftersale.order)


def free_lines(aftersale: Aftersale) -> None:
    """It is over for the goods: its lines are free, and the order goes on or ends by what is left of it."""
    aftersale.lines.update(is_open=False)
    _follow(aftersale.order)


def _follow(order: Order) -> None:
    rows = AftersaleLine.objects.filter(order_line__order=order, is_open=True)
    held = dict(rows.values_list("order_line_id", "pieces"))
    follow_aftersales(order, held, _find_mark(order, is_held=bool(held)))


def _find_mark(order: Order, *, is_held: bool) -> AftersaleMark:
    if is_held:
        return AftersaleMark.OPEN
    is_settled = order.aftersales.filter(state__in=SETTLED).exists()
    return AftersaleMark.SETTLED if is_settled else AftersaleMark.NONE
