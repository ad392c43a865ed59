"""The whole past as plain data, made from a seed: who joined when, who ordered what, and what became of it."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from seeding.desk import DESK
from seeding.diary import Diary, Step
from seeding.errands import Errand, plan_errands
from seeding.stories import HISTORY, PLAIN, PLAIN_BY_ALIPAY, Story
from shop.demo.goods import PRESALE_DAYS, PRODUCTS, SHOP_ZONE, DemoSku
from shop.store.choices import Delivery, PayMethod

HISTORY_DAYS = 60
DESK_HOURS = 36
SCARCE = 4
"""A SKU with so few pieces is left to the stories about shortage."""

HOUR_WEIGHTS = (2, 1, 0, 0, 0, 1, 2, 4, 8, 13, 18, 19, 22, 17, 15, 15, 16, 14, 14, 18, 27, 30, 22, 9)
BUYER_REMARKS = (
    "请尽快发货，谢谢",
    "不要放快递柜，送到家",
    "送人的，麻烦包装好一点",
    "周末配送",
    "请放门口",
    "发票抬头后补",
)
Basket = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PlannedOrder:
    """One order of the past; `buyer` counts the shop's buyers from 0, the basket holds SKU codes and pieces.

    Orders with the same `companions` are of one buyer, to be sent together.
    """

    buyer: int
    basket: Basket
    delivery: Delivery
    pay_method: PayMethod
    remark: str
    companions: str
    steps: tuple[Step, ...]

    @property
    def placed_at(self) -> datetime:
        return self.steps[0].at


@dataclass(frozen=True)
class Plan:
    """Orders in the order they were placed; `joined_at` holds a time per buyer."""

    opened_at: datetime
    ends_at: datetime
    joined_at: tuple[datetime, ...]
    orders: tuple[PlannedOrder, ...]
    errands: tuple[Errand, ...]

    def count_sold(self) -> Counter[str]:
        """Pieces per SKU code that all orders together ask for."""
        sold: Counter[str] = Counter()
        for order in self.orders:
            for code, pieces in order.basket:
                sold[code] += pieces
        return sold


def make_plan(seed: int, *, now: datetime, orders: int, buyers: int) -> Plan:
    """The same seed and moment give the same past, of `orders` orders by `buyers` buyers."""
    rng = Random(seed)
    desk = DESK if 2 * orders > 3 * len(DESK) else DESK[:: max(2, -(-2 * len(DESK) // max(orders, 1)))]
    desk = desk[:orders]
    stories = _choose_stories(orders - len(desk), rng)
    placed = sorted(_placing_time(now, rng) for _ in stories)
    told = [(story, moment) for story, moment in zip(stories, placed, strict=True)]
    told += [(entry.story, now - timedelta(minutes=entry.age)) for entry in desk]
    told.sort(key=lambda pair: pair[1])
    few = iter(RUNNING_OUT)
    whose: dict[str, int] = {}
    planned = tuple(
        _plan_order(
            story, moment, now, _fill_basket(story, few, rng), _choose_buyer(story, buyers, whose, rng), rng
        )
        for story, moment in told
    )
    opened_at = now - timedelta(days=HISTORY_DAYS + 1)
    joined_at = _joining_times(planned, opened_at, now, buyers, rng)
    errands = plan_errands(TO_SPARE, _note_last_seen(planned), now, rng)
    return Plan(opened_at, now, joined_at, planned, errands)


def _choose_buyer(story: Story, buyers: int, whose: dict[str, int], rng: Random) -> int:
    """A few buyers order often, which the exponent does, and most once or twice; companions have one buyer."""
    buyer = int(buyers * rng.random() ** 1.6)
    return whose.setdefault(story.companions, buyer) if story.companions else buyer


def _note_last_seen(orders: Sequence[PlannedOrder]) -> dict[int, datetime]:
    """When the last of each buyer's orders came to rest."""
    last: dict[int, datetime] = {}
    for order in orders:
        rest = max(step.at for step in order.steps)
        last[order.buyer] = max(rest, last.get(order.buyer, rest))
    return last


