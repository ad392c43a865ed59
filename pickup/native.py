"""What a screen of the counter shows of paying on the spot: the code, that it is paid, or why there is none."""

import base64
from dataclasses import dataclass
from functools import cached_property

from orders.models import Order
from orders.payments.services.native import NativeCode, find_native
from pickup.pictures import draw_png
from shop.store.selectors import get_wechat_account


def offer_native(order: Order) -> "NativeView | None":
    """Paying on the spot, where something is owed and the shop can take it by WeChat."""
    account = get_wechat_account() if order.owed_fen else None
    return NativeView(order) if account and account.tested_at else None


@dataclass(frozen=True)
class NativeView:
    """Of one order as it was read; `error` is why no code could be had, `was_shown` that the screen had one."""

    order: Order
    error: str = ""
    was_shown: bool = False

    @property
    def is_paid(self) -> bool:
        return not self.order.owed_fen

    @cached_property
    def code(self) -> NativeCode | None:
        return None if self.is_paid or self.error else find_native(self.order)

    @property
    def mark(self) -> str:
        """What tells one state from another: a screen that has seen it is not drawn again."""
        if self.is_paid:
            return "paid"
        return self.code.expires_at.strftime("%H%M%S%f") if self.code else "none"

    @property
    def picture(self) -> str:
        """The code as the address of a picture that holds itself."""
        png = draw_png(self.code.code_url) if self.code else b""
        return f"data:image/png;base64,{base64.b64encode(png).decode()}"
