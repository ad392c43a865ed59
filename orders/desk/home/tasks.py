"""Work on the home page that is about orders and is no stage of theirs, one row for each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.selectors import list_asked, list_disputed, list_here
from orders.bills.selectors import list_open_of_orders
from orders.collections.selectors import list_troubled as list_uncollected
from orders.collections.waiting import list_waiting
from orders.desk.cod.owed import list_owed, say_since
from orders.invoices.selectors import list_asked as list_invoices_asked
from orders.invoices.selectors import list_to_correct as list_invoices_to_correct
from orders.models import Order
from orders.printing.selectors import list_troubled as list_unprinted
from orders.shipping.selectors import list_open_intercepts
from orders.tracking.selectors import list_troubled as list_lost
from orders.waybills.selectors import list_troubled as list_unlabelled
from orders.wechat_report.selectors import list_troubled as list_untold
from pickup.uncollected.models import Waiting
from pickup.uncollected.selectors import list_uncollected as list_not_picked_up
from shop import clock
from shop.words import fill


@dataclass(frozen=True)
class Task:
    """One kind of work: its `place` on the page, who does it, and `find`, which gives its rows by a key of scope.

    Those come first that `order_by` says; `about` says what the home page tells of a row beside its order, and
    `order_id` where that stands. `address` is the route of the page with all of them.
    """

    place: int
    capability: str
    name: str
    title: Any
    tone: str
    find: Callable[[str], "QuerySet[Any]"]
    about: Callable[[Any], str]
    address: str
    order_by: tuple[str, ...] = ("id",)
    joins: tuple[str, ...] = ()
    order_id: str = "order_id"


def _tell_waiting(row: Waiting) -> str:
    store = row.order.pickup_store
    since = fill(_("waits since %(day)s"), {"day": f"{timezone.localtime(row.since):%Y-%m-%d}"})
    return f"{store.name} · {since}" if store else str(since)


def _tell_owed(order: Order) -> str:
    return str(_("Refused, on its way back")) if order.is_coming_back else say_since(order, clock.now())


TASKS = (
    Task(
        16,
        "pickup.verify",
        "not_picked_up",
        _("Not picked up"),
        "overdue",
        list_not_picked_up,
        _tell_waiting,
        "uncollected:board",
        order_by=("due_at", "pk"),
        joins=("order__pickup_store",),
    ),
    Task(
        17,
        "aftersales.supervise",
        "disputes",
        _("Disputes to decide"),
        "overdue",
        list_disputed,
        lambda row: f"{row.get_kind_display()} · {row.reason_name}",
        "aftersales:list",
        order_by=("pk",),
    ),
    Task(
        18,
        "aftersales.handle",
        "aftersales",
        _("After-sales to answer"),
        "move",
        list_asked,
        lambda row: f"{row.get_kind_display()} · {row.reason_name}",
        "aftersales:list",
        order_by=("due_at", "pk"),
    ),
    Task(
        19,
        "aftersales.receive",
        "returns",
        _("Returns that are here"),
        "move",
        list_here,
        lambda row: f"{row.get_state_display()} · {row.reason_name}",
        "aftersales:list",
        order_by=("due_at", "pk"),
    ),
    Task(
        45,
        "orders.ship",
        "waybills",
        _("E-waybills to look at"),
        "overdue",
        list_unlabelled,
        lambda row: f"{row.courier_name} {row.last_error}",
        "orders:waybills",
    ),
    Task(
        46,
        "orders.ship",
        "prints",
        _("Prints to look at"),
        "overdue",
        list_unprinted,
        lambda row: f"{row.printer.name} {row.last_error}",
        "orders:printing",
        joins=("printer",),
    ),
    Task(
        47,
        "orders.ship",
        "intercepts",
        _("Intercepts"),
        "overdue",
        list_open_intercepts,
        lambda row: f"{row.get_kind_display()} · {row.parcel.name}",
        "orders:intercepts",
        joins=("parcel",),
    ),
    Task(
        48,
        "orders.ship",
        "collections",
        _("Collections to look at"),
        "overdue",
        list_uncollected,
        lambda row: f"{row.parcel.courier_name} {row.last_error}",
        "orders:collections",
        joins=("parcel",),
    ),
    Task(
        49,
        "orders.ship",
        "to_hand_over",
        _("Parcels to hand over"),
        "move",
        list_waiting,
        attrgetter("name"),
        "orders:to_hand_over",
        order_by=("sent_at", "pk"),
    ),
    Task(
        52,
        "orders.ship",
        "trackings",
        _("Parcels in trouble"),
        "overdue",
        list_lost,
        lambda row: f"{row.get_trouble_display()} · {row.courier_name}",
        "orders:tracking_board",
    ),
    Task(
        54,
        "orders.ship",
        "wechat_reports",
        _("WeChat was not told"),
        "overdue",
        list_untold,
        attrgetter("last_error"),
        "orders:wechat_reports",
    ),
    Task(
        58,
        "orders.collect",
        "cod",
        _("Cash on delivery not in yet"),
        "move",
        list_owed,
        _tell_owed,
        "orders:cod",
        order_by=("shipped_at", "pk"),
        order_id="pk",
    ),
    Task(
        59,
        "orders.invoice",
        "invoices",
        _("Invoices to issue"),
        "move",
        list_invoices_asked,
        lambda row: row.get_holder_display(),
        "orders:invoices",
        joins=("order",),
    ),
    Task(
        60,
        "orders.invoice",
        "invoices_to_correct",
        _("Invoices to correct"),
        "overdue",
        list_invoices_to_correct,
        attrgetter("number"),
        "orders:invoices",
    ),
    Task(
        61,
        "money.match",
        "differences",
        _("Differences with the bills"),
        "overdue",
        list_open_of_orders,
        lambda row: str(row.get_kind_display()),
        "money:differences",
    ),
)
