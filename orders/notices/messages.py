"""What a message says: the keywords of the shop's template, filled with what is known of the order.

Each shop has chosen its own keywords, of which WeChat knows the names, as 快递单号, and the kind of value they take.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone

from orders.models import OrderLine
from orders.notices.kinds import KINDS
from orders.notices.models import BuyerNotice, NoticeKind
from shop.couriers.known import find_courier
from shop.money import write_yuan
from shop.store.selectors import get_store_settings

NONE = "无"
_KEYWORD = re.compile(
    r"^\s*(?P<label>[^:：]+)[:：]\s*\{\{(?P<name>(?P<type>[a-z_]+?)[0-9]+)\.DATA\}\}", re.MULTILINE
)
_LABELS: tuple[tuple[str, str], ...] = (
    ("(快递|物流|运单|包裹|货运).*号|运单", "tracking_no"),
    ("快递|物流|承运|配送", "courier"),
    ("(取货|提货|自提|门店).*地", "address"),
    ("门店|自提点", "store"),
    ("电话|客服|联系", "phone"),
    ("商家|店铺|商户", "shop"),
    ("金额|价格|费用|补款|应付|待付", "amount"),
    ("订单.*号|单号|编号", "number"),
    ("状态|进度|结果|类型", "phrase"),
    ("备注|提示|说明|原因|内容|事项|提醒", "words"),
    ("时间|日期", "moment"),
    ("商品|物品|货品|产品|名称|订单", "goods"),
)
"""The name of a keyword → what is meant by it; the first that fits."""


class Unfit(Exception):
    """A keyword that the shop has nothing for: its `label`."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


def fill_template(content: str, notice: BuyerNotice) -> dict[str, str]:
    """The values of a template by the names of its keywords. Raises Unfit."""
    known = list_known(notice)
    found = list(_KEYWORD.finditer(content))
    return {each["name"]: _fit(each["label"].strip(), each["type"], known) for each in found}


def list_known(notice: BuyerNotice) -> dict[str, str]:
    """What can be said, nothing of it about a person; "" where there is none."""
    row, order, store = KINDS[NoticeKind(notice.kind)], notice.order, get_store_settings()
    courier = find_courier(notice.facts.get("courier", ""))
    place = order.pickup_store
    return {
        "tracking_no": notice.facts.get("tracking_no", ""),
        "courier": courier.name_zh if courier else "商家配送" if notice.parcel_id else "",
        "phone": place.phone if place else store.contact_phone,
        "store": place.name if place else store.shop_name,
        "address": place.address if place else "",
        "shop": store.shop_name,
        "amount": f"¥{write_yuan(order.owed_fen or order.payable_fen)}",
        "number": order.number,
        "phrase": row.phrase,
        "words": row.words,
        "moment": _write_moment(notice),
        "goods": _name_goods(notice.order_id),
    }


def _write_moment(notice: BuyerNotice) -> str:
    if day := notice.facts.get("day"):
        return f"{datetime.fromisoformat(day):%Y-%m-%d}"
    return f"{timezone.localtime(notice.left_at):%Y-%m-%d %H:%M}"


def _name_goods(order_id: int) -> str:
    """The first of what was ordered, and how many articles there are."""
    names = [
        line.product_name
        for line in OrderLine.objects.filter(order=order_id).order_by("id")
        if line.quantity > line.cancelled
    ]
    more = f"等{len(names)}种" if len(names) > 1 else ""
    return f"{names[0][: 20 - len(more)]}{more}" if names else ""


def _fit(label: str, kind: str, known: Mapping[str, str]) -> str:
    """What is known under this label, as this kind of value has it."""
    what = next((what for pattern, what in _LABELS if re.search(pattern, label)), None)
    if what is None or kind not in _FITS:
        raise Unfit(label)
    value = _FITS[kind](known[what])
    if not value:
        raise Unfit(label)
    return value


def _cut(longest: int) -> Callable[[str], str]:
    return lambda text: " ".join(text.split())[:longest] or NONE


def _take(pattern: str) -> Callable[[str], str]:
    return lambda text: text if re.fullmatch(pattern, text) else ""


_FITS: dict[str, Callable[[str], str]] = {
    "thing": _cut(20),
    "character_string": lambda text: text[:32] if text.isascii() and text else "" if text else "-",
    "phrase": _take(r"[\u4e00-\u9fff]{1,5}"),
    "number": _take(r"[0-9.]{1,32}"),
    "amount": _take(r"¥[0-9]{1,10}(\.[0-9]+)?"),
    "phone_number": _take(r"[0-9+ -]{1,17}"),
    "time": _take(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?"),
    "date": _take(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?"),
}
"""Kinds of values of WeChat, each with how a text becomes one; "" where it cannot be one."""
