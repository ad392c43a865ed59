"""Buyers who order from products of their own, so that measuring never runs out of stock."""

import uuid
from dataclasses import asdict
from typing import Any

from orders.models import Order
from orders.services.place import NewOrder, Recipient, place_order
from shop import clock
from shop.actor import SYSTEM
from shop.catalog.services import NewSku, add_product
from shop.customers.models import Customer
from shop.customers.services import customer_actor, get_or_create_customer
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings, WeChatAccount

TO = Recipient("林晓燕", "13800005678", "浙江省", "杭州市", "西湖区", "文三路 88 号")
STOCK = 1_000_000


def open_shop() -> None:
    """WeChat Pay and cash on delivery are on; an order by the latter enters the desk when it is placed."""
    tested = {"tested_at": clock.now()}
    WeChatAccount.objects.update_or_create(
        pk=1, defaults=tested, create_defaults=tested | {"appid": "wx-bench", "mini_secret": "bench"}
    )
    StoreSettings.objects.update_or_create(pk=1, defaults={"wechat_on": True, "express_cod_on": True})


def add_skus(count: int) -> list[int]:
    return [_add_sku(n) for n in range(count)]


def _add_sku(n: int) -> int:
    code = f"BENCH-{uuid.uuid4().hex[:12]}"
    product = add_product(f"测速绿茶 {n}", skus=[NewSku(code, "250g", 35_00, STOCK)], actor=SYSTEM)
    return product.skus.get().pk


def make_buyers(count: int) -> list[Customer]:
    return [get_or_create_customer(f"bench-{uuid.uuid4()}", nickname="小燕子") for _ in range(count)]


def place(buyer: Customer, sku_id: int, method: PayMethod = PayMethod.WECHAT) -> Order:
    """One piece by the service, committed when this returns."""
    wanted = NewOrder({sku_id: 1}, Delivery.EXPRESS, method, TO)
    return place_order(buyer, wanted, client_key=str(uuid.uuid4()), actor=customer_actor(buyer))


def describe_order(sku_id: int) -> dict[str, Any]:
    """The same, as the API is asked for it."""
    basket = [{"sku_id": str(sku_id), "quantity": 1}]
    return {"basket": basket, "delivery": "express", "pay_method": "wechat", "address": asdict(TO)}
