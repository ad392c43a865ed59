"""Which kinds of alerts are whose: who holds the capability sees, hears and handles them."""

from notifications.models import AlertKind
from shop.access import has_capability
from shop.actor import Actor

CAPABILITY_OF: dict[AlertKind, str] = {
    AlertKind.NEW_ORDER: "alerts.handle",
    AlertKind.STOCK_SHORT: "alerts.handle",
    AlertKind.URGE: "alerts.handle",
    AlertKind.BOOKS_BROKEN: "alerts.handle",
    AlertKind.LOW_STOCK: "products.view",
    AlertKind.TRANSFER: "orders.collect",
    AlertKind.LATE_PAYMENT: "orders.refund",
    AlertKind.MISMATCH: "orders.refund",
    AlertKind.REFUND_FAILED: "orders.refund",
    AlertKind.REFUND_STUCK: "orders.refund",
    AlertKind.REFUND_TWICE: "orders.refund",
    AlertKind.REFUND_OUTSIDE: "orders.refund",
    AlertKind.ATTEMPT_STUCK: "orders.refund",
    AlertKind.GATEWAY_SILENT: "orders.refund",
}

Kinds = tuple[str, ...]
ALL_KINDS: Kinds = tuple(CAPABILITY_OF)
"""What the version after this one may have raised is no kind that this one can tell of."""


def kinds_of(actor: Actor) -> Kinds:
    """The kinds this actor may handle, which are those that are shown and spoken to them."""
    return tuple(kind.value for kind, name in CAPABILITY_OF.items() if has_capability(actor, name))
