"""The desk in the navigation."""

from operator import attrgetter

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.bills.selectors import list_open
from orders.desk.cod.owed import list_owed
from orders.desk.list.kinds import ORDINARY, PICKUP, OrderKind, find_kind
from orders.desk.refunds.shelves import list_for_people
from orders.exports.selectors import list_unfetched
from orders.invoices.selectors import list_waiting
from orders.scope import real_orders_of, scope_key
from orders.tracking.selectors import list_troubled
from orders.wechat_report.selectors import list_troubled as list_untold
from shop.console.navigation import Entry, Group, Work, register


def _is_home(request: HttpRequest) -> bool:
    return request.path == reverse("desk:home")


def _has_own_entry(request: HttpRequest) -> bool:
    """What lies below the list, and has an entry of its own."""
    own = tuple(reverse(f"orders:{name}") for name in _OWN_ENTRIES)
    return request.path.startswith(own) or _is_shipping_by_sheet(request)


_OWN_ENTRIES = ("station", "collections", "tracking_board", "wechat_reports", "cod", "invoices", "refunds")


def _is_handing_over(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("orders:collections"))


def _is_tracking(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("orders:tracking_board"))


def _is_telling_wechat(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("orders:wechat_reports"))


def _is_shipping_by_sheet(request: HttpRequest) -> bool:
    """Below its address lie the dialogs of the list too."""
    return request.path in (reverse("orders:ship_sheet"), reverse("orders:ship_waiting"))


def _kind_entry(place: int, kind: OrderKind, icon: str, group: Group = Group.ORDERS) -> Entry:
    return Entry(
        group,
        place,
        kind.title,
        "orders:list",
        icon,
        "orders.view",
        kind.query,
        is_here=lambda request: not _has_own_entry(request) and find_kind(request.GET) is kind,
        work=Work(scope_key, lambda scope: real_orders_of(scope).filter(kind.work)),
    )


register(
    Entry(Group.HOME, 10, _("Home"), "desk:home", "home", None, is_here=_is_home),
    _kind_entry(10, ORDINARY, "clipboard-list"),
    _kind_entry(10, PICKUP, "building-store", Group.PICKUP),
    Entry(
        Group.ORDERS,
        31,
        _("Refunds"),
        "orders:refunds",
        "arrow-back-up",
        "orders.refund",
        work=Work(scope_key, list_for_people),
    ),
    Entry(
        Group.ORDERS,
        34,
        _("Ship by sheet"),
        "orders:ship_sheet",
        "upload",
        "orders.ship",
        is_here=_is_shipping_by_sheet,
    ),
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
    Entry(
        Group.ORDERS,
        38,
        _("WeChat reports"),
        "orders:wechat_reports",
        "brand-wechat",
        "orders.ship",
        is_here=_is_telling_wechat,
        work=Work(scope_key, list_untold),
    ),
    Entry(
        Group.ORDERS,
        39,
        _("Cash on delivery"),
        "orders:cod",
        "cash",
        "orders.collect",
        work=Work(scope_key, list_owed),
    ),
    Entry(
        Group.ORDERS,
        40,
        _("Invoices"),
        "orders:invoices",
        "file-invoice",
        "orders.invoice",
        work=Work(scope_key, list_waiting),
    ),
    Entry(
        Group.ORDERS,
        42,
        _("Money and bills"),
        "money:days",
        "building-bank",
        "money.match",
        work=Work(scope_key, list_open),
    ),
    Entry(
        Group.ORDERS,
        45,
        _("Exports"),
        "exports:list",
        "download",
        "orders.export",
        work=Work(attrgetter("id"), list_unfetched),
    ),
    Entry(Group.SHOP, 20, _("Customers"), "customers:list", "users", "customers.view"),
    Entry(Group.SETTINGS, 30, _("Record"), "audit:list", "history", "audit.view"),
)
