"""One order as its printed documents show it. Personal data leaves here masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from orders.models import Order, OrderLine
from orders.stages import Stage
from shop.crypto import mask_address, mask_name, mask_phone
from shop.store.choices import Delivery, PayMethod


@dataclass(frozen=True)
class Sheet:
    """What is printed of one order.

    `copies` is the number of this copy, `street` as much of it as may be read, `companions` the numbers of the orders
    that go in one parcel with it.
    """

    order: Order
    lines: list[OrderLine]
    copies: int
    street: str
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
        return PayMethod(self.order.pay_method).label

    @property
    def is_cash(self) -> bool:
        """Whether whoever hands the goods over takes money for them."""
        return bool(self.order.owed_fen) and self.order.pay_method == PayMethod.COD

    @property
    def adjusted_fen(self) -> int:
        """What price changes and cancelled goods did to the list price."""
        return self.order.payable_fen - self.order.goods_fen - self.order.freight_fen

    @cached_property
    def marks(self) -> list[str]:
        """What whoever holds the paper must not overlook."""
        stops = {Stage.CLOSED: _("Closed – do not send"), Stage.UNPAID: _("Not paid – do not send")}
        found = (
            _("Test order") if self.order.is_test else "",
            stops.get(Stage(self.order.stage), ""),
            _("On hold – do not send") if self.order.is_held else "",
            self._say_together(),
            _("Reprint %(n)d") % {"n": self.copies} if self.copies > 1 else "",
        )
        return [mark for mark in found if mark]

    def _say_together(self) -> str:
        words = _("Goes in one parcel with %(numbers)s")
        return words % {"numbers": _(", ").join(self.companions)} if self.companions else ""


def mask_street(order: Order) -> str:
    """As much of the street as anybody may read."""
    return mask_address(order.address_detail)
