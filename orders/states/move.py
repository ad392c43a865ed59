"""One row of the move table, and the words its rows are written in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orders.guards import Guard
from orders.models import Order
from orders.stages import IN_HAND, Stage
from shop.actor import ActorKind
from shop.errors import Refused

NOWHERE = ""


@dataclass(frozen=True)
class Move:
    """One verb: `steps` maps each legal stage to the stage after it; staff need `capability`.

    `own_guards` bind one kind of actor only. `done_by` names other verbs after which this one counts as
    already done. `part_of` are capabilities whose holders do this as a part of another verb, never by itself.
    """

    verb: str
    label: Any
    done: Any
    steps: Mapping[str, Stage]
    who: frozenset[ActorKind]
    capability: str = ""
    guards: tuple[Guard, ...] = ()
    done_by: tuple[str, ...] = ()
    own_guards: Mapping[ActorKind, tuple[Guard, ...]] = field(default_factory=dict)
    part_of: frozenset[str] = frozenset()

    def list_refusals(self, order: Order, kind: ActorKind) -> Iterator[Refused]:
        """What the guards say against it when an actor of this kind does it."""
        for guard in (*self.guards, *self.own_guards.get(kind, ())):
            if refused := guard(order):
                yield refused


def to(target: Stage, *sources: str) -> dict[str, Stage]:
    return dict.fromkeys(sources, target)


def stay(*stages: Stage) -> dict[str, Stage]:
    return {stage: stage for stage in stages}


STAFF, CUSTOMER, GATEWAY, SYSTEM = ActorKind.STAFF, ActorKind.CUSTOMER, ActorKind.GATEWAY, ActorKind.SYSTEM
BY_SYSTEM = frozenset({SYSTEM})
BY_STAFF = frozenset({STAFF})
BY_ANYONE = frozenset({STAFF, CUSTOMER, SYSTEM})
BY_GATEWAY = frozenset({GATEWAY, SYSTEM})
BY_CUSTOMER_OR_STAFF = frozenset({CUSTOMER, STAFF})
BY_MONEY = frozenset({STAFF, GATEWAY, SYSTEM})
OPEN = (Stage.UNPAID, *IN_HAND)
AFTER_PAYING = (*IN_HAND, Stage.SHIPPED, Stage.DONE)
