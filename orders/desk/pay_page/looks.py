"""What the page of a payment link shows at one moment."""

import base64
from dataclasses import dataclass
from functools import cached_property

from orders.desk.pay_page.browsers import Browser, Way, list_ways
from orders.models import Order
from orders.payments.links.addresses import make_address
from orders.payments.links.paying import Shown, find_live, find_shown, lead_to_gateway
from orders.payments.links.services import ends_at
from orders.payments.links.standing import Standing, find_standing
from orders.payments.models import PayAttempt, PayLink
from pickup.pictures import draw_png
from shop.store.choices import PayMethod
from shop.store.selectors import get_store_settings

_DIGITS = 4


@dataclass(frozen=True)
class Look:
    """Of a link as it was read in such a browser; `seen` is the mark of what its screen has shown, `error` why no
    payment could be begun.
    """

    link: PayLink
    browser: Browser
    seen: str = ""
    error: str = ""

    @property
    def order(self) -> Order:
        return self.link.order

    @cached_property
    def standing(self) -> Standing:
        return find_standing(self.link, self.order)

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.standing in (Standing.PAID, Standing.CLOSED)

    @property
    def amount_fen(self) -> int:
        return self.order.paid_fen if self.standing == Standing.PAID else self.order.owed_fen

    @property
    def until(self) -> object:
        return ends_at(self.link, self.order)

    @property
    def number(self) -> str:
        """The end of the order's number, by which buyer and shop know which one is meant."""
        return self.order.number[-_DIGITS:]

    @cached_property
    def ways(self) -> list[Way]:
        return list_ways(self.browser) if self.standing == Standing.TO_PAY else []

    @cached_property
    def _live(self) -> PayAttempt | None:
        return find_live(self.order) if self.standing == Standing.TO_PAY else None

    @cached_property
    def shown(self) -> Shown | None:
        """The payment that has been begun and can go on in this browser."""
        return find_shown(self._live, frozenset(way.channel for way in self.ways))

    @property
    def way(self) -> Way:
        """How that one is paid."""
        return next(way for way in self.ways if self.shown and way.channel == self.shown.channel)

    @property
    def is_elsewhere(self) -> bool:
        """Whether somebody has begun to pay in another place."""
        return self._live is not None and self.shown is None

    @property
    def has_changed(self) -> bool:
        """Whether the screen says another amount."""
        before = self.seen.split(".")[1] if self.seen.count(".") > 1 else ""
        return self.standing == Standing.TO_PAY and before not in ("", str(self.order.owed_fen))

    @property
    def mark(self) -> str:
        """What tells one look from another: a screen that shows it is not drawn again."""
        until = (
            self.shown.until.strftime("%H%M%S")
            if self.shown
            else "elsewhere"
            if self.is_elsewhere
            else "none"
        )
        return f"{self.standing}.{self.order.owed_fen}.{until}"

    @property
    def other_ways(self) -> list[Way]:
        """By what else this browser can pay; begun, it ends the one that is shown."""
        return [way for way in self.ways if not self.shown or way.channel != self.shown.channel]

    @property
    def picture(self) -> str:
        """The code as the address of a picture that holds itself, "" where the browser is led instead."""
        if self.shown is None or self.way.opens:
            return ""
        return f"data:image/png;base64,{base64.b64encode(draw_png(self.shown.url)).decode()}"

    @property
    def leads_to(self) -> str:
        """Where the browser is led, and how it comes back here."""
        if self.shown is None or not self.way.opens:
            return ""
        return lead_to_gateway(self.shown, make_address(self.link))

    @cached_property
    def account(self) -> "Account | None":
        """Where the money is transferred to, of an order that is paid so."""
        if self.standing != Standing.TO_PAY or self.order.pay_method != PayMethod.TRANSFER:
            return None
        store = get_store_settings()
        return Account(
            store.transfer_bank, store.transfer_name, store.transfer_number, store.collection_code_url
        )


@dataclass(frozen=True)
class Account:
    """The shop's account, its collection code, or both."""

    bank: str
    holder: str
    number: str
    code_url: str
