"""The form of the payment link: what stands in its dialog while there is one, and what makes the next."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.links import link_order
from orders.desk.order.forms.base import OrderForm
from orders.payments.links.addresses import make_address
from orders.payments.links.services import ends_at, find_valid_link, make_pay_link, withdraw_pay_link
from orders.payments.models import PayLink


class PayLinkForm(OrderForm):
    """A link that is valid is shown; pressed then, another one takes its place."""

    name, act = "pay_link", make_pay_link
    version = None
    amount_is = _("Owed for this order")

    def set_up(self) -> None:
        self.amount_fen = self.order.owed_fen

    @cached_property
    def link(self) -> PayLink | None:
        return find_valid_link(self.order)

    @property
    def address(self) -> str:
        return make_address(self.link) if self.link else ""

    @property
    def until(self) -> datetime | None:
        return ends_at(self.link, self.order) if self.link else None

    @property
    def png_url(self) -> str:
        return self._picture_url("png")

    @property
    def svg_url(self) -> str:
        return self._picture_url("svg")

    def _picture_url(self, kind: str) -> str:
        """Of another link it is another address, so that no browser shows the one before."""
        address = reverse("orders:pay_link_qr", args=[self.order.number, kind])
        return f"{address}?of={self.link.pk}" if self.link else ""

    @property
    def withdraw_url(self) -> str:
        return link_order(self.order.number, WithdrawLinkForm.name)


class WithdrawLinkForm(OrderForm):
    name, act = "withdraw_pay_link", withdraw_pay_link
    version: Any = None
