"""Alipay's client: what is signed, what is believed, and its sums and times."""

import base64
import hashlib
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization

from shop.clients.alipay import Alipay, Credentials
from shop.clients.alipay.facts import read_time, read_yuan, write_time, write_yuan
from shop.clients.alipay.signing import join_fields, split_answer
from shop.clients.errors import BadCredentials, BadSignature, Rejected, Unknown, Unreachable
from shop.clients.transport import Answer
from shop.demo.standins import StandInServer
from shop.demo.standins.alipay.gate import sign_answer, split_form
from shop.demo.standins.alipay.notices import MODES, find_subject, write_form
from shop.demo.standins.credentials import make_pair
from tests.clients.conftest import EXPIRES_AT, Demo

ORDER: dict[str, Any] = {
    "number": "order-0001",
    "amount_fen": 8_05,
    "description": "山野集 A/B=C&D",
    "expires_at": EXPIRES_AT,
    "notify_url": "https://shop.example/hooks/alipay/payments",
}


@pytest.fixture
def credentials(standins: StandInServer) -> Credentials:
    return Credentials(**standins.world.alipay.as_account())


@pytest.fixture
def alipay(standins: StandInServer, credentials: Credentials) -> Alipay:
    return Alipay(credentials, base_url=f"{standins.base_url}/gateway.do", timeout=2.0)


@pytest.fixture(params=["America/Los_Angeles", "UTC", "Asia/Shanghai"])
def anywhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """A process in another time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def pay(demo: Demo, url: str) -> dict[str, Any]:
    return demo.post("alipay-pay", url=url)


def paid(alipay: Alipay, demo: Demo) -> str:
    """A payment of ¥8.05; Alipay's number of it."""
    assert pay(demo, alipay.create_code(**ORDER))["state"] == "TRADE_SUCCESS"
    found = alipay.query("order-0001")
    assert found is not None
    return found.trade_no


def test_the_text_that_is_signed_is_sorted_and_not_encoded() -> None:
    fields = {
        "version": "1.0",
        "timestamp": "2024-01-02 03:04:05",
        "app_id": "1",
        "biz_content": '{"out_trade_no":"A1"}',
        "charset": "utf-8",
        "method": "alipay.trade.query",
        "sign": "x",
    }
    text = join_fields(fields).replace("&timestamp", "&sign_type=RSA2&timestamp")
    expected = "9a316277547163b17ad60ebc0b30e32681751f4a9994c833a253f7b74c1188d1"
    assert hashlib.sha256(text.encode()).hexdigest() == expected


@pytest.mark.parametrize(
    ("fen", "yuan"), [(1, "0.01"), (10, "0.10"), (8_05, "8.05"), (123_456_78, "123456.78")]
)
def test_sums_have_two_decimals(fen: int, yuan: str) -> None:
    assert (write_yuan(fen), read_yuan({"sum": yuan}, "sum")) == (yuan, fen)


@pytest.mark.parametrize(
    "text", ["1", "1.0", "1.000", "01.00", "-1.00", "+1.00", "1,00", "1e2", " 1.00", "0.00", "", None, 1.0]
)
def test_other_sums_are_not_read(text: object) -> None:
    with pytest.raises(Unknown):
        read_yuan({"sum": text}, "sum")


