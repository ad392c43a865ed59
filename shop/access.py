"""Roles and their capabilities, as data; checked by services, read by pages."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor, ActorKind
from shop.errors import Refused

CAPABILITIES: dict[str, Promise | str] = {
    "orders.view": _("See orders"),
    "orders.edit": _("Confirm, prepare, hold, remark, change the address"),
    "orders.ship": _("Ship and undo shipping"),
    "pickup.verify": _("Verify pickup orders: collect what they owe, and hand them out"),
    "pickup.supervise": _("Undo verifications"),
    "pickup.setup": _("Appoint verifiers"),
    "orders.cancel": _("Cancel orders and lines, with the refund of what was paid"),
    "orders.price": _("Change prices"),
    "orders.collect": _("Record cash and other money received"),
    "orders.refund": _("Refund and pay out"),
    "aftersales.view": _("See after-sales"),
    "aftersales.handle": _("Answer after-sales: agree, refuse, open one for a buyer"),
    "aftersales.receive": _("Take in what buyers send back, and send exchanges"),
    "aftersales.supervise": _("Reopen after-sales and decide disputes"),
    "money.match": _("Compare payments and refunds with the bills of WeChat Pay and Alipay"),
    "orders.invoice": _("Issue and refuse invoices that buyers ask for"),
    "orders.reveal": _("Reveal personal data"),
    "orders.print": _("Print receipts, lists and slips"),
    "orders.export": _("Export orders, parcels, buyers and payments"),
    "products.view": _("See products and stock"),
    "products.edit": _("Add and change products"),
    "products.stock": _("Correct stock"),
    "customers.view": _("See customers"),
    "customers.edit": _("Remark and block customers"),
    "customers.balance": _("Top up and correct balances"),
    "customers.erase": _("Erase a customer's personal data"),
    "alerts.handle": _("Handle alerts"),
    "settings.view": _("See store settings"),
    "settings.edit": _("Change store settings"),
    "shipping.setup": _("Set up couriers, senders and e-waybills"),
    "printers.setup": _("Set up printers"),
    "staff.view": _("See staff"),
    "staff.manage": _("Hire, change and disable staff"),
    "audit.view": _("See the record of everything that was done"),
    "insight.view": _("See sales figures"),
}

_DESK = frozenset({"orders.view", "orders.print", "products.view", "alerts.handle"})
ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset(CAPABILITIES),
    "manager": frozenset(CAPABILITIES) - {"settings.edit", "staff.manage"},
    "order_clerk": _DESK
    | {"orders.edit", "orders.ship", "orders.cancel", "orders.price", "orders.collect", "orders.reveal"}
    | {"orders.invoice", "customers.view", "customers.edit", "pickup.verify"}
    | {"aftersales.view", "aftersales.handle", "aftersales.receive"},
    "warehouse": _DESK
    | {"orders.ship", "orders.reveal", "products.stock", "aftersales.view", "aftersales.receive"},
    "support": _DESK
    | {"orders.edit", "orders.cancel", "orders.reveal", "customers.view", "customers.edit"}
    | {"aftersales.view", "aftersales.handle"},
    "finance": frozenset(
        {"orders.view", "orders.collect", "orders.refund", "orders.invoice", "orders.export"}
        | {"customers.view", "customers.balance", "aftersales.view", "money.match"}
        | {"settings.view", "insight.view"}
    ),
    "store_clerk": frozenset({"orders.view", "alerts.handle", "pickup.verify"}),
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


REFUNDING_RIGHTS = frozenset({"orders.cancel", "orders.refund", "aftersales.handle", "aftersales.receive"})
"""Whoever holds one of these can make money go back: by itself, or as a part of cancelling or settling a case."""
_MAKING_MONEY = frozenset({"orders.price", "orders.collect", "customers.balance"})


def can_refund(rights: frozenset[str]) -> bool:
    """Whether somebody with these capabilities can make money go back: whom a refund limit binds."""
    return bool(rights & REFUNDING_RIGHTS)


def can_make_money(rights: frozenset[str]) -> bool:
    """Whether somebody with these capabilities can make money by a word: whom a money limit binds."""
    return bool(rights & _MAKING_MONEY)


def check_money_limit(actor: Actor, amount_fen: int) -> None:
    """Raise Refused `over_money_limit` (403) when this member of staff may not make so much money by a word.

    A top-up, a transfer that is recorded, a price that is lowered: what no gateway confirms.
    """
    limit = actor.money_limit_fen
    if actor.kind == ActorKind.STAFF and limit is not None and amount_fen > limit:
        message = _("This is more than you may do by yourself. Ask a manager.")
        raise Refused("over_money_limit", message, 403, limit_fen=limit)


def has_capability(actor: Actor, capability: str) -> bool:
    """Staff need the capability; the system and the gateway act for the shop itself; others never have one."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.GATEWAY):
        return True
    return actor.kind == ActorKind.STAFF and capability in actor.capabilities


def has_any(actor: Actor, capabilities: Iterable[str]) -> bool:
    """Whether the actor has at least one of these."""
    return any(has_capability(actor, name) for name in capabilities)


def require(actor: Actor, capability: str) -> None:
    """Raise Refused `forbidden` (403) unless the actor has the capability."""
    if not has_capability(actor, capability):
        raise Refused("forbidden", _("Your role does not allow this. Ask the owner or a manager."), 403)
