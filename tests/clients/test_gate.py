"""Whom the pretend gateway lets in: a client with a mistake must not pass its tests."""

import secrets
import time
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shop.demo.standins import StandInServer
from shop.demo.standins.wechat.signatures import SCHEME, is_signed_by, join_lines, sign_bytes


def send(server: StandInServer, **changes: Any) -> requests.Response:
    """A correct query of an unknown order, with some parts changed."""
    made = server.world.credentials
    path = f"/v3/pay/transactions/out-trade-no/order-0001?mchid={made.mchid}"
    parts = {
        "mchid": made.mchid,
        "serial": made.merchant_serial,
        "timestamp": str(int(time.time()) - changes.pop("late_s", 0)),
        "nonce": secrets.token_hex(16),
        "signed_path": path,
        "signed_method": "GET",
        "scheme": SCHEME,
        "key": made.merchant_private_key,
        "headers": {},
        **changes,
    }
    key = load_pem_private_key(parts["key"].encode(), password=None)
    lines = (parts["signed_method"], parts["signed_path"], parts["timestamp"], parts["nonce"], "")
    signature = sign_bytes(key, join_lines(*(line.encode() for line in lines)))
    authorization = (
        f'{parts["scheme"]} mchid="{parts["mchid"]}",nonce_str="{parts["nonce"]}",signature="{signature}",'
        f'timestamp="{parts["timestamp"]}",serial_no="{parts["serial"]}"'
    )
    headers = {
        "Accept": "application/json",
        "User-Agent": "test",
        "Wechatpay-Serial": made.platform_key_id,
        "Authorization": authorization,
        **parts["headers"],
    }
    return requests.get(server.base_url + path, headers=headers, timeout=5)


def test_a_correct_call_is_let_in(standins: StandInServer) -> None:
    answer = send(standins)

    assert (answer.status_code, answer.json()["code"]) == (404, "ORDER_NOT_EXIST")


def test_the_answer_is_signed_also_when_it_is_a_refusal(standins: StandInServer) -> None:
    answer = send(standins)

    stamp, nonce = answer.headers["Wechatpay-Timestamp"], answer.headers["Wechatpay-Nonce"]
    message = join_lines(stamp.encode(), nonce.encode(), answer.content)
    key = standins.world.platform_key.public_key()
    assert is_signed_by(key, message, answer.headers["Wechatpay-Signature"])


@pytest.mark.parametrize(
    "changes",
    [
        {"late_s": 301},
        {"late_s": -600},
        {"timestamp": "now"},
        {"signed_path": "/v3/pay/transactions/out-trade-no/order-0001"},
        {"signed_method": "POST"},
        {"mchid": "1900000000"},
        {"serial": "AB"},
        {"scheme": "WECHATPAY2-SM2-WITH-SM3"},
        {"nonce": ""},
        {"nonce": "n" * 33},
        {"headers": {"Authorization": None}},
        {"headers": {"Authorization": "nonsense"}},
    ],
)
def test_a_bad_authorization_is_a_sign_error(standins: StandInServer, changes: dict[str, Any]) -> None:
    answer = send(standins, **changes)

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_a_strangers_key_is_a_sign_error(standins: StandInServer) -> None:
    answer = send(standins, key=standins.world.credentials.platform_private_key)

    assert answer.json()["code"] == "SIGN_ERROR"


def test_a_nonce_works_once(standins: StandInServer) -> None:
    assert send(standins, nonce="once").status_code == 404

    answer = send(standins, nonce="once")

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


@pytest.mark.parametrize(
    "headers",
    [{"Wechatpay-Serial": None}, {"Wechatpay-Serial": "PUB_KEY_ID_0"}, {"Accept": "*/*"}, {"User-Agent": ""}],
)
def test_a_missing_header_is_refused(standins: StandInServer, headers: dict[str, str | None]) -> None:
    assert send(standins, headers=headers).status_code == 400


def test_it_answers_by_the_gateways_own_number_too(standins: StandInServer, pay: Any, demo: Any) -> None:
    demo.paid_order(pay)
    trade_no = pay.query("order-0001").trade_no

    found = pay._find(f"/v3/pay/transactions/id/{trade_no}?mchid={pay._credentials.mchid}")

    assert found["out_trade_no"] == "order-0001"
