"""Living the plan: every step under its own time, in one transaction, with the books delivered on the way."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from random import Random

from django.db import transaction
from django.test import override_settings

from orders.numbers import drawn_by
from seeding import counter
from seeding.acting import act
from seeding.asking_back import ask_back
from seeding.billing import compare_bills
from seeding.chores import run_errand
from seeding.invoicing import ask_for_invoices
from seeding.journeys import keep_moving, meet_trouble
from seeding.opening import draw_pictures, hire_everybody, join, open_stores, set_up_store, stock_shelves
from seeding.outside.robots import set_up_robots
from seeding.outside.wechat import enter_templates
from seeding.plan import Plan
from seeding.telling import tell_of_shipping
from seeding.world import Scene, World
from shop import clock
from shop.database.connections import nobody_else
from shop.demo.persons import list_people
from shop.demo.standins import Ledger, StandInServer, run_in_thread
from shop.events.delivery import count_undelivered, drain
from shop.events.models import StuckTimer
from shop.events.sweeping import sweep

DELIVER_EVERY = 25
# Nobody listens to the past, and there may be no Redis yet.
NO_LISTENERS = {"push": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


class PastNotLived(Exception):
    """The past did not come out as planned; nothing of it was kept."""


Moment = tuple[datetime, Callable[[], object]]


def live(plan: Plan, *, seed: int, standins_dir: Path) -> None:
    """Make the shop and its whole past, or nothing at all. Raises PastNotLived, or what a verb refuses."""
    pictures = draw_pictures()
    rng = Random(f"{seed} living")
    quietly = override_settings(CHANNEL_LAYERS=NO_LISTENERS)
    with (
        closing(Ledger(standins_dir)) as ledger,
        run_in_thread(standins_dir) as server,
        override_settings(
            KDNIAO_URL=server.base_url,
            FEIE_URL=server.base_url,
            WECHAT_MINI_URL=server.base_url,
            WECHAT_PAY_URL=server.base_url,
            ALIPAY_URL=f"{server.base_url}/gateway.do",
        ),
        drawn_by(rng.randrange),
        quietly,
        nobody_else(),
        transaction.atomic(),
    ):
        with clock.at(plan.opened_at):
            world = _open_shop(plan, pictures, ledger, server, rng, standins_dir)
        _live_through(world)
        # Last, or they would tell the groups of the whole past.
        with clock.at(plan.ends_at):
            set_up_robots(standins_dir, actor=world.staff["owner"])
            drain()
        _check_nothing_is_left()


def _open_shop(
    plan: Plan,
    pictures: dict[str, bytes],
    ledger: Ledger,
    server: StandInServer,
    rng: Random,
    standins_dir: Path,
) -> World:
    staff = hire_everybody(open_stores())
    set_up_store(staff["owner"], standins_dir)
    sku_ids = stock_shelves(pictures, plan, staff["owner"])
    people = list_people(len(plan.joined_at))
    return World(plan, ledger, server.world, people, staff, sku_ids, rng)


def _live_through(world: World) -> None:
    for number, (at, do) in enumerate(sorted(_list_moments(world), key=itemgetter(0)), start=1):
        with clock.at(at):
            do()
            if number % DELIVER_EVERY == 0:
                drain()
                keep_moving()
    with clock.at(world.plan.ends_at):
        drain()
        keep_moving()
        meet_trouble()
        drain()
        sweep()
        enter_templates(actor=world.staff["owner"])
        drain()
        tell_of_shipping(world)
        drain()
    ask_for_invoices(world)
    ask_back(world)
    compare_bills(world)
    with clock.at(world.plan.ends_at):
        drain()


def _list_moments(world: World) -> Iterator[Moment]:
    for buyer, at in enumerate(world.plan.joined_at):
        yield at, partial(_join, world, buyer)
    for index, planned in enumerate(world.plan.orders):
        for step in planned.steps:
            yield step.at, partial(act, Scene(world, index, planned, step))
    for errand in world.plan.errands:
        yield errand.at, partial(run_errand, world, errand)
    yield from counter.list_moments(world)


def _join(world: World, buyer: int) -> None:
    world.customers[buyer] = join(world.people[buyer])


def _check_nothing_is_left() -> None:
    if undelivered := count_undelivered():
        raise PastNotLived(f"{undelivered} events were not delivered")
    if stuck := StuckTimer.objects.first():
        raise PastNotLived(f"timer {stuck} is stuck: {stuck.last_error}")
