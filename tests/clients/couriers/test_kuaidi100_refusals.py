"""What the pretend 快递100 does not take, whoever sends it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from shop.demo.standins import StandInServer

Call = Callable[..., dict[str, Any]]
PARTY = {
    "name": "乙",
    "mobile": "13900000000",
    "province": "北京市",
    "city": "北京市",
    "district": "朝阳区",
    "addr": "乙路2号",
}
ORDER = {
    "kuaidicom": "zhongtong",
    "partnerId": "testzto",
    "partnerKey": "testztopwd",
    "printType": "IMAGE",
    "recMan": PARTY,
    "sendMan": PARTY,
    "cargo": "杯子",
    "count": 1,
    "payType": "SHIPPER",
    "expType": "标准快递",
    "orderId": "A1",
    "reorder": False,
}


@pytest.fixture
def call(standins: StandInServer) -> Call:
    """Post `param` by `method`, with these form fields changed."""

    def post(param: Any, method: str = "order", **changes: Any) -> dict[str, Any]:
        text, made = param if isinstance(param, str) else json.dumps(param), standins.world.couriers
        signed = f"{text}1700000000000{made.kuaidi100_key}{made.kuaidi100_secret}"
        form = {
            "method": method,
            "key": made.kuaidi100_key,
            "t": "1700000000000",
            "param": text,
            "sign": hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest().upper(),
        }
        kept = {name: value for name, value in (form | changes).items() if value is not None}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = f"{standins.base_url}/label/order"
        found: dict[str, Any] = requests.post(url, urlencode(kept), headers=headers, timeout=5).json()
        return found

    return post


def test_the_order_of_the_documents_is_taken(call: Call) -> None:
    answer = call(ORDER)

    assert (answer["success"], answer["code"]) == (True, 200)
    assert answer["data"]["kuaidinum"].isascii()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "0" * 32}, "503"),
        ({"t": "1700000000001"}, "503"),
        ({"key": "x"}, "601"),
        ({"method": "getElecOrder"}, "400"),
        ({"sign": None}, "400"),
        ({"extra": "1"}, "400"),
    ],
)
def test_a_wrong_envelope_is_refused(call: Call, changes: dict[str, Any], code: str) -> None:
    refusal = call(ORDER, **changes)

    assert (refusal["result"], refusal["returnCode"]) == (False, code)


def test_a_signature_in_small_letters_is_refused(call: Call, standins: StandInServer) -> None:
    made = standins.world.couriers
    signed = f"{{}}1700000000000{made.kuaidi100_key}{made.kuaidi100_secret}"

    assert (
        call("{}", sign=hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest())["returnCode"]
        == "503"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"partnerId": ""},
        {"partnerKey": ""},
        {"kuaidicom": "nobody"},
        {"kuaidicom": []},
        {"payType": "CASH"},
        {"payType": []},
        {"count": 0},
        {"cargo": ""},
        {"reorder": "false"},
        {"printType": "PAPER"},
        {"recMan": {**PARTY, "district": ""}},
        {"recMan": {**PARTY, "mobile": ""}},
        {"recMan": None},
        {"sendMan": {**PARTY, "adress": "x"}},
        {"orderID": "A1"},
    ],
)
def test_a_wrong_order_is_refused(call: Call, standins: StandInServer, changes: dict[str, Any]) -> None:
    refusal = call({**ORDER, **changes})

    assert (refusal["success"], refusal["code"]) == (False, 400)
    assert standins.world.ledger.find("SELECT * FROM waybills") is None


PARTNERS = [
    ("shunfeng", {"partnerId"}),
    ("zhongtong", {"partnerId", "partnerKey"}),
    ("shentong", {"partnerId", "partnerKey", "net", "code"}),
    ("yuantong", {"partnerId", "partnerKey"}),
    ("jd", {"partnerId"}),
]


@pytest.mark.parametrize(("courier", "fields"), PARTNERS)
def test_each_courier_needs_every_field_of_its_account(call: Call, courier: str, fields: set[str]) -> None:
    bare = {name: ORDER[name] for name in ORDER if not name.startswith("partner")}
    order = {**bare, "kuaidicom": courier}

    for name in fields:
        assert call(order | dict.fromkeys(fields - {name}, "44"))["success"] is False, name
    assert call(order | dict.fromkeys(fields, "44"))["success"] is True


def test_only_an_order_that_is_not_to_be_repeated_is_found_again(call: Call) -> None:
    first = call(ORDER)["data"]["kuaidinum"]

    assert call(ORDER)["data"]["kuaidinum"] == first
    assert call({**ORDER, "reorder": True})["data"]["kuaidinum"] != first
    careless = {name: value for name, value in ORDER.items() if name != "reorder"}
    assert call(careless)["data"]["kuaidinum"] != first
