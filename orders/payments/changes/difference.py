"""What an order costs more or less after something else in it was changed, once it may have been paid."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.payments.selectors import get_kept_fen
from orders.stages import IN_HAND
from shop import clock
from shop.store.choices import PayMethod
from shop.store.selectors import get_store_settings


class Difference(models.TextChoices):
    """Who bears what a change makes dearer or cheaper."""

    SETTLE = "settle", _("The buyer pays it, or gets it back")
    KEEP = "keep", _("The price stays as it is")


@dataclass(frozen=True)
class Lowered:
    """How an order becomes cheaper: `owed_fen` need not be paid any more, `back_fen` goes back."""

    owed_fen: int
    back_fen: int


def lower(order: Order, fen: int, *, most_back_fen: int | None = None) -> Lowered:
    """Divide what an order costs less: first what is still owed, the rest from what was paid and not yet given back."""
    owed = min(fen, order.owed_fen)
    back = min(fen - owed, get_kept_fen(order))
    return Lowered(owed, back if most_back_fen is None else max(min(back, most_back_fen - owed), 0))


def owe_more(order: Order, fen: int) -> dict[str, Any]:
    """The changes by which a locked order costs so much more; what a paid one owes then has a deadline of its own."""
    changes: dict[str, Any] = {"payable_fen": order.payable_fen + fen}
    if order.stage in IN_HAND and order.pay_method != PayMethod.COD and order.owed_fen + fen > 0:
        hours = get_store_settings().supplement_hours
        changes["supplement_by"] = clock.now() + timedelta(hours=hours)
    return changes
