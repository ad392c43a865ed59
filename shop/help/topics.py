"""What the help tells of: every topic, and the pages that it explains.

The text of a topic stands once for each language in `templates/help/<language>/<slug>.html`.
"""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability
from shop.actor import Actor
from shop.console.navigation import Group


@dataclass(frozen=True)
class Topic:
    """`pages` are the names of the addresses whose page it explains; what is asked on a page belongs to the page."""

    slug: str
    group: Group
    title: Any
    pages: tuple[str, ...] = ()


TOPICS = (
    Topic("home", Group.HOME, _("Home"), ("desk:home",)),
    Topic("first-day", Group.HOME, _("First day"), ("store:first_day",)),
    Topic("orders", Group.ORDERS, _("List of orders"), ("orders:list",)),
    Topic("search", Group.ORDERS, _("Searching")),
    Topic("order", Group.ORDERS, _("One order"), ("orders:detail",)),
    Topic("printing", Group.ORDERS, _("Printing"), ("orders:printing", "orders:print_job")),
    Topic("merging", Group.ORDERS, _("Merging orders")),
    Topic("shipping", Group.ORDERS, _("Shipping")),
    Topic(
        "parcels",
        Group.ORDERS,
        _("After shipping"),
        ("orders:intercepts", "orders:intercept"),
    ),
    Topic("handing-over", Group.ORDERS, _("Handing over"), ("orders:to_hand_over", "orders:collections")),
    Topic("bulk", Group.ORDERS, _("Ship by sheet"), ("orders:ship_sheet",)),
    Topic(
        "wechat-shipping",
        Group.ORDERS,
        _("Shipping told to WeChat"),
        ("orders:wechat_reports", "orders:wechat_report"),
    ),
    Topic("tracking", Group.ORDERS, _("Parcels in trouble"), ("orders:tracking_board", "orders:tracking")),
    Topic("station", Group.ORDERS, _("Scan station"), ("orders:station",)),
    Topic("labels", Group.ORDERS, _("E-waybills"), ("orders:waybills", "orders:waybill")),
    Topic("payments", Group.ORDERS, _("Being paid")),
    Topic("cod", Group.ORDERS, _("Cash on delivery"), ("orders:cod", "orders:remit")),
    Topic(
        "invoices", Group.ORDERS, _("Invoices"), ("orders:invoices", "orders:invoice", "orders:ask_invoice")
    ),
    Topic(
        "after-sales",
        Group.ORDERS,
        _("After-sales"),
        ("aftersales:list", "aftersales:detail", "aftersales:open", "aftersales:quality"),
    ),
    Topic("disputes", Group.ORDERS, _("Disputes"), ()),
    Topic(
        "bills",
        Group.ORDERS,
        _("Money and bills"),
        ("money:days", "money:bill", "money:differences", "money:difference", "money:upload"),
    ),
    Topic("refunds", Group.ORDERS, _("Cancelling and refunding"), ("orders:refunds",)),
    Topic("alerts", Group.ORDERS, _("Alerts"), ("alerts:list",)),
    Topic(
        "exports",
        Group.ORDERS,
        _("Exports"),
        ("exports:list", "exports:new", "exports:export", "exports:add_layout", "exports:layout"),
    ),
    Topic("jobs", Group.ORDERS, _("Jobs"), ("jobs:list", "jobs:job")),
    Topic("pickup", Group.PICKUP, _("Verifying pickups"), ("pickup:records",)),
    Topic(
        "verifiers",
        Group.PICKUP,
        _("Verifiers"),
        (
            *("pickup:verifiers", "pickup:appoint", "pickup:verifier"),
            *("pickup:invites", "pickup:invite_somebody", "pickup:invite"),
        ),
    ),
    Topic("cash-sheets", Group.PICKUP, _("Cash sheets"), ("cash:list", "cash:sheet")),
    Topic("uncollected", Group.PICKUP, _("Not picked up"), ("uncollected:board",)),
    Topic(
        "products",
        Group.SHOP,
        _("Products"),
        ("catalog:list", "catalog:product", "catalog:add", "catalog:edit"),
    ),
    Topic("stock", Group.SHOP, _("Stock-take"), ("stock:count",)),
    Topic("sheets", Group.SHOP, _("Uploading a sheet"), ("catalog:import", "stock:import")),
    Topic("customers", Group.SHOP, _("Customers"), ("customers:list", "customers:customer")),
    Topic("settings", Group.SETTINGS, _("Store settings"), ("store:settings",)),
    Topic(
        "freight",
        Group.SETTINGS,
        _("Freight templates"),
        ("freight:list", "freight:add", "freight:template"),
    ),
    Topic("area", Group.SETTINGS, _("Delivery area"), ("store:area",)),
    Topic(
        "stores",
        Group.SETTINGS,
        _("Stores"),
        ("store:pickup_stores", "store:add_pickup_store", "store:pickup_store"),
    ),
    Topic(
        "after-sales-terms",
        Group.SETTINGS,
        _("Terms of after-sales"),
        (
            *("aftersales:settings", "aftersales:new_reason", "aftersales:reason"),
            *("aftersales:new_return_address", "aftersales:return_address"),
        ),
    ),
    Topic(
        "couriers",
        Group.SETTINGS,
        _("Couriers and labels"),
        (
            *("couriers:overview", "couriers:add_sender", "couriers:sender"),
            *("couriers:courier", "couriers:provider"),
        ),
    ),
    Topic(
        "printers",
        Group.SETTINGS,
        _("Printers"),
        ("printers:overview", "printers:add", "printers:printer"),
    ),
    Topic("wechat", Group.SETTINGS, _("WeChat"), ("store:wechat",)),
    Topic("alipay", Group.SETTINGS, _("Alipay"), ("store:alipay",)),
    Topic("voice", Group.SETTINGS, _("Voice of alerts"), ("voice:settings", "voice:kind")),
    Topic("robots", Group.SETTINGS, _("Group robots"), ("robots:overview", "robots:add", "robots:robot")),
    Topic("staff", Group.SETTINGS, _("Staff"), ("staff:people", "staff:person", "staff:hire")),
    Topic("record", Group.SETTINGS, _("Record"), ("audit:list",)),
    Topic("stuck", Group.SETTINGS, _("Put aside"), ("stuck:list",)),
    Topic("account", Group.SETTINGS, _("Password and devices"), ("staff:me",)),
)
"""In the order of the contents."""

