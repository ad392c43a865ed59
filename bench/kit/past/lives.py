"""What may have become of an order by its age: the verbs of its life, as the move table allows them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from orders.stages import IN_HAND, Stage
from shop.actor import ActorKind
from shop.store.choices import Delivery, PayMethod

SHIP_WITHIN_HOURS = 48
RECEIVE_DAYS = 7
PAY_WITHIN = timedelta(minutes=30)


@dataclass(slots=True)
class Life:
    """One order's past: `steps` are (verb, stage before, stage after, who, when)."""

    placed_at: datetime
    pay_method: PayMethod
    delivery: Delivery
    stage: str = ""
    steps: list[tuple[str, str, str, ActorKind, datetime]] = field(default_factory=list)
    at: dict[str, datetime] = field(default_factory=dict)
    is_held: bool = False
    is_refunded: bool = False

    @property
    def is_shipped(self) -> bool:
        return self.stage in (Stage.SHIPPED, Stage.DONE)

    @property
    def is_in_hand(self) -> bool:
        return self.stage in IN_HAND

    def do(self, verb: str, stage: str, who: ActorKind, at: datetime) -> None:
        self.steps.append((f"order.{verb}", self.stage, stage, who, at))
        self.stage = stage
        self.at[verb] = at


def live(placed_at: datetime, now: datetime, rng: Random) -> Life:
    """A believable life until `now`: most orders are paid in minutes, shipped in a day, received in a week."""
    life = Life(
        placed_at,
        PayMethod.COD if rng.random() < 0.08 else PayMethod.WECHAT,
        Delivery.LOCAL if rng.random() < 0.05 else Delivery.EXPRESS,
    )
    life.do("place", Stage.UNPAID, ActorKind.CUSTOMER, placed_at)
    if life.pay_method == PayMethod.WECHAT and rng.random() < 0.07:
        if placed_at + PAY_WITHIN <= now:
            life.do("cancel_unpaid", Stage.CLOSED, ActorKind.SYSTEM, placed_at + PAY_WITHIN)
        return life
    _enter(life, now, rng)
    if life.stage == Stage.TO_CONFIRM:
        _fulfil(life, now, rng)
    return life


def _enter(life: Life, now: datetime, rng: Random) -> None:
    if life.pay_method == PayMethod.COD:
        life.do("accept", Stage.TO_CONFIRM, ActorKind.SYSTEM, life.placed_at)
    elif (paid_at := life.placed_at + timedelta(seconds=rng.randint(20, 900))) <= now:
        life.do("pay", Stage.TO_CONFIRM, ActorKind.GATEWAY, paid_at)


def _fulfil(life: Life, now: datetime, rng: Random) -> None:
    moment = life.steps[-1][-1]
    # One in a thousand waits for something that does not come.
    slow = 1000.0 if rng.random() < 0.001 else 1.0
    for verb, stage, hours in (
        ("confirm", Stage.CONFIRMED, rng.uniform(0.1, 5)),
        ("prepare", Stage.PREPARING, rng.uniform(0.2, 12)),
        ("ship", Stage.SHIPPED, rng.uniform(0.5, 30) * slow),
        ("receive", Stage.DONE, rng.uniform(40, 24 * RECEIVE_DAYS)),
    ):
        moment += timedelta(hours=hours)
        if moment > now:
            break
        life.do(verb, stage, ActorKind.STAFF, moment)
    if life.is_in_hand and rng.random() < 0.02:
        life.is_held = True
        life.do("hold", life.stage, ActorKind.STAFF, now - timedelta(minutes=1))
    elif life.stage == Stage.DONE and life.pay_method == PayMethod.WECHAT and rng.random() < 0.03:
        _refund(life, now)


def _refund(life: Life, now: datetime) -> None:
    moment = life.at["receive"] + timedelta(hours=6)
    if moment <= now:
        life.is_refunded = True
        life.do("refund", life.stage, ActorKind.STAFF, moment)
        life.do("refund_done", life.stage, ActorKind.GATEWAY, moment + timedelta(seconds=40))
