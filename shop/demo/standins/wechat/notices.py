"""Notifies of the pretend WeChat Pay: genuine ones with retries, and every kind of false one on order.

Source: WeChat Pay documents 支付通知, 退款通知, 签名与验签 (probe traffic WECHATPAY/SIGNTEST).
"""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests

from shop.demo.standins.ledger import now
from shop.demo.standins.wechat.gate import sign_headers
from shop.demo.standins.wechat.signatures import encrypt_text
from shop.demo.standins.wechat.trades import describe_trade, write_time
from shop.demo.standins.wire import Problem
from shop.demo.standins.world import World

# The vendor gives a merchant 5 seconds to answer.
ANSWER_SECONDS = 5
NO_ANSWER = 0
TWO_OR_MORE = {"duplicate": 2, "replayed_nonce": 2, "concurrent": 20}


@dataclass(frozen=True)
class Callback:
    """One notify ready to be posted."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Subject:
    """What a notify is about: where it goes, and its content before encryption."""

    url: str
    notice_id: str
    event_type: str
    resource: dict[str, Any]


def send_later(world: World, number: str) -> None:
    """Send the genuine notify about a trade or refund from a thread, until it is answered with 2xx."""
    if world.ledger.behaviour()["send_notices"] and find_subject(world, number).url:
        world.start_sending(partial(_send_with_retries, world, number))


def send_now(world: World, number: str, mode: str, times: int, url: str) -> list[int]:
    """Send `times` notifies of one kind (0: the kind's usual number); return the HTTP statuses, 0 for no
    answer.

    `url` replaces the notify address given with the order, if not empty.
    """
    if mode not in MODES:
        raise Problem(400, "PARAM_ERROR", f"mode must be one of {', '.join(MODES)}")
    subject = find_subject(world, number)
    target = url or subject.url
    if not target:
        raise Problem(409, "INVALID_REQUEST", "there is no address to notify")
    callbacks = MODES[mode](world, subject, times or TWO_OR_MORE.get(mode, 1))
    if mode == "concurrent":
        return _post_together(world, number, target, callbacks)
    return [_post(world, number, target, callback) for callback in callbacks]


def find_subject(world: World, number: str) -> Subject:
    """The notify due for this trade or refund number; an unpaid trade is described as if it were paid."""
    trade = world.ledger.find("SELECT * FROM trades WHERE number = ?", number)
    if trade is not None:
        # A payment notify tells the moment of payment, so later refunds do not show in it.
        resource = describe_trade(world, dict(trade), state="SUCCESS")
        return Subject(trade["notify_url"], trade["notice_id"], "TRANSACTION.SUCCESS", resource)
    refund = world.ledger.find_refund(number)
    if refund is None:
        raise Problem(404, "RESOURCE_NOT_EXISTS", "no such trade or refund")
    event = f"REFUND.{refund['status']}"
    resource = describe_refund(dict(refund), refund["status"])
    resource |= {"mchid": world.credentials.mchid, "refund_status": refund["status"]}
    return Subject(refund["notify_url"], refund["notice_id"], event, resource)


def describe_refund(refund: Mapping[str, Any], status: str) -> dict[str, Any]:
    """What notifies and answers both tell of a refund of this status."""
    fen, total = refund["amount_fen"], refund["total_fen"]
    facts = {
        "out_trade_no": refund["trade_number"],
        "transaction_id": refund["trade_no"],
        "out_refund_no": refund["number"],
        "refund_id": refund["refund_id"],
        "user_received_account": "支付用户零钱",
        "amount": {"total": total, "refund": fen, "payer_total": total, "payer_refund": fen},
    }
    if status == "SUCCESS":
        facts["success_time"] = write_time(refund["finished_at"])
    return facts


def _write_body(world: World, subject: Subject, **changes: Any) -> bytes:
    """The notify with its resource encrypted, after `changes` to the resource."""
    kind = subject.event_type.partition(".")[0].lower()
    nonce = secrets.token_hex(6)
    plain = json.dumps({**subject.resource, **changes}, ensure_ascii=False).encode()
    notice = {
        "id": subject.notice_id,
        "create_time": write_time(now()),
        "resource_type": "encrypt-resource",
        "event_type": subject.event_type,
        "summary": subject.event_type.lower(),
        "resource": {
            "original_type": kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": encrypt_text(world.credentials.api_v3_key, nonce, kind, plain),
            "associated_data": kind,
            "nonce": nonce,
        },
    }
    return json.dumps(notice).encode()


def _write_valid(
    world: World, subject: Subject, times: int, *, age: int = 0, **changes: Any
) -> list[Callback]:
    """The notify, signed anew each time as if `age` seconds ago, after `changes` to what it tells."""
    body = _write_body(world, subject, **changes)
    return [Callback(sign_headers(world, body, age=age), body) for _ in range(times)]


def _write_replayed(world: World, subject: Subject, times: int) -> list[Callback]:
    return _write_valid(world, subject, 1) * times


def _write_tampered(world: World, subject: Subject, times: int) -> list[Callback]:
    return [
        Callback(valid.headers, valid.body.replace(b'"summary"', b'"Summary"'))
        for valid in _write_valid(world, subject, times)
    ]


def _write_with(world: World, subject: Subject, times: int, **headers: str) -> list[Callback]:
    """Genuine ones, but for these headers after they were signed."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return [
        Callback({**valid.headers, **changed}, valid.body) for valid in _write_valid(world, subject, times)
    ]


