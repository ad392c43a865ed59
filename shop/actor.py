"""Who does something: one value instead of five parameters."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"
    VERIFIER = "verifier"
    GATEWAY = "gateway"
    SYSTEM = "system"


PEOPLE = frozenset({ActorKind.STAFF, ActorKind.CUSTOMER, ActorKind.VERIFIER})


@dataclass(frozen=True)
class Actor:
    """A person or a machine that acts; `capabilities` counts for staff, `id` scopes what a customer may see.

    `store_ids` are the pickup stores whose orders are all that somebody may see; of staff none means every order.
    `second` is a colleague who has shown their password for this one act.
    """

    kind: ActorKind
    id: int | None = None
    name: str = ""
    capabilities: frozenset[str] = frozenset()
    refund_limit_fen: int | None = None
    money_limit_fen: int | None = None
    store_ids: frozenset[int] = frozenset()
    second: "Actor | None" = None

    @property
    def is_person(self) -> bool:
        return self.kind in PEOPLE


SYSTEM = Actor(ActorKind.SYSTEM, name="system")
GATEWAY = Actor(ActorKind.GATEWAY, name="gateway")