def _choose_stories(count: int, rng: Random) -> list[Story]:
    """Every kind at least once, as far as `count` reaches; the rest are plain orders."""
    chosen = list(HISTORY)
    for story in HISTORY:
        chosen += [story] * (round(story.per_mille * count / 1000) - 1)
    chosen = chosen[:count]
    plain = count - len(chosen)
    chosen += [PLAIN_BY_ALIPAY] * (plain // 9) + [PLAIN] * (plain - plain // 9)
    rng.shuffle(chosen)
    return chosen


def _placing_time(now: datetime, rng: Random) -> datetime:
    """Some moment before the desk's, at an hour when people shop; the shop grows with time."""
    days = HISTORY_DAYS * (1 - rng.random() ** 0.75)
    day = (now - timedelta(days=days)).astimezone(SHOP_ZONE)
    hour = rng.choices(range(24), HOUR_WEIGHTS)[0]
    moment = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)
    latest = now - timedelta(hours=DESK_HOURS)
    while moment > latest:
        moment -= timedelta(days=1)
    return moment.astimezone(now.tzinfo)


def _plan_order(
    story: Story, moment: datetime, now: datetime, basket: Basket, buyer: int, rng: Random
) -> PlannedOrder:
    diary = Diary(rng, moment - timedelta(seconds=1), story.delivery, story.pay_method)
    story.tell(diary)
    return PlannedOrder(
        buyer=buyer,
        basket=basket,
        delivery=story.delivery,
        pay_method=story.pay_method,
        remark=rng.choice(BUYER_REMARKS) if rng.random() < 0.14 else "",
        companions=story.companions,
        steps=tuple(step for step in diary.steps if step.at <= now),
    )


def _list_skus(*, scarce: bool) -> list[DemoSku]:
    skus = [sku for product in PRODUCTS for sku in product.skus if sku.code not in PRESALE_DAYS]
    return [sku for sku in skus if (sku.on_hand <= SCARCE) is scarce]


PLENTIFUL = _list_skus(scarce=False)
RUNNING_OUT = [sku for sku in _list_skus(scarce=True) if sku.on_hand > 1 and sku.price_fen < 500_00]
TO_SPARE = [sku.code for sku in PLENTIFUL if sku.on_hand >= 20]
_POPULARITY = list(accumulate(1 / (30 + sku.price_fen / 100) for sku in PLENTIFUL))


def _basket(rng: Random, *, at_least: int) -> Basket:
    lines = max(at_least, rng.choices((1, 2, 3, 4), (52, 30, 13, 5))[0])
    pieces: dict[str, int] = {}
    while len(pieces) < lines:
        sku = PLENTIFUL[bisect(_POPULARITY, rng.random() * _POPULARITY[-1])]
        pieces[sku.code] = rng.choices((1, 2, 3, 5), (72, 20, 6, 2))[0] if sku.price_fen < 100_00 else 1
    return tuple(pieces.items())


def _fill_basket(story: Story, few: Iterator[DemoSku], rng: Random) -> Basket:
    """An order that will run short takes all there is of something, a different thing each time."""
    if story.is_presale:
        return ((rng.choice(sorted(PRESALE_DAYS)), rng.choice((1, 1, 2))),)
    if not story.is_scarce:
        return _basket(rng, at_least=story.lines)
    sku = next(few)
    return ((sku.code, sku.on_hand), *_basket(rng, at_least=1)[:1])


def _joining_times(
    orders: Sequence[PlannedOrder], opened_at: datetime, now: datetime, buyers: int, rng: Random
) -> tuple[datetime, ...]:
    """Buyers join a few minutes before their first order; those who never ordered just looked."""
    first: dict[int, datetime] = {}
    for order in orders:
        first.setdefault(order.buyer, order.placed_at)
    span = (now - opened_at).total_seconds()

    def times() -> Iterator[datetime]:
        for buyer in range(buyers):
            looked_at = opened_at + timedelta(seconds=span * rng.uniform(0.01, 0.98))
            yield first[buyer] - timedelta(seconds=rng.randrange(40, 900)) if buyer in first else looked_at

    return tuple(times())
