"""How often goods come to blame, by product: of the orders of a month, what buyers asked back, and why."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from aftersales.choices import State
from aftersales.models import AftersaleLine
from orders.models import OrderLine
from orders.scope import real_orders_of
from shop import clock

_PRODUCT = "sku__product__name"


@dataclass
class Product:
    """Pieces of one product in the orders of the month: `sent` to buyers, `asked` about, `quality` of these for its
    quality. `reasons`: words → pieces, the most first."""

    name: str
    sent: int = 0
    asked: int = 0
    quality: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """How many of a hundred that were sent are said to be of bad quality."""
        return 100 * self.quality / self.sent if self.sent else 0.0


@dataclass(frozen=True)
class Month:
    """All products that were sent in the orders placed in a month, the worst first, and the sum of them."""

    first: date
    products: list[Product]
    total: Product


def read_month(first: date, scope: str) -> Month:
    """Of orders placed in the month that begins with `first`; what was withdrawn does not count. Two queries."""
    placed = {
        "placed_at__gte": clock.start_of_day(first),
        "placed_at__lt": clock.start_of_day(next_month(first)),
    }
    orders = real_orders_of(scope).filter(**placed)
    found: dict[int, Product] = {}
    sent = OrderLine.objects.filter(order__in=orders, shipped__gt=0).values("sku__product", _PRODUCT)
    for row in sent.annotate(pieces=Sum("shipped")).order_by("sku__product"):
        found[row["sku__product"]] = Product(row[_PRODUCT], sent=row["pieces"])
    for key, asked in _count_asked(orders).items():
        if product := found.get(key):
            product.asked, product.quality, product.reasons = asked.asked, asked.quality, asked.reasons
    products = sorted(found.values(), key=lambda each: (-each.rate, -each.asked, -each.sent))
    return Month(first, products, _add_up(products))


def _count_asked(orders: Any) -> dict[int, Product]:
    rows = AftersaleLine.objects.filter(order_line__order__in=orders, order_line__shipped__gt=0)
    rows = rows.exclude(aftersale__state=State.WITHDRAWN)
    grouped = rows.values("order_line__sku__product", "aftersale__reason_name").annotate(
        asked=Sum("pieces"), quality=Sum("pieces", filter=Q(aftersale__is_quality=True))
    )
    found: dict[int, Product] = defaultdict(lambda: Product(""))
    for row in grouped.order_by("-asked", "aftersale__reason_name"):
        product = found[row["order_line__sku__product"]]
        product.asked += row["asked"]
        product.quality += row["quality"] or 0
        product.reasons[row["aftersale__reason_name"]] = row["asked"]
    return found


def _add_up(products: list[Product]) -> Product:
    reasons: dict[str, int] = defaultdict(int)
    for product in products:
        for name, pieces in product.reasons.items():
            reasons[name] += pieces
    return Product(
        "",
        sum(product.sent for product in products),
        sum(product.asked for product in products),
        sum(product.quality for product in products),
        _most_first(reasons),
    )


def _most_first(reasons: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))


def next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