def _write_signtest(world: World, subject: Subject, times: int) -> list[Callback]:
    probe = f"WECHATPAY/SIGNTEST/{secrets.token_urlsafe(64)}"
    return _write_with(world, subject, times, Wechatpay_Signature=probe)


def _write_wrong_amount(world: World, subject: Subject, times: int) -> list[Callback]:
    amount = dict(subject.resource["amount"])
    name = "refund" if "refund" in amount else "total"
    return _write_valid(world, subject, times, amount=amount | {name: amount[name] + 1})


MODES: dict[str, Callable[[World, Subject, int], list[Callback]]] = {
    "valid": _write_valid,
    "duplicate": _write_valid,
    "concurrent": _write_valid,
    "replayed_nonce": _write_replayed,
    "tampered": _write_tampered,
    "stale": partial(_write_valid, age=600),
    "unknown_serial": partial(_write_with, Wechatpay_Serial=f"PUB_KEY_ID_{'0' * 32}"),
    "signtest": _write_signtest,
    "wrong_amount": _write_wrong_amount,
    "wrong_mchid": partial(_write_valid, mchid="1900000000"),
}


def _send_with_retries(world: World, number: str) -> None:
    subject = find_subject(world, number)
    for delay in (0.0, *world.retry_delays):
        if world.stopping.wait(delay):
            return
        callback = _write_valid(world, subject, 1)[0]
        if 200 <= _post(world, number, subject.url, callback) < 300:
            return


def _post(world: World, number: str, url: str, callback: Callback) -> int:
    headers = {**callback.headers, "Content-Type": "application/json", "User-Agent": "Mozilla/4.0"}
    try:
        answer = requests.post(
            url, data=callback.body, headers=headers, timeout=ANSWER_SECONDS, allow_redirects=False
        )
        status = answer.status_code
    except requests.RequestException:
        status = NO_ANSWER
    if not world.stopping.is_set():
        world.ledger.write("INSERT INTO notices VALUES (?, ?, ?)", number, now(), status)
    return status


def _post_together(world: World, number: str, url: str, callbacks: list[Callback]) -> list[int]:
    """Post all callbacks at the same moment."""
    barrier = threading.Barrier(len(callbacks))

    def post_one(callback: Callback) -> int:
        barrier.wait()
        return _post(world, number, url, callback)

    with ThreadPoolExecutor(len(callbacks)) as pool:
        return list(pool.map(post_one, callbacks))
