"""The desk in the navigation."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.list.kinds import AFTERSALE, ORDINARY, PICKUP, OrderKind, find_kind
from orders.scope import real_orders_of, scope_key
from orders.tracking.selectors import list_troubled
from shop.console.navigation import Entry, Group, Work, register


def _is_home(request: HttpRequest) -> bool:
    return request.path == reverse("desk:home")


def _has_own_entry(request: HttpRequest) -> bool:
    """What lies below the list, and has an entry of its own."""
    return (
        request.path.startswith(reverse("orders:station"))
        or _is_handing_over(request)
        or _is_tracking(request)
    )


def _is_handing_over(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("orders:collections"))


def _is_tracking(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("orders:tracking_board"))


def _kind_entry(place: int, kind: OrderKind, icon: str) -> Entry:
    return Entry(
        Group.ORDERS,
        place,
        kind.title,
        "orders:list",
        icon,
        "orders.view",
        kind.query,
        is_here=lambda request: not _has_own_entry(request) and find_kind(request.GET) is kind,
        work=Work(scope_key, lambda scope: real_orders_of(scope).filter(kind.work)),
        is_soon=kind.is_soon,
    )


register(
    Entry(Group.HOME, 10, _("Home"), "desk:home", "home", None, is_here=_is_home),
    _kind_entry(10, ORDINARY, "clipboard-list"),
    _kind_entry(20, PICKUP, "building-store"),
    _kind_entry(30, AFTERSALE, "receipt-refund"),
    Entry(Group.ORDERS, 35, _("Scan station"), "orders:station", "scan", "orders.ship"),
    Entry(
        Group.ORDERS,
        36,
        _("Handing over"),
        "orders:to_hand_over",
        "truck-delivery",
        "orders.ship",
        is_here=_is_handing_over,
    ),
    Entry(
        Group.ORDERS,
        37,
        _("Parcel trouble"),
        "orders:tracking_board",
        "package-off",
        "orders.ship",
        is_here=_is_tracking,
        work=Work(scope_key, list_troubled),
    ),
    Entry(Group.SHOP, 20, _("Customers"), "customers:list", "users", "customers.view"),
    Entry(Group.SETTINGS, 30, _("Record"), "audit:list", "history", "audit.view"),
)
