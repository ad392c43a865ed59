"""Bills for the tests: yesterday's of the pretend WeChat, and files that are written line by line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction

from orders.bills.days import A_DAY, BEIJING, day_of, start_of
from orders.bills.models import Bill, Difference, DifferenceKind
from orders.bills.services.fetching import fetch_again, open_bills
from orders.bills.services.findings import Finding
from orders.bills.services.keeping import Place, keep_finding
from orders.bills.tasks import fetch_bill
from orders.models import Order
from orders.payments.tasks import query_payment
from shop import clock
from shop.actor import SYSTEM
from shop.demo.standins.wechat.bills import TRADE_COLUMNS, TRADE_TOTALS
from shop.events.delivery import drain
from shop.moves.services import begin
from shop.store.models import WeChatAccount
from tests import cast
from tests.expect import fresh
from tests.gateway import Gateway

FINANCE = cast.clerk("finance")
NOON = timedelta(hours=12)


def yesterday() -> date:
    return day_of(datetime.now(BEIJING)) - A_DAY


def paid_yesterday(gateway: Gateway, *, at: timedelta = NOON, knows: bool = True, **kwargs: Any) -> Order:
    """An order whose buyer paid yesterday, which the shop has heard of unless it `knows` nothing."""
    order = cast.place(**kwargs)
    attempt = gateway.take_money(order)
    moment = start_of(yesterday()) + at
    gateway.server.world.ledger.write(
        "UPDATE trades SET paid_at = ? WHERE number = ?", moment.timestamp(), attempt.number
    )
    if knows:
        query_payment(attempt.pk)
    return fresh(order)


def fetch(day: date | None = None) -> Bill:
    """Have the bills of a day fetched and compared; the one of payments."""
    day = day or yesterday()
    if not Bill.objects.filter(day=day).exists():
        open_bills(day.toordinal())
    for bill in Bill.objects.filter(day=day):
        if bill.state not in ("waiting", "fetched"):
            fetch_again(bill.pk, actor=FINANCE)
        fetch_bill(bill.pk)
    drain()
    return Bill.objects.get(day=day, kind="trades")


def kinds() -> list[tuple[str, str]]:
    """What does not agree, with its state."""
    return [(row.kind, row.state) for row in Difference.objects.order_by("pk")]


def only_difference() -> Difference:
    return Difference.objects.get()


@contextmanager
def at_ten() -> Iterator[None]:
    """Today, when the bills of yesterday are ready."""
    with clock.at(start_of(yesterday() + A_DAY) + timedelta(hours=11)):
        yield


def made_bill(day: date | None = None, kind: str = "trades") -> Bill:
    """A bill that is to be fetched, of the shop's merchant number; there is one of a day and kind."""
    names = {"platform": "wechat", "mchid": WeChatAccount.objects.get().mchid, "kind": kind}
    if known := Bill.objects.filter(day=day or yesterday(), **names).first():
        return known
    bill = Bill(day=day or yesterday(), next_try_at=clock.now(), **names)
    with transaction.atomic():
        begin(bill, "bill.open", actor=SYSTEM)
    return bill


def made_difference(order: Order | None = None, **said: Any) -> Difference:
    """A payment that only the bill of yesterday tells of."""
    values: dict[str, Any] = {
        "kind": DifferenceKind.UNKNOWN_PAYMENT,
        "trade_no": f"42000000000000{Difference.objects.count():014d}",
        "number": f"{order.number}-9" if order else "another-shop-1",
        "theirs_fen": 88_00,
        "theirs": "paid",
        "order_id": order.pk if order else None,
    }
    finding = Finding(**values | said)
    with transaction.atomic():
        keep_finding(Place("wechat", "1900000001", yesterday()), finding)
    return Difference.objects.get(trade_no=finding.trade_no, refund_no=finding.refund_no, kind=finding.kind)


PAID: dict[str, str] = {
    "交易时间": "2026-11-29 12:00:00",
    "公众账号ID": "wx1",
    "商户号": "1900000001",
    "特约商户号": "0",
    "微信订单号": "4200000001",
    "商户订单号": "261129000000000011-1",
    "交易类型": "JSAPI",
    "交易状态": "SUCCESS",
    "货币种类": "CNY",
    "应结订单金额": "50.00",
    "代金券金额": "0.00",
    "微信退款单号": "0",
    "商户退款单号": "0",
    "退款金额": "0.00",
    "充值券退款金额": "0.00",
    "商品名称": "高山茶,两罐",
    "手续费": "0.30000",
    "费率": "0.60%",
    "订单金额": "50.00",
    "申请退款金额": "0.00",
}
BACK: dict[str, str] = PAID | {
    "交易状态": "REFUND",
    "应结订单金额": "0.00",
    "微信退款单号": "5000000001",
    "商户退款单号": "261129000000000011R-1",
    "退款金额": "20.00",
    "退款类型": "ORIGINAL",
    "退款状态": "SUCCESS",
    "手续费": "-0.12000",
    "订单金额": "0.00",
    "申请退款金额": "20.00",
}
TOTALS = dict(zip(TRADE_TOTALS, ["2", "50.00", "20.00", "0.00", "0.18000", "50.00", "20.00"], strict=True))


def write_bill(
    *rows: dict[str, str], columns: tuple[str, ...] = TRADE_COLUMNS, totals: dict[str, str] | None = None
) -> str:
    """The text of a bill of payments of WeChat Pay."""
    totals = TOTALS if totals is None else totals
    lines = [",".join(columns)]
    lines += [",".join(f"`{row.get(name, '')}" for name in columns) for row in rows]
    lines += [",".join(totals), ",".join(f"`{value}" for value in totals.values())]
    return "\r\n".join(lines) + "\r\n"


def as_file(text: str, encoding: str = "utf-8") -> BytesIO:
    return BytesIO(text.encode(encoding))
