"""What a merchant's server makes of each kind of notify."""

import json

import pytest

from shop.clients.errors import BadSignature, ClientError, Unknown
from shop.clients.wechat_pay import Notice, Transaction, WeChatPay
from shop.demo.standins import StandInServer
from shop.demo.standins.wechat.gate import sign_headers
from shop.demo.standins.wechat.notices import _write_body, find_subject
from tests.clients.conftest import Demo, Shop
from tests.expect import wait_until


@pytest.fixture
def paid(pay: WeChatPay, demo: Demo, shop: Shop) -> str:
    """A paid order whose own notify was held back."""
    demo.post("behaviour", send_notices=False)
    demo.paid_order(pay, notify_url=shop.url)
    return "order-0001"


def read_all(pay: WeChatPay, shop: Shop) -> list[Notice[Transaction]]:
    return [pay.read_payment_notice(callback.headers, callback.body) for callback in shop.inbox.callbacks]


def test_a_payment_is_told(pay: WeChatPay, demo: Demo, shop: Shop) -> None:
    demo.paid_order(pay, notify_url=shop.url)
    wait_until(lambda: len(shop.inbox.callbacks) == 1)

    notice = read_all(pay, shop)[0]

    assert notice.event_type == "TRANSACTION.SUCCESS"
    assert notice.content == pay.query("order-0001")
    assert len(notice.nonce) == 32


def test_an_unanswered_notify_comes_again_until_it_is_taken(pay: WeChatPay, demo: Demo, shop: Shop) -> None:
    shop.inbox.answers = [500, 404, 204]
    demo.paid_order(pay, notify_url=shop.url)

    wait_until(lambda: demo.state()["notices"].get("order-0001") == [500, 404, 204])

    first, second, third = read_all(pay, shop)
    assert first.id == second.id == third.id
    assert len({first.nonce, second.nonce, third.nonce}) == 3


def test_without_notifies_nothing_comes(pay: WeChatPay, demo: Demo, shop: Shop, paid: str) -> None:
    assert demo.state()["notices"] == {}
    assert pay.query(paid).state == "SUCCESS"


@pytest.mark.parametrize(("mode", "times"), [("valid", 1), ("duplicate", 2), ("concurrent", 20)])
def test_genuine_notifies_are_believed(
    pay: WeChatPay, demo: Demo, shop: Shop, paid: str, mode: str, times: int
) -> None:
    statuses = demo.post("notices", number=paid, mode=mode)["statuses"]

    notices = read_all(pay, shop)
    assert statuses == [204] * times
    assert {notice.content.amount_fen for notice in notices} == {100}
    assert len({notice.id for notice in notices}) == 1
    assert len({notice.nonce for notice in notices}) == times


def test_a_replayed_notify_shows_its_old_nonce(pay: WeChatPay, demo: Demo, shop: Shop, paid: str) -> None:
    demo.post("notices", number=paid, mode="replayed_nonce")

    first, second = read_all(pay, shop)
    assert first.nonce == second.nonce


def test_a_wrong_sum_is_told_as_it_is(pay: WeChatPay, demo: Demo, shop: Shop, paid: str) -> None:
    """Only the caller knows what the sum should have been."""
    demo.post("notices", number=paid, mode="wrong_amount")

    assert read_all(pay, shop)[0].content.amount_fen == 101


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("tampered", "signature"),
        ("stale", "stale"),
        ("unknown_serial", "serial"),
        ("signtest", "signature"),
        ("wrong_mchid", "merchant"),
    ],
)
def test_false_notifies_are_refused(
    pay: WeChatPay, demo: Demo, shop: Shop, paid: str, mode: str, reason: str
) -> None:
    demo.post("notices", number=paid, mode=mode)
    callback = shop.inbox.callbacks[0]

    with pytest.raises(BadSignature) as failure:
        pay.read_payment_notice(callback.headers, callback.body)

    assert failure.value.reason == reason


def test_header_names_may_be_written_in_any_case(pay: WeChatPay, demo: Demo, shop: Shop, paid: str) -> None:
    demo.post("notices", number=paid, mode="valid")
    callback = shop.inbox.callbacks[0]

    for change in (str.upper, str.lower, str.title):
        headers = {change(name): value for name, value in callback.headers.items()}
        assert pay.read_payment_notice(headers, callback.body).content.number == paid


@pytest.mark.parametrize("name", ["Timestamp", "Nonce", "Signature", "Serial"])
@pytest.mark.parametrize("value", [None, "", "nonsense", "Ünïcode", "\ud800", "9" * 5000, "-1", "1.5"])
def test_a_broken_header_is_refused(
    pay: WeChatPay, demo: Demo, shop: Shop, paid: str, name: str, value: str | None
) -> None:
    demo.post("notices", number=paid, mode="valid")
    callback = shop.inbox.callbacks[0]
    headers = {key: text for key, text in callback.headers.items() if key != f"Wechatpay-{name}"}
    if value is not None:
        headers[f"Wechatpay-{name}"] = value

    with pytest.raises(BadSignature):
        pay.read_payment_notice(headers, callback.body)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"<html>", b"[]", b"null", b"[" * 100_000])