_BY_SLUG = {topic.slug: topic for topic in TOPICS}
_BY_PAGE = {page: topic for topic in TOPICS for page in topic.pages}


def get_topic(slug: str) -> Topic | None:
    return _BY_SLUG.get(slug)


def list_groups() -> list[tuple[Group, list[Topic]]]:
    """All topics, by the part of the navigation that they belong to."""
    return [(group, list(topics)) for group, topics in groupby(TOPICS, key=attrgetter("group"))]


def find_topic(request: HttpRequest) -> Topic | None:
    """The topic of the page that somebody looks at; a dialog's address stands below that of its page."""
    match = request.resolver_match
    if match is None or match.namespace == "help":
        return None
    return _BY_PAGE.get(match.view_name) or _find_above(request.path_info)


def find_page_url(topic: Topic, actor: Actor) -> str:
    """Where the page is that it explains, if it needs no more to be named and is the actor's to see; else ""."""
    for page in topic.pages:
        try:
            url = reverse(page)
        except NoReverseMatch:
            continue
        capability = resolve(url).func.capability  # type: ignore[attr-defined]  # set by `staff_page`
        if capability is None or has_capability(actor, capability):
            return url
    return ""


def _find_above(path: str) -> Topic | None:
    while (path := path.rstrip("/").rpartition("/")[0] + "/") != "/":
        try:
            page = resolve(path).view_name
        except Resolver404:
            continue
        if page in _BY_PAGE:
            return _BY_PAGE[page]
    return None
