"""The sheet of buyers: one row for each who placed one of the chosen orders, with what these came to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import NAME, PHONE, Sheet, Source, by_name, column, yes, yuan
from orders.models import Order
from orders.stages import Stage
from shop.customers.models import Customer

_SUMS: dict[str, Any] = {
    "orders": Count("pk"),
    "closed": Count("pk", filter=Q(stage=Stage.CLOSED)),
    "pieces": Sum("pieces"),
    "paid_fen": Sum("paid_fen"),
    "refunded_fen": Sum("refunded_fen"),
    "first_at": Min("placed_at"),
    "last_at": Max("placed_at"),
}


@dataclass(slots=True)
class BuyerRow:
    """`of` is what the chosen orders of this buyer come to."""

    buyer: Customer
    of: dict[str, Any]


def _list_buyer_ids(orders: "QuerySet[Order]") -> Iterator[int]:
    ids = orders.order_by("customer_id").values_list("customer_id", flat=True).distinct()
    return ids.iterator(10_000)


def _read(source: Source) -> Iterator[BuyerRow]:
    chosen = source.orders.filter(customer_id__in=source.ids).order_by().values("customer_id")
    sums: dict[int, Any] = {row["customer_id"]: row for row in chosen.annotate(**_SUMS)}
    for buyer in Customer.objects.filter(pk__in=sums).order_by("pk"):
        yield BuyerRow(buyer, sums[buyer.pk])


BUYERS = Sheet(
    _("Buyers"),
    by_name(
        column("buyer", _("Customer number"), lambda row: str(row.buyer.pk)),
        column("nickname", _("Nickname"), lambda row: row.buyer.nickname, mask=NAME),
        column("phone", _("Phone"), lambda row: row.buyer.phone, mask=PHONE),
        column("since", _("Customer since"), lambda row: row.buyer.created_at),
        column("orders", _("Orders"), lambda row: row.of["orders"]),
        column("closed", _("Closed orders"), lambda row: row.of["closed"]),
        column("pieces", _("Pieces"), lambda row: row.of["pieces"]),
        column("paid_yuan", _("Paid"), lambda row: yuan(row.of["paid_fen"])),
        column("refunded_yuan", _("Refunded"), lambda row: yuan(row.of["refunded_fen"])),
        column("first_at", _("First order"), lambda row: row.of["first_at"]),
        column("last_at", _("Last order"), lambda row: row.of["last_at"]),
        column("spent_yuan", _("Spent in all"), lambda row: yuan(row.buyer.spent_fen)),
        column("balance_yuan", _("Balance"), lambda row: yuan(row.buyer.balance_fen)),
        column("is_blocked", _("Blocked"), lambda row: yes(row.buyer.is_blocked)),
        column("remark", _("Remark about the buyer"), lambda row: row.buyer.remark),
    ),
    (
        *("buyer", "nickname", "phone", "since", "orders", "pieces", "paid_yuan", "refunded_yuan"),
        *("first_at", "last_at", "spent_yuan"),
    ),
    _read,
    _list_buyer_ids,
)
