"""Which kinds of alerts are whose: who holds one of its capabilities sees, hears and handles them."""

from typing import NamedTuple

from notifications.models import AlertKind
from orders.scope import scope_key
from shop.access import ROLES, has_capability
from shop.actor import Actor
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor

_DESK = ("alerts.handle",)
_MONEY = ("orders.refund", "alerts.handle")

CAPABILITIES_OF: dict[AlertKind, tuple[str, ...]] = {
    AlertKind.NEW_ORDER: _DESK,
    AlertKind.STOCK_SHORT: _DESK,
    AlertKind.URGE: _DESK,
    AlertKind.BOOKS_BROKEN: _DESK,
    AlertKind.LOW_STOCK: ("products.view",),
    AlertKind.TRANSFER: ("orders.collect", "alerts.handle"),
    AlertKind.LATE_PAYMENT: _MONEY,
    AlertKind.MISMATCH: _MONEY,
    AlertKind.REFUND_FAILED: _MONEY,
    AlertKind.REFUND_STUCK: _MONEY,
    AlertKind.REFUND_TWICE: _MONEY,
    AlertKind.REFUND_OUTSIDE: _MONEY,
    AlertKind.ATTEMPT_STUCK: _MONEY,
    AlertKind.GATEWAY_SILENT: _MONEY,
}

Kinds = tuple[str, ...]
ALL_KINDS: Kinds = tuple(CAPABILITIES_OF)
"""What the version after this one may have raised is no kind that this one can tell of."""


def kinds_of(actor: Actor) -> Kinds:
    """The kinds this actor may handle, which are those that are shown and spoken to them."""
    held = {name for names in CAPABILITIES_OF.values() for name in names if has_capability(actor, name)}
    return tuple(kind.value for kind, names in CAPABILITIES_OF.items() if held.intersection(names))


def list_roles(kind: AlertKind) -> list[str]:
    """The roles to which a kind belongs."""
    return [role for role, rights in ROLES.items() if rights & set(CAPABILITIES_OF[kind])]


class Audience(NamedTuple):
    """Pages to which the same is shown and spoken: of the same kinds, role and scope of orders."""

    kinds: Kinds
    role: str
    scope: str


def audience_of(user: StaffUser) -> Audience:
    actor = staff_actor(user)
    return Audience(kinds_of(actor), user.role, scope_key(actor))
