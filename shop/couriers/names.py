"""Couriers by what people write in a cell: their names, what they are called for short, their codes."""

from collections.abc import Iterator
from functools import cache

from shop.couriers.known import Courier, find_courier, list_couriers
from shop.spelling import normalise

_CALLED = {
    "SF": ("顺丰", "顺丰快递", "顺风", "顺风快递", "顺丰标快", "顺丰特快", "shunfengsuyun"),
    "ZTO": ("中通", "中通速递"),
    "STO": ("申通", "申通速递"),
    "YTO": ("圆通", "圆通快递", "圆通速运"),
    "YD": ("韵达", "韵达速递", "韵达速运", "yundasuyun"),
    "JTSD": ("极兔", "极兔快递", "J&T", "JT", "jitu"),
    "JD": ("京东", "京东物流", "京东速递"),
    "EMS": ("邮政EMS", "EMS快递", "中国邮政EMS", "邮政特快", "EMS特快专递", "邮政快递"),
    "YZPY": ("邮政", "中国邮政", "邮政包裹", "邮政小包", "邮政平邮"),
    "DBL": ("德邦", "德邦物流"),
    "DNWL": ("丹鸟", "菜鸟速递", "菜鸟"),
    "FWX": ("丰网", "丰网快递"),
    "UC": ("优速", "优速物流"),
    "HTKY": ("百世", "汇通", "百世汇通", "百世物流"),
    "HHTT": ("天天",),
    "KYSY": ("跨越", "跨越物流"),
    "ANEKY": ("安能", "安能物流"),
    "SNWL": ("苏宁", "苏宁快递"),
    "RRS": ("日日顺",),
}
"""By code, beside the names: what is told by its short name alone is the courier that nearly everybody means by it."""


def find_by_name(text: str) -> Courier | None:
    """The courier that somebody means, however it is written; None where nobody can tell."""
    return _list_names().get(normalise(text))


@cache
def _list_names() -> dict[str, Courier]:
    names: dict[str, Courier] = {}
    for courier in list_couriers():
        for name in _name(courier):
            names.setdefault(normalise(name), courier)
    for code, called in _CALLED.items():
        if courier_called := find_courier(code):
            names |= {normalise(name): courier_called for name in called if normalise(name) not in names}
    return names


def _name(courier: Courier) -> Iterator[str]:
    yield from (courier.code, courier.name_zh, courier.name_en, courier.kuaidi100)
