"""What providers push: believed only with their signature, kept once, read once, whatever is in it."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from orders.shipping.models import ParcelState
from orders.tracking.models import Journey, Tracking, TrackingPush
from orders.tracking.providers import make_salt
from orders.tracking.services import pushes
from orders.tracking.services.effects import carry_to_parcel
from orders.tracking.services.pushes import take_pushes
from shop import clock
from shop.callbacks.models import Callback
from shop.clients.kdniao import sign_data
from shop.clients.tracking.kuaidi100 import sign
from shop.couriers.models import Provider, ProviderAccount
from tests.tracking.conftest import API_KEY, BUSINESS_ID, sent

FORM = "application/x-www-form-urlencoded;charset=utf-8"


def kdniao_data(tracking: Tracking, state: str = "3", **parcel: Any) -> dict[str, Any]:
    at = clock.now().astimezone().strftime("%Y-%m-%d %H:00:00")
    traces = [{"AcceptTime": at, "AcceptStation": "已签收 & 感谢", "Location": "北京"}]
    fact = {
        "ShipperCode": tracking.courier,
        "LogisticCode": tracking.tracking_no,
        "State": state,
        "Success": True,
        "Traces": traces,
    } | parcel
    return {"EBusinessID": BUSINESS_ID, "PushTime": at, "Count": "1", "Data": [fact]}


def kdniao_form(data: Any, *, key: str = API_KEY, kind: str = "101", twice: bool = False) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    signed = sign_data(text, key)
    sent_text, sent_sign = (quote(text), quote(signed)) if twice else (text, signed)
    return urlencode({"RequestData": sent_text, "RequestType": kind, "DataSign": sent_sign})


def post(client: Client, path: str, body: str | bytes) -> Any:
    return client.post(path, body, content_type=FORM)


def read_all() -> None:
    take_pushes(list(TrackingPush.objects.values_list("pk", flat=True)))


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("kind", ["101", "102"])
def test_kdniao_is_believed_encoded_once_or_twice(client: Client, twice: bool, kind: str) -> None:
    _order, parcel, tracking = sent()
    answer = post(client, "/hooks/kdniao", kdniao_form(kdniao_data(tracking), twice=twice, kind=kind))
    assert answer.status_code == 200
    assert {"EBusinessID": BUSINESS_ID, "Success": True, "Reason": ""}.items() <= answer.json().items()
    read_all()
    tracking.refresh_from_db()
    assert (tracking.state, tracking.news.get().words) == (Journey.DELIVERED, "已签收 & 感谢")
    carry_to_parcel(tracking.pk)
    parcel.refresh_from_db()
    assert parcel.state == ParcelState.ARRIVED


def test_a_push_again_is_kept_once_and_read_once(client: Client) -> None:
    _order, _parcel, tracking = sent()
    body = kdniao_form(kdniao_data(tracking, "2"))
    for _time in range(3):
        assert post(client, "/hooks/kdniao", body).status_code == 200
    assert TrackingPush.objects.count() == 1
    read_all()
    version = Tracking.objects.get().version
    post(client, "/hooks/kdniao", body)
    read_all()
    assert Tracking.objects.get().version == version and not TrackingPush.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (kdniao_form({"Data": []}, key="other"), 401, "bad_signature"),
        ("RequestType=101", 401, "bad_signature"),
        (kdniao_form({"Data": []}, kind="107"), 400, "unknown"),
        (b"\xff\xfe=\xff", 400, "unknown"),
        ("no form", 400, "unknown"),
        (b"x=" + b"a" * 100_000, 413, "too_large"),
    ],
)
def test_what_is_not_signed_is_refused_and_on_record(
    client: Client, body: Any, status: int, code: str
) -> None:
    answer = post(client, "/hooks/kdniao", body)
    assert (answer.status_code, answer.json()["Success"]) == (status, False)
    refused = Callback.objects.get(is_accepted=False)
    assert (refused.provider, refused.code, len(refused.body) <= 300) == ("kdniao", code, True)
    assert not TrackingPush.objects.exists()


def test_without_credentials_nobody_is_believed(client: Client) -> None:
    ProviderAccount.objects.all().delete()
    assert post(client, "/hooks/kdniao", kdniao_form({"Data": []})).status_code == 400
    assert (
        post(client, "/hooks/kuaidi100", urlencode({"param": "{}", "sign": sign("{}", "")})).status_code
        == 400
    )


@pytest.mark.parametrize(
    "data",
    [
        "[]",
        "no json",
        "9" * 5000,
        json.dumps({"EBusinessID": "another"}),
        json.dumps({"EBusinessID": BUSINESS_ID, "Data": "x"}),
        json.dumps({"EBusinessID": BUSINESS_ID, "Data": [1, None, {"LogisticCode": ["x"]}]}),
        json.dumps(
            {
                "EBusinessID": BUSINESS_ID,
                "Data": [{"ShipperCode": "SF", "LogisticCode": "NOBODY", "Traces": 7}],
            }
        ),
    ],
)
def test_signed_nonsense_is_read_and_forgotten(client: Client, data: str) -> None:
    _order, _parcel, tracking = sent()
    assert post(client, "/hooks/kdniao", kdniao_form(data)).status_code == 200
    read_all()
    assert not TrackingPush.objects.exists() and Tracking.objects.get().version == tracking.version


def test_a_code_that_is_not_known_is_on_its_way_and_kept(client: Client) -> None:
    _order, _parcel, tracking = sent()
    post(client, "/hooks/kdniao", kdniao_form(kdniao_data(tracking, "2", StateEx="987")))
    read_all()
    assert (Tracking.objects.get().state, tracking.news.get().code) == (Journey.IN_TRANSIT, "987")


def test_while_nothing_is_read_nothing_more_is_taken(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _order, _parcel, tracking = sent()
    post(client, "/hooks/kdniao", kdniao_form(kdniao_data(tracking, "2")))
    monkeypatch.setattr(pushes, "PATIENCE", -pushes.PATIENCE)
    assert post(client, "/hooks/kdniao", kdniao_form(kdniao_data(tracking, "1"))).status_code == 503
    assert TrackingPush.objects.count() == 1


def kuaidi100_account() -> ProviderAccount:
    return ProviderAccount.objects.create(
        provider=Provider.KUAIDI100, customer="KEY1", key="SECRET1", company="CUST1", tested_at=clock.now()
    )


def kuaidi100_param(
    tracking: Tracking, state: str, *, status: str = "polling", company: str = "shunfeng"
) -> str:
    at = clock.now().astimezone().strftime("%Y-%m-%d %H:00:00")
    row = {"time": at, "ftime": at, "context": "快件已签收", "status": "签收", "location": ""}
    result = {"state": state, "com": company, "nu": tracking.tracking_no, "data": [row]}
    return json.dumps({"status": status, "lastResult": result}, ensure_ascii=False)


@pytest.mark.parametrize("lower", [False, True])
def test_kuaidi100_is_believed_in_either_case(client: Client, lower: bool) -> None:
    account = kuaidi100_account()
    _order, _parcel, tracking = sent()
    param = kuaidi100_param(tracking, "3", status="shutdown")
    signed = sign(param, make_salt(account))
    body = urlencode({"param": param, "sign": signed.lower() if lower else signed})
    answer = post(client, "/hooks/kuaidi100", body)
    assert answer.json() == {"result": True, "returnCode": "200", "message": "成功"}
    read_all()
    assert Tracking.objects.get().state == Journey.DELIVERED


@pytest.mark.parametrize("salt", ["", "wrong"])
def test_kuaidi100_without_the_salt_is_refused(client: Client, salt: str) -> None:
    kuaidi100_account()
    _order, _parcel, tracking = sent()
    param = kuaidi100_param(tracking, "3")
    answer = post(client, "/hooks/kuaidi100", urlencode({"param": param, "sign": sign(param, salt)}))
    assert (answer.status_code, answer.json()["result"]) == (401, False)
    assert Callback.objects.get().code == "bad_signature"


def test_another_courier_with_this_number_is_none_of_ours(client: Client) -> None:
    account = kuaidi100_account()
    _order, _parcel, tracking = sent()
    param = kuaidi100_param(tracking, "3", company="zhongtong")
    post(client, "/hooks/kuaidi100", urlencode({"param": param, "sign": sign(param, make_salt(account))}))
    read_all()
    assert Tracking.objects.get().state == Journey.NOTHING
