"""Answers that no stand-in gives, one by one: what is believed of them."""

import json
from typing import Any

import pytest

from shop.clients import kdniao, kuaidi100
from shop.clients.circuit import forget_circuits
from shop.clients.errors import ClientError, Rejected, Unknown
from shop.clients.transport import Answer
from shop.clients.waybills import AlreadyUsed, Waybill, WaybillProvider
from tests.clients.couriers.conftest import ask, void

NUMBER = "75000000000001"
ORDER = {"OrderCode": "P20261129-1", "ShipperCode": "ZTO", "LogisticCode": NUMBER}
DONE = {"Success": True, "ResultCode": "100", "EBusinessID": "1", "Order": ORDER}
DATA = {"kuaidinum": NUMBER, "label": "https://x/1", "bulkpen": "1", "kdComOrderNum": "9"}
DONE_100 = {"success": True, "code": 200, "message": "ok", "data": DATA}


@pytest.fixture(autouse=True)
def _healthy() -> None:
    forget_circuits()


def asking(
    monkeypatch: pytest.MonkeyPatch, module: Any, answer: Any, *, status: int = 200
) -> WaybillProvider:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    monkeypatch.setattr(module, "send", lambda _request, timeout: Answer(status, {}, body))
    if module is kdniao:
        return kdniao.KdNiao(kdniao.Credentials("1", "k"))
    return kuaidi100.Kuaidi100(kuaidi100.Credentials("1", "k"))


ODD_NUMBERS = ("", 7500000000, "12345", "7" * 41, "７５０００００", "75 0001", "750001\n", None)
ODD = [
    *(b"", b"null", b"[]", b'{"Success":tr', b"<html>", b"\xff\xfe", b"[" * 5000),
    {},
    {**DONE, "Success": "true"},
    {**DONE, "Success": False},
    {**DONE, "ResultCode": "999"},
    {**DONE, "ResultCode": None},
    {**DONE, "EBusinessID": "2"},
    {**DONE, "Order": None},
    {**DONE, "Order": [ORDER]},
    {**DONE, "Order": {**ORDER, "OrderCode": "P-9"}},
    {**DONE, "Order": {**ORDER, "ShipperCode": "SF"}},
    {**DONE, "Order": {"LogisticCode": NUMBER}},
    *({**DONE, "Order": {**ORDER, "LogisticCode": number}} for number in ODD_NUMBERS),
    {**DONE, "ResultCode": "106", "Order": {**ORDER, "OrderCode": "P-9"}},
    {"Success": False, "EBusinessID": "1"},
]


