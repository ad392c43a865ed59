"""Roles and their capabilities, as data; checked by services, read by pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor, ActorKind
from shop.errors import Refused

CAPABILITIES: dict[str, Promise | str] = {
    "orders.view": _("See orders"),
    "orders.edit": _("Confirm, prepare, hold, remark, change the address"),
    "orders.ship": _("Ship and undo shipping"),
    "orders.cancel": _("Cancel orders and lines, with the refund of what was paid"),
    "orders.price": _("Change prices"),
    "orders.collect": _("Record cash and other money received"),
    "orders.refund": _("Refund and pay out"),
    "orders.reveal": _("Reveal personal data"),
    "products.view": _("See products and stock"),
    "products.edit": _("Add and change products"),
    "products.stock": _("Correct stock"),
    "customers.view": _("See customers"),
    "customers.edit": _("Remark and block customers"),
    "customers.balance": _("Top up and correct balances"),
    "alerts.handle": _("Handle alerts"),
    "settings.view": _("See store settings"),
    "settings.edit": _("Change store settings"),
    "staff.view": _("See staff"),
    "staff.manage": _("Hire, change and disable staff"),
    "audit.view": _("See the record of everything that was done"),
}

_DESK = frozenset({"orders.view", "products.view", "alerts.handle"})
ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset(CAPABILITIES),
    "manager": frozenset(CAPABILITIES) - {"settings.edit", "staff.manage"},
    "order_clerk": _DESK
    | {"orders.edit", "orders.ship", "orders.cancel", "orders.price", "orders.collect", "orders.reveal"}
    | {"customers.view", "customers.edit"},
    "warehouse": _DESK | {"orders.ship", "orders.reveal", "products.stock"},
    "support": _DESK | {"orders.edit", "orders.cancel", "orders.reveal", "customers.view", "customers.edit"},
    "finance": frozenset(
        {"orders.view", "orders.collect", "orders.refund", "customers.view", "customers.balance"}
        | {"settings.view"}
    ),
    "store_clerk": frozenset({"orders.view", "alerts.handle"}),
}
ROLE_LABELS: dict[str, Promise | str] = {
    "owner": _("Owner"),
    "manager": _("Manager"),
    "order_clerk": _("Order clerk"),
    "warehouse": _("Warehouse"),
    "support": _("Support"),
    "finance": _("Finance"),
    "store_clerk": _("Store clerk"),
}


_REFUNDING = frozenset({"orders.cancel", "orders.refund"})


def can_refund(rights: frozenset[str]) -> bool:
    """Whether somebody with these capabilities can make money go back: whom a refund limit binds."""
    return bool(rights & _REFUNDING)


def has_capability(actor: Actor, capability: str) -> bool:
    """Staff need the capability; the system and the gateway act for the shop itself; others never have one."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.GATEWAY):
        return True
    return actor.kind == ActorKind.STAFF and capability in actor.capabilities


def require(actor: Actor, capability: str) -> None:
    """Raise Refused `forbidden` (403) unless the actor has the capability."""
    if not has_capability(actor, capability):
        raise Refused("forbidden", _("Your role does not allow this. Ask the owner or a manager."), 403)
