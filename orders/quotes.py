"""What a basket would cost: the same calculation for the preview and for placing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from shop.catalog.models import Sku
from shop.database.kept import KeptQuery, Param
from shop.errors import Refused
from shop.freight.pricing import Goods
from shop.freight.selectors import Freight, price_freight
from shop.money import MAX_FEN
from shop.store.area.places import is_covered
from shop.store.choices import ONLINE, Delivery, PayMethod
from shop.store.deliveries import WAYS
from shop.store.models import StoreSettings
from shop.store.places.regions import join_region
from shop.store.selectors import get_store_settings, list_deliveries, list_pay_methods

MAX_LINES = 50
MAX_QUANTITY = 9999


class Destination(Protocol):
    """Where goods go: an order, or what a buyer typed."""

    @property
    def province(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def district(self) -> str: ...


@dataclass(frozen=True)
class QuotedLine:
    sku: Sku
    quantity: int

    @property
    def total_fen(self) -> int:
        return self.sku.price_fen * self.quantity


@dataclass(frozen=True)
class Quote:
    """`freight` is what sending costs, by freight template; one sum where the way of delivery has a fee of its own."""

    lines: tuple[QuotedLine, ...]
    freight: tuple[Freight, ...] = ()

    @property
    def freight_fen(self) -> int:
        return sum(part.freight_fen for part in self.freight)

    @property
    def goods_fen(self) -> int:
        return sum(line.total_fen for line in self.lines)

    @property
    def payable_fen(self) -> int:
        return self.goods_fen + self.freight_fen


def quote_order(
    basket: Mapping[int, int], *, delivery: Delivery, to: Destination | None, store: StoreSettings
) -> Quote:
    """Price a basket (SKU id → pieces); `to` is where to, if known.

    Raises Refused `empty_order`, `too_many`, `too_much`, `not_on_sale`, `delivery_not_offered`, `outside_area`,
    `not_served`.
    """
    _check_basket(basket)
    _check_delivery(delivery, to, store)
    by_id = {sku.pk: sku for sku in _find_on_sale(basket)}
    for sku_id in basket:
        if sku_id not in by_id:
            raise Refused("not_on_sale", _("An article is no longer on sale."), sku_id=str(sku_id))
    lines = tuple(QuotedLine(by_id[sku_id], quantity) for sku_id, quantity in basket.items())
    quote = Quote(lines, tuple(_list_freight(lines, delivery=delivery, to=to, store=store)))
    if quote.payable_fen > MAX_FEN:
        raise Refused("too_much", _("An order of this size cannot be placed here. Please call us."), 400)
    return quote


def _list_freight(
    lines: Iterable[QuotedLine], *, delivery: Delivery, to: Destination | None, store: StoreSettings
) -> list[Freight]:
    if fee := WAYS[delivery].fee:
        return [Freight("", fee(store))]
    return price_freight([_describe_goods(line.sku, line.quantity) for line in lines], to)


def _describe_goods(sku: Sku, pieces: int) -> Goods:
    return Goods(
        name=sku.product.name,
        template_id=sku.product.freight_template_id,
        pieces=pieces,
        grams=pieces * sku.weight_g,
        amount_fen=pieces * sku.price_fen,
    )


def price_elsewhere(order: Order, to: Destination) -> int:
    """What it costs more to send the goods that an order still has there than where they go now; less is negative.

    Both by the freight templates of today; where the present region is served no more, what the order's freight is.
    Raises Refused `not_served`.
    """
    if WAYS[order.delivery].fee:
        return 0
    goods = _describe_left(order)
    charged = order.freight_fen + order.freight_adjust_fen
    there = _sum_freight(goods, to)
    try:
        here = _sum_freight(goods, order)
    except Refused:
        here = charged
    return max(there - here, -charged)


def price_delivery(order: Order, delivery: Delivery, to: Destination) -> int:
    """What it costs today to deliver the goods that an order still has in this way.

    Raises Refused `outside_area`, `not_served` (400).
    """
    store = get_store_settings()
    if WAYS[delivery].is_near:
        check_area(to, store)
    if fee := WAYS[delivery].fee:
        return fee(store)
    return _sum_freight(_describe_left(order), to)


def _describe_left(order: Order) -> list[Goods]:
    return [_describe_line(line) for line in order.lines.select_related("sku__product").order_by("id")]


def _sum_freight(goods: Iterable[Goods], to: Destination) -> int:
    return sum(part.freight_fen for part in price_freight([each for each in goods if each.pieces], to))


def _describe_line(line: OrderLine) -> Goods:
    pieces = line.quantity - line.cancelled
    return replace(_describe_goods(line.sku, pieces), amount_fen=line.left_fen)


def _find_on_sale(basket: Mapping[int, int]) -> list[Sku]:
    return _on_sale_query(len(basket)).fetch(**{f"sku{n}": sku_id for n, sku_id in enumerate(basket)})


@cache
def _on_sale_query(count: int) -> KeptQuery[Sku]:
    ids: Any = [Param(f"sku{n}", models.BigIntegerField()) for n in range(count)]
    skus = Sku.objects.select_related("product__picture").filter(is_on_sale=True, product__is_on_sale=True)
    return KeptQuery(lambda: skus.filter(pk__in=ids))


def _check_basket(basket: Mapping[int, int]) -> None:
    if not basket:
        raise Refused("empty_order", _("Choose at least one article."), 400)
    if len(basket) > MAX_LINES or any(not 1 <= quantity <= MAX_QUANTITY for quantity in basket.values()):
        raise Refused("too_many", _("An order has 1 to 50 articles, each 1 to 9,999 pieces."), 400)


def _check_delivery(delivery: Delivery, to: Destination | None, store: StoreSettings) -> None:
    if delivery not in list_deliveries(store):
        raise Refused("delivery_not_offered", _("This way of delivery is not offered now."), 400)
    if WAYS[delivery].is_near and to is not None:
        check_area(to, store)


def check_area(to: Destination, store: StoreSettings) -> None:
    """Raise Refused `outside_area` for an address where the shop does not deliver itself."""
    if not is_covered(store.local_districts, province=to.province, city=to.city, district=to.district):
        message = _("Own delivery does not go to %(region)s.")
        region = join_region(to.province, to.city, to.district)
        raise Refused("outside_area", message % {"region": region}, 400)


def check_pay_method(method: PayMethod, delivery: Delivery, store: StoreSettings) -> None:
    """Raise Refused `payment_not_offered` unless an order with this delivery can be paid this way now."""
    if method not in list_pay_methods(store, delivery):
        raise Refused("payment_not_offered", _("This way to pay is not offered now."), 400)


def get_pay_term(method: PayMethod, store: StoreSettings) -> timedelta:
    """How long an order waits for its payment: a bank transfer takes days."""
    if method == PayMethod.TRANSFER:
        return timedelta(days=store.transfer_days)
    return timedelta(minutes=store.cancel_unpaid_minutes)


def get_reminder(method: PayMethod, store: StoreSettings, *, since: datetime) -> datetime | None:
    """When a buyer is reminded to pay, `since` when they are to: only where an online payment is awaited."""
    return since + timedelta(minutes=store.remind_unpaid_minutes) if method in ONLINE else None
