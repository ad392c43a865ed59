"""Orders with a payment link, and the browsers that open it."""

from typing import Any

from django.test import Client

from orders.models import Order
from orders.payments.links.services import make_pay_link
from orders.payments.links.tokens import make_token
from orders.payments.models import PayAttempt, PayLink
from orders.payments.tasks import query_payment
from shop.store.models import StoreSettings
from tests import cast
from tests.console import ENGLISH
from tests.gateway import Gateway

CLERK = cast.clerk("order_clerk")
IN_WECHAT = "Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.49"
ON_PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36"
ON_DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0 Safari/537.36"
PART = {"x-part": "pay"}


def link_of(order: Order) -> PayLink:
    return make_pay_link(order.pk, actor=CLERK)


def path_of(link: PayLink) -> str:
    return f"/p/{make_token(link)}/"


def opened(agent: str) -> Client:
    return Client(headers=ENGLISH | {"user-agent": agent})


def press(client: Client, link: PayLink, amount_fen: int | None = None, **more: Any) -> Any:
    """The button of the page, which says this amount."""
    fen = Order.objects.get(pk=link.order_id).owed_fen if amount_fen is None else amount_fen
    return client.post(path_of(link), {"method": "wechat", "amount": str(fen)}, **more)


def newest(order: Order) -> PayAttempt:
    return order.attempts.order_by("-pk")[0]


def pay_there(gateway: Gateway, attempt: PayAttempt) -> None:
    """Whoever has the page open confirms in WeChat, and the shop hears of it."""
    if attempt.channel == "h5":
        gateway.do("confirm-h5", h5_url=attempt.code_url, openid="passer-by")
    else:
        gateway.do("scan", code_url=attempt.code_url, openid="passer-by")
    query_payment(attempt.pk)


def take_transfers(**more: Any) -> None:
    """The shop takes bank transfers."""
    account = {"transfer_bank": "招商银行", "transfer_name": "山野集", "transfer_number": "6225 8888"}
    StoreSettings.objects.update(transfer_on=True, **(account | more))