def test_times_are_those_of_beijing(anywhere: None) -> None:
    moment = datetime(2024, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert write_time(moment) == "2024-01-02 03:04:05"
    assert read_time("2024-01-02 03:04:05") == moment
    for odd in ("2024-01-02T03:04:05", "0001-01-01 00:00:00", "soon"):
        with pytest.raises(Unknown):
            read_time(odd)


def test_the_stamp_of_a_call_is_beijings_too(anywhere: None, alipay: Alipay) -> None:
    """The stand-in refuses one that is 15 minutes off."""
    alipay.test_connection()


def test_a_code_is_the_same_when_announced_again_and_unknown_until_it_is_opened(
    alipay: Alipay, demo: Demo
) -> None:
    code = alipay.create_code(**ORDER)
    assert alipay.create_code(**ORDER) == code
    assert alipay.query("order-0001") is None
    with pytest.raises(Rejected, match="TRADE_NOT_EXIST"):
        alipay.close("order-0001")
    demo.post("alipay-open", url=code)
    found = alipay.query("order-0001")
    assert found is not None
    assert (found.state, found.amount_fen, found.paid_at) == ("NOTPAY", 8_05, None)


def test_a_link_pays_the_same_payment_once(alipay: Alipay, demo: Demo) -> None:
    link, code = alipay.make_link(**ORDER), alipay.create_code(**ORDER)
    assert pay(demo, link)["number"] == "order-0001"
    assert pay(demo, code)["http"] == 400
    found = alipay.query("order-0001")
    assert found is not None
    assert (found.state, found.openid) == ("SUCCESS", "")
    by_trade_no = alipay.query_trade(found.trade_no)
    assert by_trade_no is not None and by_trade_no.number == "order-0001"


def test_a_link_says_what_alipay_wants_in_letters_that_it_takes(alipay: Alipay) -> None:
    content = json.loads(parse_qs(urlsplit(alipay.make_link(**ORDER)).query)["biz_content"][0])
    assert (content["subject"], content["total_amount"]) == ("山野集 A B C D", "8.05")
    assert content["product_code"] == "QUICK_WAP_WAY"


def test_a_link_that_somebody_changed_pays_nothing(alipay: Alipay, demo: Demo) -> None:
    assert pay(demo, alipay.make_link(**ORDER).replace("8.05", "0.05"))["http"] == 400


def test_what_is_closed_takes_no_money_and_is_closed_quietly_again(alipay: Alipay, demo: Demo) -> None:
    code = alipay.create_code(**ORDER)
    demo.post("alipay-open", url=code)
    alipay.close("order-0001")
    alipay.close("order-0001")
    assert pay(demo, code)["http"] == 400
    found = alipay.query("order-0001")
    assert found is not None and found.state == "CLOSED"
    with pytest.raises(Rejected, match="TRADE_HAS_CLOSE"):
        alipay.create_code(**ORDER)


def test_what_is_paid_is_not_closed(alipay: Alipay, demo: Demo) -> None:
    paid(alipay, demo)
    with pytest.raises(Rejected, match="TRADE_STATUS_ERROR"):
        alipay.close("order-0001")


def test_a_refund_is_made_once_however_often_it_is_sent(alipay: Alipay, demo: Demo) -> None:
    trade_no = paid(alipay, demo)
    refund = {"trade_no": trade_no, "refund_number": "R-1", "refund_fen": 3_00}
    assert alipay.query_refund(trade_no=trade_no, refund_number="R-1") is None
    answers = [alipay.refund(**refund) for _ in range(3)]
    assert {(answer.status, answer.amount_fen) for answer in answers} == {("SUCCESS", 3_00)}
    assert [row["amount_fen"] for row in demo.state()["alipay_refunds"]] == [3_00]


def test_neither_more_than_was_paid_nor_another_sum_under_one_number_goes_back(
    alipay: Alipay, demo: Demo
) -> None:
    trade_no = paid(alipay, demo)
    alipay.refund(trade_no=trade_no, refund_number="R-1", refund_fen=3_00)
    with pytest.raises(Rejected, match="DISCORDANT_REPEAT_REQUEST"):
        alipay.refund(trade_no=trade_no, refund_number="R-1", refund_fen=4_00)
    with pytest.raises(Rejected, match="REASON_TRADE_REFUND_FEE_ERR"):
        alipay.refund(trade_no=trade_no, refund_number="R-2", refund_fen=5_06)


def test_what_is_refunded_in_full_is_told_from_what_nobody_paid(alipay: Alipay, demo: Demo) -> None:
    trade_no = paid(alipay, demo)
    alipay.refund(trade_no=trade_no, refund_number="R-1", refund_fen=8_05)
    found = alipay.query("order-0001")
    assert found is not None and found.state == "REFUND"


@pytest.mark.parametrize(
    "kind", ["timeout_before", "timeout_after", "error_500", "truncated", "html", "bad_signature"]
)
def test_an_answer_that_is_missing_or_not_proven_decides_nothing(
    alipay: Alipay, demo: Demo, kind: str
) -> None:
    demo.add_fault("/gateway.do/alipay.trade.precreate", kind)
    with pytest.raises(Unknown):
        alipay.create_code(**ORDER)


def test_without_a_line_nothing_was_sent(credentials: Credentials) -> None:
    with pytest.raises(Unreachable):
        Alipay(credentials, base_url="http://127.0.0.1:9/gateway.do", timeout=0.2).query("n")


def judge(alipay: Alipay, body: bytes, status: int = 200) -> dict[str, Any]:
    return alipay._judge(Answer(status, {}, body), "alipay.trade.query")


def test_what_is_signed_is_the_text_as_it_came(alipay: Alipay, standins: StandInServer) -> None:
    """Neither the order of its fields nor its blanks are ours to choose, and braces may stand in a text."""
    from_alipay = {"msg": '} { \\ "sign"', "code": "10000", "a/b": "ü"}
    body = sign_answer(standins.world, "alipay.trade.query", from_alipay).body
    assert judge(alipay, body)["a/b"] == "ü"
    with pytest.raises(BadSignature):
        judge(alipay, body.replace(b'"msg": ', b'"msg":'))


@pytest.mark.parametrize(
    ("content", "is_signed", "error", "status"),
    [
        ({"code": "10000"}, False, BadSignature, 0),
        ({"code": "20000", "sub_code": "isp.unknow-error"}, True, Unknown, 0),
        ({"code": "40004", "sub_code": "ACQ.SYSTEM_ERROR"}, True, Unknown, 0),
        ({"code": "40004", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH"}, True, Rejected, 400),
        ({"code": "40004", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH"}, False, Rejected, 401),
        ({"code": "40005"}, True, Rejected, 429),
        ({"code": "40002", "sub_code": "isv.invalid-signature"}, False, Rejected, 401),
        ({}, True, Unknown, 0),
    ],
)
def test_refusals_are_sorted_by_who_has_spoken(
    alipay: Alipay,
    standins: StandInServer,
    content: dict[str, str],
    is_signed: bool,
    error: type,
    status: int,
) -> None:
    body = sign_answer(standins.world, "alipay.trade.query", content, is_signed=is_signed).body
    with pytest.raises(error) as caught:
        judge(alipay, body)
    assert getattr(caught.value, "status", 0) == status


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"a":1}{"b":2}', b'{"a":1,"a":2}', b'{"a":1,}', b"\xff", b'{"a" 1}', b"[" * 100_000],
)
def test_what_is_not_one_object_is_not_taken_apart(body: bytes) -> None:
    with pytest.raises(Unknown):
        split_answer(body)


def test_an_answer_about_another_number_is_not_taken(
    alipay: Alipay, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(alipay, demo)
    usual = Alipay._call
    monkeypatch.setattr(
        Alipay,
        "_call",
        lambda self, method, _body, **more: usual(self, method, {"out_trade_no": "order-0001"}),
    )
    with pytest.raises(Unknown, match="another number"):
        alipay.query("order-0002")


def test_keys_are_taken_as_alipays_tool_gives_them(standins: StandInServer, credentials: Credentials) -> None:
    made = standins.world.alipay
    private = serialization.load_pem_private_key(made.merchant_private_key.encode(), None)
    pkcs1 = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    bare = "".join(made.platform_public_key.splitlines()[1:-1])
    values = vars(credentials) | {
        "merchant_private_key": base64.b64encode(pkcs1).decode(),
        "platform_public_key": bare,
    }
    Alipay(Credentials(**values), base_url=f"{standins.base_url}/gateway.do").test_connection()


def test_keys_in_each_others_place_are_told(credentials: Credentials) -> None:
    private, public = make_pair()
    wrong = [
        {"merchant_private_key": public},
        {"platform_public_key": private},
        {"merchant_private_key": private, "platform_public_key": public},
        {"merchant_private_key": "no key"},
        {"platform_public_key": ""},
        {"appid": ""},
        {"mchid": ""},
    ]
    for changes in wrong:
        with pytest.raises(BadCredentials):
            Alipay(Credentials(**vars(credentials) | changes))


def test_the_test_says_which_side_is_wrong(standins: StandInServer, credentials: Credentials) -> None:
    private, public = make_pair()
    url = f"{standins.base_url}/gateway.do"
    with pytest.raises(Rejected, match="invalid-signature"):
        Alipay(
            Credentials(**vars(credentials) | {"merchant_private_key": private}), base_url=url
        ).test_connection()
    with pytest.raises(Rejected, match="invalid-app-id"):
        Alipay(Credentials(**vars(credentials) | {"appid": "2021"}), base_url=url).test_connection()
    with pytest.raises(BadSignature):
        Alipay(
            Credentials(**vars(credentials) | {"platform_public_key": public}), base_url=url
        ).test_connection()


def make_notice(standins: StandInServer, mode: str = "valid") -> bytes:
    return MODES[mode](standins.world, find_subject(standins.world, "order-0001"))


def test_a_notice_is_read_from_the_bytes_of_its_form(
    alipay: Alipay, demo: Demo, standins: StandInServer
) -> None:
    trade_no = paid(alipay, demo)
    notice = alipay.read_notice(make_notice(standins))
    assert (notice.content.number, notice.content.trade_no, notice.refund_number) == (
        "order-0001",
        trade_no,
        "",
    )
    assert (notice.content.state, notice.content.amount_fen) == ("SUCCESS", 8_05)
    assert abs(notice.content.paid_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("tampered", "signature"),
        ("other_key", "signature"),
        ("unsigned", "headers"),
        ("sha1", "headers"),
        ("twice", "headers"),
        ("wrong_app", "merchant"),
        ("wrong_seller", "merchant"),
    ],
)
def test_what_is_not_proven_is_not_read(
    alipay: Alipay, demo: Demo, standins: StandInServer, mode: str, reason: str
) -> None:
    paid(alipay, demo)
    with pytest.raises(BadSignature) as caught:
        alipay.read_notice(make_notice(standins, mode))
    assert caught.value.reason == reason


@pytest.mark.parametrize("mode", ["without_status", "without_time", "wrong_status", "wrong_kind"])
def test_what_is_proven_and_makes_no_sense_is_unknown(
    alipay: Alipay, demo: Demo, standins: StandInServer, mode: str
) -> None:
    paid(alipay, demo)
    with pytest.raises(Unknown) as caught:
        alipay.read_notice(make_notice(standins, mode))
    assert not isinstance(caught.value, BadSignature)


@pytest.mark.parametrize(
    "body", [b"", b"=", b"a", b"a=%ff&b=1", b"\xff=1", b"&".join(b"f%d=1" % n for n in range(300))]
)
def test_what_is_no_form_is_not_read(alipay: Alipay, body: bytes) -> None:
    with pytest.raises(BadSignature):
        alipay.read_notice(body)


def test_a_notice_by_a_key_that_was_exchanged_is_still_read(
    credentials: Credentials, alipay: Alipay, demo: Demo, standins: StandInServer
) -> None:
    paid(alipay, demo)
    _private, public = make_pair()
    exchanged = vars(credentials) | {
        "platform_public_key": public,
        "former_platform_keys": (credentials.platform_public_key,),
    }
    assert Alipay(Credentials(**exchanged)).read_notice(make_notice(standins)).content.number == "order-0001"


def test_an_empty_field_is_as_one_that_is_not_there(
    alipay: Alipay, demo: Demo, standins: StandInServer
) -> None:
    paid(alipay, demo)
    fields = dict(find_subject(standins.world, "order-0001").fields)
    assert alipay.read_notice(write_form(standins.world, fields) + b"&body=").content.amount_fen == 8_05


def test_the_stand_in_refuses_fields_that_alipay_does_not_know(
    alipay: Alipay, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Alipay._write_fields
    monkeypatch.setattr(Alipay, "_write_fields", lambda self, *args: usual(self, *args) | {"nonce": "1"})
    with pytest.raises(Rejected, match="nonce"):
        alipay.query("order-0001")
    assert split_form(b"a=%E5%B1%B1+x") == {"a": "山 x".encode()}
