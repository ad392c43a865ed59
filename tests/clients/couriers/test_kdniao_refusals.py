"""What the pretend 快递鸟 does not take, whoever sends it."""

import base64
import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests

from shop.demo.standins import StandInServer
from shop.demo.standins.couriers.kdniao import SANDBOX_PATH

Call = Callable[..., dict[str, Any]]
WAYBILLS, QUESTIONS = "/api/EOrderService", "/Ebusiness/EbusinessOrderHandle.aspx"
PARTY = {
    "Name": "乙",
    "Mobile": "13900000000",
    "ProvinceName": "北京",
    "CityName": "北京市",
    "ExpAreaName": "朝阳区",
    "Address": "乙路2号",
}
ORDER = {
    "OrderCode": "A1",
    "ShipperCode": "YTO",
    "CustomerName": "testyto",
    "MonthCode": "testytomonthcode",
    "PayType": 3,
    "ExpType": "1",
    "Quantity": 1,
    "IsReturnPrintTemplate": "1",
    "Sender": PARTY,
    "Receiver": PARTY,
    "Commodity": [{"GoodsName": "杯子", "Goodsquantity": 1}],
}


def sign(text: str, key: str) -> str:
    return base64.b64encode(
        hashlib.md5((text + key).encode(), usedforsecurity=False).hexdigest().encode()
    ).decode()


@pytest.fixture
def call(standins: StandInServer) -> Call:
    """Post `data` as `kind`, with these form fields changed."""

    def post(data: Any, kind: str = "1007", path: str = WAYBILLS, **changes: Any) -> dict[str, Any]:
        text, made = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), standins.world
        form = {
            "RequestData": text,
            "EBusinessID": made.couriers.kdniao_business_id,
            "RequestType": kind,
            "DataSign": sign(text, made.couriers.kdniao_api_key),
            "DataType": "2",
        }
        kept = {name: value for name, value in (form | changes).items() if value is not None}
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        answer = requests.post(standins.base_url + path, urlencode(kept), headers=headers, timeout=5)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    return post


def with_change(path: str, value: object) -> dict[str, Any]:
    """The order with one field changed (None: missing); `path` is `Sender.Name`, say."""
    order = deepcopy(ORDER)
    *parents, name = path.split(".")
    place: Any = order
    for parent in parents:
        place = place[parent]
    place[name] = value
    if value is None:
        del place[name]
    return order


def test_the_order_of_the_documents_is_taken(call: Call) -> None:
    answer = call(ORDER)

    assert answer["Success"] is True
    assert answer["Order"]["OrderCode"] == "A1"


def test_the_raw_digest_is_no_signature(call: Call, standins: StandInServer) -> None:
    text = json.dumps(ORDER)
    digest = hashlib.md5(
        (text + standins.world.couriers.kdniao_api_key).encode(), usedforsecurity=False
    ).digest()

    refusal = call(text, DataSign=base64.b64encode(digest).decode())

    assert (refusal["Success"], refusal["Reason"]) == (False, "非法参数[请核实ID和key是否正确]")


@pytest.mark.parametrize("signs_what_is_sent", [True, False])
def test_data_encoded_twice_is_refused(call: Call, signs_what_is_sent: bool) -> None:
    text = json.dumps(ORDER)
    answer = call(quote(text)) if signs_what_is_sent else call(text, RequestData=quote(text))

    assert (answer["Success"], answer["ResultCode"]) == (False, "401" if signs_what_is_sent else "104")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DataType": "1"}, "103"),
        ({"DataType": None}, "101"),
        ({"RequestType": "2002"}, "103"),
        ({"RequestType": "9999"}, "103"),
        ({"EBusinessID": "1"}, "104"),
        ({"Extra": "1"}, "101"),
    ],
)
def test_a_wrong_envelope_is_refused(call: Call, changes: dict[str, Any], code: str) -> None:
    assert call(ORDER, **changes)["ResultCode"] == code


