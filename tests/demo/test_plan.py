"""The past as it is planned: plain data, from a seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from seeding.diary import Do
from seeding.errands import Task
from seeding.plan import Plan, PlannedOrder, make_plan
from shop.demo.goods import SHOP_ZONE
from shop.store.choices import PayMethod

NOW = datetime(2026, 5, 20, 7, 30, tzinfo=UTC)


def plan(seed: int = 1, *, orders: int = 500, now: datetime = NOW) -> Plan:
    return make_plan(seed, now=now, orders=orders, buyers=200)


def test_the_same_seed_gives_the_same_past() -> None:
    assert plan(7) == plan(7)
    assert plan(7) != plan(8)


def test_it_has_as_many_orders_and_buyers_as_asked_for() -> None:
    for orders in (1, 12, 60, 500):
        assert len(plan(orders=orders).orders) == orders
    assert len(plan().joined_at) == 200


def test_orders_come_in_the_order_they_were_placed_within_sixty_days() -> None:
    placed = [order.placed_at for order in plan().orders]

    assert placed == sorted(placed)
    assert NOW - timedelta(days=61) < placed[0]
    assert NOW - timedelta(minutes=30) < placed[-1] <= NOW


def test_nothing_is_planned_for_the_future() -> None:
    past = plan()

    assert all(step.at <= NOW for order in past.orders for step in order.steps)
    assert all(errand.at <= NOW for errand in past.errands)


def test_nobody_orders_before_having_joined() -> None:
    past = plan()

    assert all(past.joined_at[order.buyer] < order.placed_at for order in past.orders)
    assert all(past.joined_at[errand.buyer] < errand.at for errand in past.errands if errand.buyer)


def test_every_verb_happens() -> None:
    done = {step.do for order in plan().orders for step in order.steps}

    assert done == set(Do)


def test_every_errand_is_run() -> None:
    assert {errand.task for errand in plan().errands} == set(Task)


def test_who_is_blocked_orders_nothing_afterwards() -> None:
    for seed in range(5):
        past = plan(seed)
        block = next(errand for errand in past.errands if errand.task == Task.BLOCK_BUYER)
        assert all(order.placed_at < block.at for order in past.orders if order.buyer == block.buyer)


def test_companions_are_orders_of_one_buyer_and_sent_after_all_were_placed() -> None:
    pairs: dict[str, list[PlannedOrder]] = {}
    for order in plan().orders:
        pairs.setdefault(order.companions, []).append(order)
    del pairs[""]

    assert {name: len(orders) for name, orders in pairs.items()} == {"waiting": 2, "merged": 2, "sent": 2}
    assert all(len({order.buyer for order in orders}) == 1 for orders in pairs.values())
    sent_at = [step.at for order in pairs["sent"] for step in order.steps if step.do == Do.SHIP_TOGETHER]
    assert len(sent_at) == 1
    assert all(step.at <= sent_at[0] for order in pairs["sent"] for step in order.steps)


def test_people_shop_by_day_and_in_the_evening() -> None:
    hours = Counter(order.placed_at.astimezone(SHOP_ZONE).hour for order in plan().orders)

    assert sum(hours[hour] for hour in range(1, 6)) < 25 < hours[20] + hours[21]


def test_most_orders_are_paid_by_wechat() -> None:
    methods = Counter(order.pay_method for order in plan().orders)

    assert methods[PayMethod.WECHAT] > 0.75 * 500 > methods[PayMethod.COD] > 25
