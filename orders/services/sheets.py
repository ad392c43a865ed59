"""One order as its printed documents show it. Personal data leaves here masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from orders.models import Order, OrderLine
from orders.services.marks import list_marks, mark_reprint
from shop.crypto import mask_address, mask_name, mask_phone
from shop.store.choices import Delivery, PayMethod


@dataclass(frozen=True)
class Sheet:
    """What is printed of one order.

    `copies` is the number of this copy, `street` as much of it as may be read, `is_postponed` whether another day was
    promised, `companions` the numbers of the orders that go in one parcel with it.
    """

    order: Order
    lines: list[OrderLine]
    copies: int
    street: str
    is_postponed: bool
    companions: Sequence[str] = ()

    @property
    def recipient(self) -> str:
        return mask_name(self.order.recipient)

    @property
    def phone(self) -> str:
        return mask_phone(self.order.phone)

    @property
    def to_pack(self) -> list[OrderLine]:
        """The lines of which something is still to be sent."""
        return [line for line in self.lines if line.to_send]

    @property
    def delivery(self) -> Any:
        return Delivery(self.order.delivery).label

    @property
    def pay_method(self) -> Any:
        return self.order.pay_method_name

    @property
    def comes_at(self) -> str:
        """The time slot in which the buyer comes to the store, "" where none was chosen."""
        start, end = self.order.pickup_from, self.order.pickup_until
        if start is None or end is None:
            return ""
        return f"{timezone.localtime(start):%Y-%m-%d %H:%M}–{timezone.localtime(end):%H:%M}"

    @property
    def is_cash(self) -> bool:
        """Whether whoever hands the goods over takes money for them."""
        return bool(self.order.owed_fen) and self.order.pay_method == PayMethod.COD

    @cached_property
    def goods_fen(self) -> int:
        """What the lines above cost together, also those that were put in the place of others."""
        return sum(line.price_fen * line.quantity for line in self.lines)

    @property
    def adjusted_fen(self) -> int:
        """What price changes, changed and cancelled goods did to the list price."""
        return self.order.payable_fen - self.goods_fen - self.order.freight_fen

    @cached_property
    def marks(self) -> list[str]:
        """What whoever holds the paper must not overlook."""
        marks = list_marks(self.order, is_postponed=self.is_postponed)
        return [*marks, *self._say_together(), *mark_reprint(self.copies)]

    def _say_together(self) -> list[str]:
        words = _("Goes in one parcel with %(numbers)s")
        return [words % {"numbers": _(", ").join(self.companions)}] if self.companions else []


def mask_street(order: Order) -> str:
    """As much of the street as anybody may read."""
    return mask_address(order.address_detail)