@pytest.mark.parametrize("sign_of_old", list("'\"#&+<>%\\"))
def test_forbidden_characters_are_refused_wherever_they_stand(call: Call, sign_of_old: str) -> None:
    assert call(with_change("Receiver.Address", f"乙路{sign_of_old}2号"))["ResultCode"] == "403"
    goods = [{"GoodsName": sign_of_old, "Goodsquantity": 1}]
    assert call(with_change("Commodity", goods))["ResultCode"] == "403"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("Receiver.ExpAreaName", None, "101"),
        ("Sender.ExpAreaName", "", "101"),
        ("Receiver.Mobile", None, "101"),
        ("Receiver.ProvinceName", "北京市", "102"),
        ("Receiver.ProvinceName", "广东", "102"),
        ("Receiver.Address", "长" * 101, "404"),
        ("Receiver", None, "101"),
        ("OrderCode", None, "101"),
        ("OrderCode", "A" * 31, "404"),
        ("OrderCode", 1, "102"),
        ("ShipperCode", "NOBODY", "102"),
        ("CustomerName", None, "101"),
        ("MonthCode", None, "101"),
        ("PayType", 5, "102"),
        ("PayType", [], "102"),
        ("PayType", 4, "102"),
        ("Quantity", 0, "102"),
        ("Quantity", None, "102"),
        ("Weight", "1", "102"),
        ("Commodity", [], "101"),
        ("Commodity", ["杯子"], "102"),
        ("Commodity", [{"GoodsName": "杯子", "GoodsQuantity": 1}], "102"),
        ("Remark", "长" * 61, "404"),
        ("CallBack", "x", "102"),
    ],
)
def test_a_wrong_order_is_refused(call: Call, path: str, value: object, code: str) -> None:
    answer = call(with_change(path, value))

    assert (answer["Success"], answer["ResultCode"]) == (False, code)


ACCOUNTS = [
    ("ZTO", {"CustomerName": "a", "CustomerPwd": "b"}),
    ("STO", {"CustomerName": "a", "CustomerPwd": "b", "SendSite": "c"}),
    ("YTO", {"CustomerName": "a", "MonthCode": "b"}),
    ("SF", {"MonthCode": "0123456789"}),
    ("JD", {"CustomerName": "a", "WareHouseID": "b", "Weight": 1, "TransType": 2}),
    ("DBL", {"CustomerName": "a", "DeliveryMethod": 1}),
    ("JTSD", {"CustomerName": "a", "CustomerPwd": "b", "DeliveryMethod": 3}),
]


@pytest.mark.parametrize(("courier", "account"), ACCOUNTS, ids=[courier for courier, _account in ACCOUNTS])
def test_each_courier_needs_every_field_of_its_account(
    call: Call, courier: str, account: dict[str, Any]
) -> None:
    bare = {name: ORDER[name] for name in ORDER if name not in ("CustomerName", "MonthCode")}
    order = bare | {"ShipperCode": courier}

    for name in account:
        lacking = {field: value for field, value in account.items() if field != name}
        assert call(order | lacking)["ResultCode"] == "101", name
    assert call(order | account)["Success"] is True


def test_the_post_needs_postcodes_of_both_ends(call: Call) -> None:
    order = {**ORDER, "ShipperCode": "EMS"}
    assert call({**order, "Receiver": {**PARTY, "PostCode": "100000"}})["ResultCode"] == "101"

    parties = {name: {**PARTY, "PostCode": "100000"} for name in ("Sender", "Receiver")}
    assert call(order | parties)["Success"] is True


def test_a_used_code_is_answered_106_with_the_same_waybill(call: Call) -> None:
    first, again = call(ORDER), call(ORDER)

    assert (first["ResultCode"], again["ResultCode"]) == ("100", "106")
    assert again["Order"] == first["Order"]
    assert again["PrintTemplate"] == first["PrintTemplate"]


@pytest.mark.parametrize("path", [QUESTIONS, SANDBOX_PATH])
def test_a_number_is_recognised_by_its_look(call: Call, path: str) -> None:
    answer = call({"LogisticCode": "YT0000000000001"}, "2002", path)

    assert [shipper["ShipperCode"] for shipper in answer["Shippers"]] == ["YTO"]
    assert call({"LogisticCode": "?"}, "2002", path)["Shippers"] == []
    assert call({}, "2002", path)["ResultCode"] == "402"
