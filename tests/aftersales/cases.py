"""After-sales as buyers ask for them, and as staff answer them."""

import itertools
from typing import Any

from django.db import transaction

from aftersales.choices import Kind, State
from aftersales.models import IS_OPEN, Aftersale
from aftersales.services.answering import agree_refund, agree_return
from aftersales.services.applying import Claim, open_aftersale, withdraw_aftersale
from aftersales.services.returns import send_back
from aftersales.services.settling import take_in
from aftersales.terms.models import Reason, ReturnAddress
from aftersales.terms.services.addresses import add_address
from aftersales.terms.services.reasons import add_reason
from aftersales.terms.services.terms import change_terms
from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.payments.services.refunds import finish_refund
from orders.services.steps import receive_order
from shop.actor import GATEWAY, Actor
from shop.moves.services import lock_row
from tests import cast

_numbers = itertools.count(1_234_567)
SUPPORT = cast.clerk("support", name="客服小周", id_=11)
STORE = cast.clerk("warehouse", name="仓库老李", id_=12)
OWNER = cast.clerk("owner")
ADDRESS = {
    "name": "王店长",
    "phone": "0571-88886666",
    "province": "浙江省",
    "city": "杭州市",
    "district": "余杭区",
    "address": "良渚街道勾运路 8 号",
    "note": "请勿到付",
}


def open_returns(**terms: Any) -> None:
    """A shop with two reasons and one return address."""
    add_reason({"name": "不想要了", "is_quality": False}, actor=OWNER)
    add_reason({"name": "收到时已破损", "is_quality": True}, actor=OWNER)
    add_address(ADDRESS, actor=OWNER)
    if terms:
        change_terms(terms, actor=OWNER)


def reason(*, quality: bool = False) -> Reason:
    return Reason.objects.get(is_quality=quality)


def default_address() -> ReturnAddress:
    return ReturnAddress.objects.get(is_default=True)


def claim(order: Order, kind: Kind, pieces: dict[int, int] | None = None, **more: Any) -> Claim:
    """About all goods of the order unless pieces are given."""
    everything = {line.pk: line.quantity for line in order.lines.all()}
    return Claim(kind, pieces or everything, more.pop("reason_id", reason().pk), **more)


def asked(
    order: Order, kind: Kind, pieces: dict[int, int] | None = None, *, actor: Actor | None = None, **more: Any
) -> Aftersale:
    return open_aftersale(order.pk, claim(order, kind, pieces, **more), actor=actor or cast.buyer(order))


def received_order(**kwargs: Any) -> Order:
    order = cast.shipped_order(**kwargs)
    return receive_order(order.pk, actor=cast.buyer(order))


def agreed_return(order: Order, kind: Kind = Kind.RETURN, **more: Any) -> Aftersale:
    return agree_return(asked(order, kind, **more).pk, actor=SUPPORT)


def sent_back(order: Order, kind: Kind = Kind.RETURN, *, number: str = "", **more: Any) -> Aftersale:
    aftersale = agreed_return(order, kind, **more)
    return send_back(
        aftersale.pk, courier="YTO", tracking_no=number or f"YT{next(_numbers):013d}", actor=cast.buyer(order)
    )


def taken_in(order: Order, kind: Kind = Kind.RETURN, *, scrap: int = 0, **more: Any) -> Aftersale:
    """Taken in whole; `scrap` pieces of each line are fit for nobody."""
    aftersale = sent_back(order, kind, **more)
    pieces = dict(aftersale.lines.values_list("order_line_id", "pieces"))
    restock = {pk: n - scrap for pk, n in pieces.items()}
    return take_in(aftersale.pk, restock=restock, scrap=dict.fromkeys(pieces, scrap), actor=STORE)


def settle_money(order: Order) -> None:
    """The gateway gives back all that is on its way."""
    for refund in Refund.objects.filter(order=order, state=RefundState.COMMITTED).order_by("pk"):
        with transaction.atomic():
            finish_refund(lock_row(Order, order.pk), Refund.objects.get(pk=refund.pk), actor=GATEWAY)


def state_of(aftersale: Aftersale) -> State:
    return State(Aftersale.objects.get(pk=aftersale.pk).state)


def agreed(order: Order, kind: Kind, **more: Any) -> Aftersale:
    return agree_refund(asked(order, kind, **more).pk, actor=SUPPORT)


def hold(order: Order, kind: Kind = Kind.REFUND) -> Aftersale:
    """An open after-sale about all goods of an order, in a shop that may have no reasons yet."""
    if not Reason.objects.exists():
        add_reason({"name": "不想要了", "is_quality": False}, actor=OWNER)
    return asked(order, kind)


def let_go(order: Order) -> None:
    """Its buyer withdraws it."""
    aftersale = order.aftersales.filter(IS_OPEN).get()
    withdraw_aftersale(aftersale.pk, actor=cast.buyer(order))