@pytest.mark.parametrize("answer", ODD)
def test_an_odd_answer_of_kdniao_is_unknown(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    with pytest.raises(Unknown) as failure:
        asking(monkeypatch, kdniao, answer).issue(ask())

    assert not isinstance(failure.value, AlreadyUsed)


@pytest.mark.parametrize("is_success", [True, False])
def test_a_used_code_with_its_number_is_a_success(monkeypatch: pytest.MonkeyPatch, is_success: bool) -> None:
    answer = {**DONE, "ResultCode": 106, "Success": is_success, "PrintTemplate": "<b>\0</b>\ud800"}

    waybill = asking(monkeypatch, kdniao, answer).issue(ask())

    assert waybill == Waybill("P20261129-1", "ZTO", NUMBER, label_html="<b></b>")


@pytest.mark.parametrize("order", [None, {}, {"OrderCode": "P20261129-1"}])
def test_a_used_code_without_its_number_is_told_apart(monkeypatch: pytest.MonkeyPatch, order: Any) -> None:
    with pytest.raises(Unknown) as failure:
        asking(monkeypatch, kdniao, {**DONE, "ResultCode": "106", "Order": order}).issue(ask())

    assert isinstance(failure.value, AlreadyUsed)


@pytest.mark.parametrize(
    "reason", ["非法参数[请核实ID和key是否正确]", "业务错误[没有可用套餐]", "长\n" * 900]
)
def test_a_refusal_of_kdniao_is_believed_and_short(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    with pytest.raises(Rejected) as refusal:
        asking(monkeypatch, kdniao, {"Success": False, "ResultCode": "105", "Reason": reason}).issue(ask())

    assert refusal.value.code == "105"
    assert 0 < len(refusal.value.message) <= 200
    assert "\n" not in refusal.value.message


ODD_100 = [
    *(b"", b"null", b"[]", b"\xff", b"<html>"),
    {},
    {"success": True, "code": 200},
    {**DONE_100, "code": 500},
    {**DONE_100, "success": 1},
    {**DONE_100, "success": False},
    {**DONE_100, "data": [DATA]},
    {"success": False, "message": "no"},
    *({"success": False, "code": code, "message": "busy"} for code in (500, 501, "502")),
    *({**DONE_100, "data": {**DATA, "kuaidinum": number}} for number in ODD_NUMBERS),
]


@pytest.mark.parametrize("answer", ODD_100)
def test_an_odd_answer_of_kuaidi100_is_unknown(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    with pytest.raises(Unknown):
        asking(monkeypatch, kuaidi100, answer).issue(ask())


@pytest.mark.parametrize(
    "answer",
    [
        {"success": False, "code": 30002, "message": "验证签名失败"},
        {"result": False, "returnCode": "503", "message": "验证签名失败"},
    ],
)
def test_a_refusal_of_kuaidi100_is_believed_in_both_shapes(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    with pytest.raises(Rejected, match="验证签名失败"):
        asking(monkeypatch, kuaidi100, answer).issue(ask())


@pytest.mark.parametrize("label", [None, 7, "javascript:alert(1)", "file:///etc/passwd", "//x"])
def test_a_label_that_leads_nowhere_is_left_out(monkeypatch: pytest.MonkeyPatch, label: object) -> None:
    answer = {**DONE_100, "data": {**DATA, "label": label}}

    waybill = asking(monkeypatch, kuaidi100, answer).issue(ask())

    assert (waybill.tracking_no, waybill.label_url) == (NUMBER, "")


@pytest.mark.parametrize("status", [201, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503])
@pytest.mark.parametrize(("module", "answer"), [(kdniao, DONE), (kuaidi100, DONE_100)])
def test_only_http_200_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, module: Any, answer: dict[str, Any], status: int
) -> None:
    with pytest.raises(Unknown, match=str(status)):
        asking(monkeypatch, module, answer, status=status).issue(ask())


@pytest.mark.parametrize(
    ("module", "answer", "error"),
    [
        (kdniao, {"Success": True, "ResultCode": "999"}, Unknown),
        (kdniao, {"Success": True}, Unknown),
        (kdniao, {"Success": False, "Reason": "不支持取消"}, Rejected),
        (kuaidi100, {"success": True}, Unknown),
        (kuaidi100, {"success": False, "code": 501}, Unknown),
        (kuaidi100, {"success": False, "code": 400, "message": "no"}, Rejected),
    ],
)
def test_only_a_clear_success_takes_a_waybill_back(
    monkeypatch: pytest.MonkeyPatch, module: Any, answer: dict[str, Any], error: type[ClientError]
) -> None:
    with pytest.raises(error):
        void(asking(monkeypatch, module, answer), Waybill("P-1", "ZTO", NUMBER, provider_order="9"))


@pytest.mark.parametrize("code", ["400", "503", "600", "601"])
def test_a_refusal_of_the_keys_fails_the_test_of_kuaidi100(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with pytest.raises(Rejected):
        asking(monkeypatch, kuaidi100, {"success": False, "code": code, "message": "no"}).test()


def test_a_label_that_was_never_made_must_not_be_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unknown):
        asking(monkeypatch, kuaidi100, DONE_100).test()
