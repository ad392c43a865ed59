"""The pages that are measured: one of each kind of view, filter and key, old hits included."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from bench.kit.bare import (
    Statement,
    page_by_hash,
    page_by_tracking_no,
    page_by_trade_no,
    page_of_goods,
    page_where,
)
from bench.kit.past.goods import DISCONTINUED
from orders.archive import find_archive
from orders.models import HashKind, Order
from orders.search import hash_value
from orders.shipping.models import Parcel
from orders.stages import Stage
from shop import clock

LIST = "/console/orders/"
PAGE = 20


@dataclass(frozen=True)
class Page:
    """`promised` is the p50 of the whole response in ms at 1 M orders, 0 where there is no promise."""

    name: str
    path: str
    bare: Statement | None
    promised: int = 0

    @property
    def has_counts(self) -> bool:
        """Tabs and queues are counted beside a list that nothing else narrows."""
        names = {pair.partition("=")[0] for pair in self.path.partition("?")[2].split("&")}
        return names <= {"", "tab", "queue", "older"}


def list_pages() -> list[Page]:
    newest, middle, oldest = _pick(1.0), _pick(0.5), _pick(0.02)
    return [
        *_list_views(newest),
        *_list_filters(oldest.recipient[:1]),
        *_list_searches(middle, oldest),
        *_list_others(middle),
    ]


def _pick(part: float) -> Order:
    """A shipped order at this part of the history."""
    last = Order.objects.order_by("-pk").values_list("pk", flat=True)[0]
    orders = Order.objects.filter(
        pk__lte=int(last * part), stage__in=[Stage.SHIPPED, Stage.DONE], paid_fen__gt=0
    )
    return orders.exclude(delivery="local").order_by("-pk")[0]


def _list_views(newest: Order) -> list[Page]:
    page_500, page_1000 = newest.pk - 500 * PAGE, newest.pk - 1000 * PAGE
    return [
        Page("list, first page", LIST, page_where(), 25),
        Page("page 500", f"{LIST}?older={page_500}", page_where("id < %s", page_500), 25),
        Page("page 1000", f"{LIST}?older={page_1000}", page_where("id < %s", page_1000), 25),
        Page("tab to ship", f"{LIST}?tab=to_ship", page_where("stage IN ('confirmed', 'preparing')"), 25),
        Page("tab completed", f"{LIST}?tab=done", page_where("stage = 'done'"), 25),
        Page("tab archived", f"{LIST}?tab=archived", None),
        Page("at the edge of the archive", f"{LIST}?older={_find_edge()}", None),
        Page("completed, beyond the edge", f"{LIST}?tab=done&older={_find_edge() // 2}", None),
    ]


def _find_edge() -> int:
    """The order from which on nothing is archived."""
    archive = find_archive(180)
    return archive.find_edge(Order.objects.all()) if archive else 0


def _list_filters(surname: str) -> list[Page]:
    day = clock.now() - timedelta(days=200)
    span = {"date": "paid", "since": f"{day:%Y-%m-%d}", "until": f"{day + timedelta(days=3):%Y-%m-%d}"}
    paid = page_where(
        "paid_at >= %s AND paid_at < %s", day, day + timedelta(days=3), order="paid_at DESC, id DESC"
    )
    overdue = page_where(
        "stage IN ('to_confirm', 'confirmed', 'preparing') AND NOT is_held AND ship_by <= %s",
        clock.now(),
    )
    remark = page_where("NOT (buyer_remark = '' AND seller_remark = '')")
    return [
        Page("paid on four days", f"{LIST}?{urlencode(span)}", paid),
        Page("queue overdue", f"{LIST}?queue=overdue", overdue),
        Page("with a remark", f"{LIST}?remark=yes", remark),
        Page("not printed", f"{LIST}?printed=no", page_where("printed_at IS NULL")),
        Page("cash on delivery", f"{LIST}?pay=cod", page_where("pay_method = 'cod'")),
        Page(
            "pickup (there are none)",
            f"{LIST}?delivery=pickup",
            page_where("delivery = 'pickup' AND stage = 'done'"),
        ),
        Page("surname filter", f"{LIST}?{urlencode({'recipient': surname})}", None),
        Page("above ¥2,000", f"{LIST}?above=2000", page_where("payable_fen >= 200000")),
        Page("product filter", f"{LIST}?{urlencode({'product': '高山绿茶'})}", page_of_goods("高山绿茶")),
    ]


def _list_searches(middle: Order, oldest: Order) -> list[Page]:
    def by_text(name: str, text: str, bare: Statement, promised: int = 25) -> Page:
        return Page(name, f"{LIST}?{urlencode({'q': text})}", bare, promised)

    def by_hash(name: str, kind: HashKind, text: str, promised: int = 25) -> Page:
        return by_text(name, text, page_by_hash(kind, hash_value(kind, text)), promised)

    def by_goods(name: str, words: str) -> Page:
        return by_text(name, words, page_of_goods(words), 30)

    middle_part = oldest.number[7:13]
    trade_no = oldest.payments.values_list("trade_no", flat=True)[0]
    parcels = Parcel.objects.filter(lines__order_line__order=oldest)
    tracking_no = parcels.values_list("tracking_no", flat=True)[0]
    return [
        by_text("whole order number", middle.number, page_where("number = %s", middle.number), 10),
        Page(
            "six digits of an old number",
            f"{LIST}?q={middle_part}",
            page_where("number LIKE %s", f"%{middle_part}%"),
        ),
        by_hash("phone", HashKind.PHONE, middle.phone),
        by_hash("last digits of the phone", HashKind.PHONE4, middle.phone[-4:], 20),
        by_hash("recipient", HashKind.RECIPIENT, oldest.recipient),
        by_hash("surname", HashKind.SURNAME, oldest.recipient[:1]),
        by_text("tracking number, old", tracking_no, page_by_tracking_no(tracking_no)),
        by_text("payment number, old", trade_no, page_by_trade_no(trade_no)),
        Page("SKU code", f"{LIST}?q={oldest.lines.values_list('sku__code', flat=True)[0]}", None),
        by_goods("product name (part)", "高山绿茶"),
        by_goods("product, two characters", "茶壶"),
        by_goods("product, discontinued", DISCONTINUED[:4]),
        by_goods("product, no hit", "恐龙"),
    ]


def _list_others(order: Order) -> list[Page]:
    return [
        Page("order detail", f"{LIST}{order.number}/", None, 30),
        Page("home page with its numbers", "/console/", None, 60),
        Page("alerts, unhandled", "/console/alerts/", None, 25),
        Page("customers by last digits", f"/console/customers/?who={order.phone[-4:]}", None),
    ]
