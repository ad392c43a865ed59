"""The same pages as SQL written by hand, fired from a bare psycopg connection."""

from collections.abc import Sequence
from typing import Any

import psycopg

_LINES = "SELECT * FROM orders_orderline WHERE order_id = ANY(%s) ORDER BY id"
_COURIERS = (
    "SELECT DISTINCT l.order_id, p.courier FROM shipping_parcel p JOIN shipping_parcelline i ON i.parcel_id = p.id "
    "JOIN orders_orderline l ON l.id = i.order_line_id WHERE l.order_id = ANY(%s) AND p.state <> 'undone'"
)
_BY_HASH = (
    "SELECT o.* FROM (SELECT order_id FROM orders_blindindex WHERE {kind} = %s "
    "ORDER BY order_id DESC LIMIT 21) k JOIN orders_order o ON o.id = k.order_id ORDER BY o.id DESC"
)
_WITH_PARCEL = (
    "id IN (SELECT l.order_id FROM shipping_parcel p JOIN shipping_parcelline i ON i.parcel_id = p.id "
    "JOIN orders_orderline l ON l.id = i.order_line_id WHERE p.tracking_no = %s AND p.state <> 'undone')"
)
_BY_SKU = (
    "SELECT o.* FROM (SELECT DISTINCT l.order_id FROM (SELECT DISTINCT sku_id FROM orders_soldname "
    "WHERE text LIKE %s) s CROSS JOIN LATERAL (SELECT order_id FROM orders_orderline WHERE sku_id = s.sku_id "
    "ORDER BY order_id DESC LIMIT 21) l ORDER BY 1 DESC LIMIT 21) k "
    "JOIN orders_order o ON o.id = k.order_id ORDER BY o.id DESC"
)
_FRAME = (
    "SELECT * FROM staff_staffsession ORDER BY session_key LIMIT 1",
    "SELECT * FROM staff_staffuser WHERE id = 1",
    "SELECT * FROM staff_listlooks WHERE staff_id = 1",
    "SELECT * FROM store_storesettings WHERE id = 1",
    "SELECT count(*) FROM (SELECT 1 FROM notifications_alert WHERE handled_at IS NULL LIMIT 10001) a",
)
"""What every page of the console needs beside its own rows."""
_TO_SHIP = "stage IN ('confirmed', 'preparing') AND NOT is_held"
_IN_HAND = "stage IN ('to_confirm', 'confirmed', 'preparing') AND NOT is_held"
_COUNTS = " UNION ALL ".join(
    f"SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE {condition} LIMIT 10001) c"  # noqa: S608
    for condition in (
        *(f"stage = '{stage}'" for stage in ("unpaid", "to_confirm", "confirmed", "preparing")),
        *(f"stage = '{stage}'" for stage in ("shipped", "done", "closed")),
        f"{_IN_HAND} AND ship_by <= now()",
        f"{_IN_HAND} AND ship_by BETWEEN now() AND now() + interval '1 day'",
        f"{_TO_SHIP} AND (ship_by > now() + interval '1 day' OR ship_by IS NULL)",
        "is_short",
        "is_held",
        "id IN (SELECT order_id FROM payments_refund WHERE state = 'failed')",
        "id IN (SELECT order_id FROM payments_refund WHERE state = 'to_pay_out')",
        "proof_sent_at IS NOT NULL",
        "stage = 'unpaid' AND pay_by <= now() + interval '10 minutes'",
    )
)
Statement = tuple[str, Sequence[Any]]


def page_where(condition: str = "true", *values: Any, order: str = "id DESC") -> Statement:
    return f"SELECT * FROM orders_order WHERE {condition} ORDER BY {order} LIMIT 21", values  # noqa: S608


def page_by_hash(kind: str, value: int) -> Statement:
    return _BY_HASH.format(kind=kind), (value,)


def page_by_tracking_no(number: str) -> Statement:
    return page_where(_WITH_PARCEL, number)


def page_by_trade_no(number: str) -> Statement:
    return page_where("id IN (SELECT order_id FROM payments_payment WHERE trade_no = %s)", number)


def page_of_goods(words: str) -> Statement:
    return _BY_SKU, (f"%{words}%",)


def fetch_page(connection: "psycopg.Connection[Any]", statement: Statement, *, has_counts: bool) -> int:
    """The orders of a page with their lines and couriers, and the frame around them; how many orders there are."""
    for sql in _FRAME:
        connection.execute(sql).fetchall()
    if has_counts:
        count_all(connection)
    sql, values = statement
    cursor = connection.execute(sql, values)
    at = [column.name for column in cursor.description or ()].index("id")
    ids = [row[at] for row in cursor.fetchall()]
    for more in (_LINES, _COURIERS):
        connection.execute(more, (ids,)).fetchall()
    return len(ids)


def count_all(connection: "psycopg.Connection[Any]") -> None:
    """What stands beside the tabs and queues of a list, in one query."""
    connection.execute(_COUNTS).fetchall()
