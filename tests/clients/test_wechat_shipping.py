"""The pretend 发货信息管理 is strict: each field that is not as documented has its code."""

from copy import deepcopy
from typing import Any

import pytest

from shop.demo.standins.wechat.uploads import read_upload
from shop.demo.standins.wire import Problem

ENTRY = {
    "tracking_no": "SF0000000000001",
    "express_company": "SF",
    "item_desc": "高山云雾绿茶×1",
    "contact": {"receiver_contact": "138****5678"},
}
BODY = {
    "order_key": {"order_number_type": 2, "transaction_id": "4200000000"},
    "logistics_type": 1,
    "delivery_mode": 1,
    "shipping_list": [ENTRY],
    "upload_time": "2022-12-15T13:29:35.120+08:00",
    "payer": {"openid": "openid-1"},
}
SPLIT = {"delivery_mode": 2, "is_all_delivered": True}


def entry(**changes: Any) -> dict[str, Any]:
    return {"shipping_list": [ENTRY | changes]}


def read(**changes: Any) -> Any:
    return read_upload(deepcopy(BODY) | changes)


def test_what_is_as_documented_is_taken() -> None:
    assert (read().openid, read().is_finished) == ("openid-1", True)
    assert read(**SPLIT, shipping_list=[ENTRY] * 15).is_finished
    assert not read(**SPLIT | {"is_all_delivered": False}).is_finished
    assert read(logistics_type=2, shipping_list=[{"item_desc": "茶×1"}]).content["logistics_type"] == 2
    key = {"order_number_type": 1, "mchid": "1900000001", "out_trade_no": "1-1"}
    assert read(order_key=key).key == {"merchant_id": "1900000001", "merchant_trade_no": "1-1"}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("47001", {"shiping_list": []}),
        ("47001", entry(item_description="x")),
        ("268485194", {"order_key": None}),
        ("268485195", {"order_key": {"order_number_type": 2}}),
        ("268485196", {"order_key": {"order_number_type": 1, "mchid": "1"}}),
        ("268485197", {"order_key": {"order_number_type": 3}}),
        ("268485216", {"upload_time": "2022-12-15T13:29:35+08:00"}),
        ("268485216", {"upload_time": "2022-12-15T13:29:35.120Z"}),
        ("268485216", {"upload_time": "2022-13-15T13:29:35.120+08:00"}),
        ("268485224", {"delivery_mode": "UNIFIED_DELIVERY"}),
        ("10060005", {"logistics_type": 5}),
        ("10060006", SPLIT | {"logistics_type": 2}),
        ("10060007", {"delivery_mode": 2}),
        ("268485228", {"shipping_list": [ENTRY] * 2}),
        ("10060024", SPLIT | {"shipping_list": [ENTRY] * 16}),
        ("10060014", {"shipping_list": []}),
        ("10060020", {"shipping_list": [{"tracking_no": "1", "express_company": "SF"}]}),
        ("10060008", entry(item_desc="")),
        ("10060009", entry(item_desc="茶" * 121)),
        ("268485226", entry(tracking_no="")),
        ("268485227", entry(express_company="")),
        ("10060025", entry(express_company="S" * 129)),
        ("10060026", entry(tracking_no="1" * 129)),
        ("10060014", entry(express_company="XX")),
        ("10060014", entry(contact={"receiver_contact": "13812345678"})),
        ("10060014", entry(contact={"receiver_contact": "138******78"})),
        ("10060014", entry(contact={})),
    ],
)
def test_what_is_not_has_its_code(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        read(**changes)
    assert refused.value.code == code
