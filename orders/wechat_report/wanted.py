"""What there is to tell of an order's parcels, or of its pickup, and what of it WeChat has been told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orders.models import Order
from orders.payments.models import Payment
from orders.shipping.models import HANDED_OVER, Parcel, Purpose
from orders.shipping.selectors import list_parcels
from orders.stages import Stage
from shop.clients.wechat_shipping import EXPRESS, LONGEST_GOODS, MOST_PARCELS, SAME_CITY, SELF_PICKUP
from shop.store.choices import Delivery, PayMethod

_TOLD_OF = {Stage.PREPARING: False, Stage.SHIPPED: True, Stage.DONE: True}
"""Stages of which something may be told, and whether nothing is left to send."""

Wanted = dict[str, Any]


def describe_shipping(order: Order) -> Wanted:
    """What is true of the order's goods, {} while WeChat need not hear of it.

    Only express can be told in parts: of own delivery and pickup it is told when all is with the buyer, or on its way.
    """
    return _describe_pickup(order) if order.delivery == Delivery.PICKUP else _describe_parcels(order)


def _describe_pickup(order: Order) -> Wanted:
    """What was handed out at the counter, once nothing is left there."""
    if order.stage != Stage.DONE:
        return {}
    goods = _join((line.product_name, line.shipped) for line in order.lines.order_by("id") if line.shipped)
    row = {"courier": "", "number": "", "goods": goods}
    return {"type": SELF_PICKUP, "all": True, "parcels": [row]} if goods else {}


def _describe_parcels(order: Order) -> Wanted:
    sent = [
        parcel
        for parcel in list_parcels(order)
        if parcel.state in HANDED_OVER and parcel.purpose == Purpose.ORDER
    ]
    is_all = _TOLD_OF.get(Stage(order.stage))
    if is_all is None or not sent:
        return {}
    by_courier = [parcel for parcel in sent if parcel.courier and parcel.tracking_no]
    if by_courier:
        rows = [_describe(parcel.courier, parcel.tracking_no, [parcel], order) for parcel in by_courier]
        return {"type": EXPRESS, "all": is_all, "parcels": rows}
    return {"type": SAME_CITY, "all": True, "parcels": [_describe("", "", sent, order)]} if is_all else {}


def _describe(courier: str, number: str, parcels: Sequence[Parcel], order: Order) -> dict[str, str]:
    return {"courier": courier, "number": number, "goods": _name_goods(parcels, order)}


def _name_goods(parcels: Sequence[Parcel], order: Order) -> str:
    """What of this order is in the parcels."""
    lines = (line for parcel in parcels for line in parcel.lines.all())
    own = (line for line in lines if line.order_line.order_id == order.pk)
    return _join((line.order_line.product_name, line.quantity) for line in own)


def _join(goods: Iterable[tuple[str, int]]) -> str:
    """Names with their pieces, cut to what WeChat takes."""
    pieces: dict[str, int] = defaultdict(int)
    for name, count in goods:
        pieces[name] += count
    words = "、".join(f"{name}×{count}" for name, count in pieces.items())
    return " ".join(words.split())[:LONGEST_GOODS]


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both say the same of the parcels; how goods are called is not worth WeChat's one correction."""
    return bool(_as_told(one) == _as_told(other))


def _as_told(wanted: Mapping[str, Any]) -> Any:
    rows = sorted((row["courier"], row["number"]) for row in wanted.get("parcels", ())[:MOST_PARCELS])
    return wanted.get("type"), wanted.get("all"), rows


def list_payments(order: Order) -> list[Payment]:
    """What the buyer has paid by WeChat and not got back whole, the oldest first."""
    payments = order.payments.filter(method=PayMethod.WECHAT, counts=True).order_by("pk")
    return [payment for payment in payments if payment.refundable_fen > 0]
