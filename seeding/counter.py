"""The counters of the demo's two stores: who hands out there, what waits, what went in part, and one wrong store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from orders.models import Order
from orders.payments.links.services import make_pay_link
from orders.payments.models import Means
from orders.services.steps import add_note, confirm_order, prepare_order
from pickup.models import Verifier
from pickup.services.verifiers import appoint_verifier, verifier_actor
from pickup.services.verifying import Collected, Handout, undo_verify, verify_pickup
from seeding import money
from seeding.acting import act
from seeding.diary import Do, Step
from seeding.opening import join
from seeding.plan import TO_SPARE, PlannedOrder
from seeding.world import Scene, World
from shop.demo.persons import list_people
from shop.errors import Refused
from shop.store.choices import Delivery, PayMethod
from shop.store.pickup_stores.selectors import list_serving

VERIFIERS = 4
BUYERS = 6
_BEFORE = timedelta(minutes=20)
"""So long before the first order the stores appoint their verifiers."""
_NOBODY = -1


@dataclass(frozen=True)
class Counter:
    """A world of its own people and orders beside the plan's, whose numbers it leaves alone.

    `verifiers` are ids, in the order in which they were appointed.
    """

    world: World
    verifiers: list[int]


Act = Callable[[Counter, Scene], object]


@dataclass(frozen=True)
class Visit:
    """One order: `age` in minutes, which store, who buys (from 0), and what happens so many minutes after another."""

    age: float
    store: int
    buyer: int
    acts: tuple[tuple[float, Act], ...]
    pieces: tuple[int, ...] = (1,)
    pay_method: PayMethod = PayMethod.WECHAT
    remark: str = ""


def _pay(_counter: Counter, scene: Scene) -> None:
    money.pay(scene)


def _confirm(_counter: Counter, scene: Scene) -> None:
    confirm_order(scene.order_id, actor=scene.world.staff["order_clerk"])


def _prepare(_counter: Counter, scene: Scene) -> None:
    prepare_order(scene.order_id, actor=scene.world.staff["order_clerk"])


def _hand_out_one(counter: Counter, scene: Scene, *, verifier: int) -> None:
    """One piece of the first line: the rest is fetched another day."""
    order = _read(scene)
    _verify(counter, order, verifier, pieces={order.lines.order_by("pk")[0].pk: 1})


def _hand_out(counter: Counter, scene: Scene, *, verifier: int = _NOBODY) -> None:
    _verify(counter, _read(scene), verifier)


def _hand_out_for_cash(counter: Counter, scene: Scene, *, verifier: int) -> None:
    order = _read(scene)
    _verify(counter, order, verifier, collected=Collected(Means.CASH, order.owed_fen))


def _try_elsewhere(counter: Counter, scene: Scene) -> None:
    """The buyer stands in the other store, where the order is not; a colleague writes down what was said."""
    order = _read(scene)
    other = next(store.pk for store in list_serving() if store.pk != order.pickup_store_id)
    clerk = scene.world.staff["order_clerk"]
    try:
        verify_pickup(order.pk, Handout(other), actor=clerk)
    except Refused as refused:
        words = f"买家走错门店：{refused}已请买家前往。"
    add_note(order.pk, text=words, actor=clerk)


def _send_link(_counter: Counter, scene: Scene) -> None:
    make_pay_link(scene.order_id, actor=scene.world.staff["order_clerk"])


def _undo(_counter: Counter, scene: Scene) -> None:
    undo_verify(scene.order_id, reason="拿错规格，买家当场退回", actor=scene.world.staff["manager"])


def _verify(
    counter: Counter,
    order: Order,
    verifier: int,
    *,
    pieces: dict[int, int] | None = None,
    collected: Collected | None = None,
) -> None:
    """By a verifier's phone, or by hand where there is none."""
    handout = Handout(order.pickup_store_id or 0, pieces or {}, collected=collected)
    if verifier == _NOBODY:
        actor = counter.world.staff["order_clerk"]
    else:
        actor = verifier_actor(Verifier.objects.get(pk=counter.verifiers[verifier]))
    verify_pickup(order.pk, handout, actor=actor)


