"""What the past is lived in: the shop's people and goods as rows, the gateway's memory, and chance."""

from dataclasses import dataclass, field
from random import Random

from seeding.diary import Step
from seeding.plan import Plan, PlannedOrder
from shop.actor import Actor
from shop.customers.models import Customer
from shop.demo.persons import DemoPerson
from shop.demo.standins import Ledger
from shop.demo.standins.world import World as StandIns

COURIERS = ("SF", "SF", "ZTO", "YTO", "YD", "JTSD")
NUMBER_HEADS = {"SF": "SF", "ZTO": "73", "YTO": "YT", "YD": "43", "JTSD": "JT"}
NUMBER_DIGITS = {"SF": 13, "ZTO": 12, "YTO": 13, "YD": 11, "JTSD": 13}


@dataclass
class World:
    """The state of one seeding; `order_ids` maps the plan's orders to their rows once they are placed.

    `standins` are those whose server runs meanwhile.
    """

    plan: Plan
    ledger: Ledger
    standins: StandIns
    people: tuple[DemoPerson, ...]
    staff: dict[str, Actor]
    sku_ids: dict[str, int]
    rng: Random
    customers: dict[int, Customer] = field(default_factory=dict)
    order_ids: dict[int, int] = field(default_factory=dict)

    def make_tracking_no(self) -> tuple[str, str]:
        """A courier's code and a number of its look; so long that none comes twice."""
        courier = self.rng.choice(COURIERS)
        digits = NUMBER_DIGITS[courier]
        return courier, f"{NUMBER_HEADS[courier]}{self.rng.randrange(10**digits):0{digits}d}"

    def list_companions(self, index: int) -> list[int]:
        """The rows of the other orders that the plan has go with this one."""
        orders = self.plan.orders
        same = orders[index].companions
        return [
            self.order_ids[other]
            for other, order in enumerate(orders)
            if same and order.companions == same and other != index
        ]

    def list_all_companions(self) -> list[int]:
        """The rows of all orders that are to go with another one."""
        return [pk for index, pk in self.order_ids.items() if self.plan.orders[index].companions]

    def make_reference(self) -> str:
        """What a bank prints on a transfer."""
        return f"HT{self.rng.randrange(10**12):012d}"


@dataclass(frozen=True)
class Scene:
    """One step of one order about to be done."""

    world: World
    index: int
    planned: PlannedOrder
    step: Step

    @property
    def order_id(self) -> int:
        return self.world.order_ids[self.index]

    @property
    def staff(self) -> Actor:
        return self.world.staff[self.step.who]

    @property
    def customer(self) -> Customer:
        return self.world.customers[self.planned.buyer]

    @property
    def person(self) -> DemoPerson:
        return self.world.people[self.planned.buyer]