def test_an_unsigned_body_is_refused_before_it_is_read(pay: WeChatPay, body: bytes) -> None:
    with pytest.raises(BadSignature):
        pay.read_payment_notice({}, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>",
        b"[]",
        b"null",
        b"[" * 100_000,
        b"9" * 10_000,
        b"{}",
        b'{"id": 5, "event_type": "TRANSACTION.SUCCESS"}',
        b'{"id": "a", "event_type": "TRANSACTION.SUCCESS"}',
        b'{"id": "a", "event_type": "TRANSACTION.SUCCESS", "resource": []}',
        b'{"id": "a", "event_type": "TRANSACTION.SUCCESS", "resource": {"algorithm": "none"}}',
        b'{"id": "a", "event_type": "TRANSACTION.SUCCESS", "resource": '
        b'{"algorithm": "AEAD_AES_256_GCM", "nonce": "x", "ciphertext": "!"}}',
        b'{"id": "a", "event_type": "TRANSACTION.SUCCESS", "resource": '
        b'{"algorithm": "AEAD_AES_256_GCM", "nonce": "\\ud800", "ciphertext": "\\u00e9"}}',
        b'{"id": "a", "event_type": "REFUND.SUCCESS", "resource": {}}',
    ],
)
def test_signed_nonsense_ends_in_the_family_too(pay: WeChatPay, standins: StandInServer, body: bytes) -> None:
    headers = sign_headers(standins.world, body)

    for read in (pay.read_payment_notice, pay.read_refund_notice):
        with pytest.raises(Unknown):
            read(headers, body)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": None},
        {"amount": {"total": "100", "currency": "CNY"}},
        {"amount": {"total": 100.0, "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": -1, "currency": "CNY"}},
        {"amount": {"total": 100, "currency": "USD"}},
        {"amount": {"total": 100}},
        {"appid": "wx0"},
        {"appid": None},
        {"transaction_id": None},
        {"payer": []},
        {"payer": None},
        {"success_time": "yesterday"},
        {"success_time": "2026-01-01T00:00:00"},
        {"trade_state": 5},
        {"out_trade_no": None},
    ],
)
def test_a_signed_payment_with_an_odd_field_is_refused(
    pay: WeChatPay, standins: StandInServer, paid: str, changes: dict[str, object]
) -> None:
    body = _write_body(standins.world, find_subject(standins.world, paid), **changes)

    with pytest.raises(ClientError):
        pay.read_payment_notice(sign_headers(standins.world, body), body)


def test_a_refund_is_told(pay: WeChatPay, demo: Demo, shop: Shop, paid: str) -> None:
    demo.post("behaviour", refund_outcome="PROCESSING", send_notices=True)
    pay.refund(
        trade_no=pay.query(paid).trade_no,
        refund_number="refund-1",
        refund_fen=40,
        total_fen=100,
        reason="x",
        notify_url=shop.url,
    )
    demo.post("settle-refund", number="refund-1", status="ABNORMAL")
    wait_until(lambda: len(shop.inbox.callbacks) == 1)
    callback = shop.inbox.callbacks[0]

    notice = pay.read_refund_notice(callback.headers, callback.body)

    assert (notice.event_type, notice.content.status) == ("REFUND.ABNORMAL", "ABNORMAL")
    assert (notice.content.number, notice.content.amount_fen) == ("refund-1", 40)
    with pytest.raises(Unknown):
        pay.read_payment_notice(callback.headers, callback.body)


def test_a_notify_cannot_be_read_with_another_api_v3_key(
    pay: WeChatPay, demo: Demo, shop: Shop, paid: str
) -> None:
    demo.post("notices", number=paid, mode="valid")
    callback = shop.inbox.callbacks[0]
    other = WeChatPay(type(pay._credentials)(**(vars(pay._credentials) | {"api_v3_key": "0" * 32})))

    with pytest.raises(BadSignature) as failure:
        other.read_payment_notice(callback.headers, callback.body)

    assert failure.value.reason == "decryption"


def test_the_notify_keeps_its_signature_whatever_the_json_spacing(
    pay: WeChatPay, demo: Demo, shop: Shop, paid: str
) -> None:
    """Signatures are over bytes: the same JSON written differently is another message."""
    demo.post("notices", number=paid, mode="valid")
    callback = shop.inbox.callbacks[0]
    rewritten = json.dumps(json.loads(callback.body), indent=1).encode()

    with pytest.raises(BadSignature):
        pay.read_payment_notice(callback.headers, rewritten)