def _read(scene: Scene) -> Order:
    return Order._base_manager.get(pk=scene.order_id)


_READY: tuple[tuple[float, Act], ...] = ((0.5, _pay), (12, _confirm), (25, _prepare))
_AT_STORE: tuple[tuple[float, Act], ...] = ((8, _confirm), (20, _prepare))
_DAY = 24 * 60.0
VISITS = (
    # Uncollected for more than a week.
    Visit(9 * _DAY, 1, 0, _READY),
    # Handed out in part: the second pot is fetched another day.
    Visit(1.6 * _DAY, 0, 1, (*_READY, (_DAY, partial(_hand_out_one, verifier=0))), pieces=(2, 1)),
    # In the wrong store first.
    Visit(
        1.2 * _DAY,
        1,
        2,
        (*_READY, (_DAY - 200, _try_elsewhere), (45, partial(_hand_out, verifier=2))),
        remark="下班后来取",
    ),
    # By hand, with nobody credited.
    Visit(1.1 * _DAY, 0, 3, (*_READY, (_DAY - 260, _hand_out))),
    # Paid in cash at the counter.
    Visit(640, 0, 4, (*_AT_STORE, (300, partial(_hand_out_for_cash, verifier=1))), pay_method=PayMethod.COD),
    # Taken back at once, and still there.
    Visit(420, 1, 5, (*_READY, (200, partial(_hand_out, verifier=2)), (4, _undo)), pieces=(2,)),
    Visit(180, 0, 0, _READY, remark="请帮我留一个手提袋"),
    # Somebody else pays beforehand, by a link.
    Visit(130, 1, 3, (*_AT_STORE, (40, _send_link)), pieces=(1, 1), pay_method=PayMethod.COD),
    Visit(48, 0, 2, ((0.5, _pay),)),
    Visit(6, 1, 4, ()),
)


def list_moments(world: World) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """All that happens at the counters, each with its time."""
    counter = _found(world)
    first = world.plan.ends_at - timedelta(minutes=max(visit.age for visit in VISITS)) - _BEFORE
    yield first, partial(_appoint, counter)
    for index, visit in enumerate(VISITS):
        yield from _list_steps(counter, index, visit)


def _found(world: World) -> Counter:
    """With people who are none of the plan's."""
    known = len(world.people)
    people = list_people(known + BUYERS + VERIFIERS)[known:]
    return Counter(replace(world, people=people, customers={}, order_ids={}), [])


def _appoint(counter: Counter) -> None:
    """Three at the first store and two at the second: one works at both."""
    world, stores = counter.world, [store.pk for store in list_serving()]
    for buyer, person in enumerate(world.people[:BUYERS]):
        world.customers[buyer] = join(person)
    works_at = (stores[:1], stores[:1], stores, stores[1:])
    for person, store_ids in zip(world.people[BUYERS:], works_at, strict=True):
        verifier = appoint_verifier(join(person).pk, store_ids=store_ids, actor=world.staff["manager"])
        counter.verifiers.append(verifier.pk)


def _list_steps(
    counter: Counter, index: int, visit: Visit
) -> Iterator[tuple[datetime, Callable[[], object]]]:
    at, ends_at = counter.world.plan.ends_at - timedelta(minutes=visit.age), counter.world.plan.ends_at
    placing = Step(at, Do.PLACE)
    # The number says the store: stores take turns.
    scene = Scene(counter.world, 2 * index + visit.store, _plan(visit, placing), placing)
    yield at, partial(act, scene)
    for after, do in visit.acts:
        at += timedelta(minutes=after)
        if at < ends_at:
            yield at, partial(do, counter, scene)


def _plan(visit: Visit, placing: Step) -> PlannedOrder:
    basket = tuple(zip(TO_SPARE, visit.pieces, strict=False))
    return PlannedOrder(
        visit.buyer, basket, Delivery.PICKUP, visit.pay_method, visit.remark, companions="", steps=(placing,)
    )
