"""The answer to placing, made from what was written: nothing is read back, and no serializer walks through it."""

from typing import Any

from rest_framework import serializers

from orders.desk.api.buyer import get_status, get_status_label, list_actions
from orders.desk.api.serializers import SlotOut, TransferAccountOut
from orders.models import Order, OrderLine
from orders.services.place import Placed
from shop.actor import Actor
from shop.store.choices import PayMethod
from shop.store.pickup_stores.api import StoreOut
from shop.store.selectors import get_store_settings

_TIMES = (
    *("placed_at", "pay_by", "paid_at", "shipped_at", "arrived_at", "received_at", "closed_at"),
    *("ship_by", "receive_by"),
)
_OF_LINE = (
    *("product_name", "sku_name", "picture_url", "price_fen", "quantity", "total_fen"),
    *("shipped", "cancelled"),
)
_write_time = serializers.DateTimeField().to_representation


def describe_placed(placed: Placed, actor: Actor) -> dict[str, Any]:
    """What `OrderOut` says of an order that was placed at this moment: nothing was sent, refunded or proved yet."""
    order = placed.order
    return {
        **_describe_status(order, actor),
        **_describe_money(order, placed.lines),
        "delivery": order.delivery,
        "pieces": order.pieces,
        "lines": [_describe_line(line) for line in placed.lines],
        "address": _describe_address(order),
        "pickup_store": StoreOut(order.pickup_store).data if order.pickup_store else None,
        "pickup_slot": SlotOut(order).data if order.pickup_from else None,
        "buyer_remark": order.buyer_remark,
        **{name: _write_time(getattr(order, name)) for name in _TIMES},
        "goes_with": [],
        "parcels": [],
        "refunds": [],
        "transfer_account": _describe_account(order),
        "transfer_proof": None,
        "invoice": None,
        "can_ask_invoice": False,
    }


def _describe_status(order: Order, actor: Actor) -> dict[str, Any]:
    return {
        "number": order.number,
        "status": get_status(order).value,
        "status_label": get_status_label(order),
        **_copy(order, "close_reason", "cancel_reason"),
        "is_part_shipped": False,
        "actions": [action.value for action in list_actions(order, actor)],
    }


def _copy(row: Order | OrderLine, *names: str) -> dict[str, Any]:
    """What stands in the row as it is told."""
    return {name: getattr(row, name) for name in names}


def _describe_money(order: Order, lines: list[OrderLine]) -> dict[str, Any]:
    return {
        **_copy(order, "pay_method", "payable_fen", "paid_fen", "refunded_fen", "owed_fen"),
        "goods_fen": sum(line.total_fen for line in lines),
        "freight_fen": order.freight_fen + order.freight_adjust_fen,
    }


def _describe_line(line: OrderLine) -> dict[str, Any]:
    return {"id": str(line.pk), "sku_id": str(line.sku_id), **_copy(line, *_OF_LINE)}


def _describe_address(order: Order) -> dict[str, Any]:
    region = _copy(order, "recipient", "phone", "province", "city", "district")
    return region | {"detail": order.address_detail}


def _describe_account(order: Order) -> Any:
    if order.pay_method != PayMethod.TRANSFER or not order.owed_fen:
        return None
    return TransferAccountOut(get_store_settings()).data
