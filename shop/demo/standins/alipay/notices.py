"""Pretend Alipay: its notices as signed forms, genuine and false ones, repeated until `success` is answered.

Source: Alipay documents 异步通知说明.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import requests

from shop.demo.standins.alipay.gate import write_time, write_yuan
from shop.demo.standins.alipay.trades import find_trade, sum_refunds, tell_state
from shop.demo.standins.ledger import make_alipay_trade_no, now
from shop.demo.standins.wechat.signatures import sign_bytes
from shop.demo.standins.wire import Problem
from shop.demo.standins.world import World

ANSWER_SECONDS = 5
NO_ANSWER = 0
NOT_TAKEN = 1
"""Noted where 200 was answered and not the word `success`."""
TWO_OR_MORE = {"duplicate": 2, "concurrent": 20}


@dataclass(frozen=True)
class Subject:
    """What a notice is about: where it goes and what it says."""

    url: str
    fields: Mapping[str, str]


def find_subject(world: World, number: str) -> Subject:
    """The notice due for this payment or refund; an unpaid payment is described as if it were paid."""
    trade = find_trade(world, number)
    if trade is not None:
        return Subject(trade["notify_url"], _write_payment(world, dict(trade)))
    refund = world.ledger.find("SELECT * FROM alipay_refunds WHERE number = ?", number)
    trade = find_trade(world, refund["trade_number"]) if refund else None
    if refund is None or trade is None:
        raise Problem(404, "RESOURCE_NOT_EXISTS", "no such payment or refund")
    fields = _write_payment(world, dict(trade)) | {
        "notify_id": refund["notice_id"],
        "trade_status": tell_state(world, dict(trade)),
        "out_biz_no": number,
        "refund_fee": write_yuan(sum_refunds(world, trade["number"])),
        "gmt_refund": f"{write_time(refund['created_at'])}.123",
    }
    return Subject(trade["notify_url"], fields)


def is_known(world: World, number: str) -> bool:
    """Whether a payment or a refund here has this number."""
    known = "SELECT number FROM alipay_trades UNION SELECT number FROM alipay_refunds"
    return world.ledger.find(f"SELECT 1 FROM ({known}) WHERE number = ?", number) is not None  # noqa: S608


def _write_payment(world: World, trade: Mapping[str, object]) -> dict[str, str]:
    number, paid_at = str(trade["number"]), trade["paid_at"]
    made_at = float(str(paid_at)) if paid_at else now()
    amount = write_yuan(int(str(trade["amount_fen"])))
    return {
        "notify_time": write_time(now()),
        "notify_type": "trade_status_sync",
        "notify_id": str(trade["notice_id"]),
        "app_id": world.alipay.appid,
        "charset": "utf-8",
        "version": "1.0",
        "seller_id": world.alipay.mchid,
        "trade_no": str(trade["trade_no"] or make_alipay_trade_no(number)),
        "out_trade_no": number,
        "trade_status": "TRADE_SUCCESS",
        "total_amount": amount,
        "receipt_amount": amount,
        "buyer_logon_id": "dem***@example.com",
        "subject": "山野集 & 茶",
        "gmt_create": write_time(made_at),
        "gmt_payment": write_time(made_at),
    }


def write_form(world: World, fields: Mapping[str, str], *, sign_type: str = "RSA2") -> bytes:
    """The fields as a form with the signature of all of them."""
    message = "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()
    sign = sign_bytes(world.alipay_key, message)
    return urlencode({**fields, "sign_type": sign_type, "sign": sign}).encode()


def _write_valid(world: World, subject: Subject, **changes: str) -> bytes:
    return write_form(world, {**subject.fields, **changes})


def _write_wrong_amount(world: World, subject: Subject) -> bytes:
    fen = int(subject.fields["total_amount"].replace(".", "")) + 1
    return _write_valid(world, subject, total_amount=write_yuan(fen))


def _write_tampered(world: World, subject: Subject) -> bytes:
    return _write_valid(world, subject).replace(b"trade_status=TRADE_SUCCESS", b"trade_status=TRADE_FINISHED")


def _write_by_other_key(world: World, subject: Subject) -> bytes:
    fields = dict(subject.fields)
    message = "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()
    sign = sign_bytes(world.platform_key, message)
    return urlencode({**fields, "sign_type": "RSA2", "sign": sign}).encode()


def _write_without(world: World, subject: Subject, *, name: str) -> bytes:
    return write_form(world, {key: value for key, value in subject.fields.items() if key != name})


def _write_unsigned(_world: World, subject: Subject) -> bytes:
    return urlencode(subject.fields).encode()


def _write_twice(world: World, subject: Subject) -> bytes:
    return _write_valid(world, subject) + b"&total_amount=0.01"


def _write_by_sha1(world: World, subject: Subject) -> bytes:
    return write_form(world, subject.fields, sign_type="RSA")


MODES: dict[str, Callable[[World, Subject], bytes]] = {
    "valid": _write_valid,
    "duplicate": _write_valid,
    "concurrent": _write_valid,
    "tampered": _write_tampered,
    "unsigned": _write_unsigned,
    "other_key": _write_by_other_key,
    "sha1": _write_by_sha1,
    "twice": _write_twice,
    "without_status": partial(_write_without, name="trade_status"),
    "without_time": partial(_write_without, name="gmt_payment"),
    "wrong_amount": _write_wrong_amount,
    "wrong_app": partial(_write_valid, app_id="2021000000000000"),
    "wrong_seller": partial(_write_valid, seller_id="2088000000000000"),
    "wrong_status": partial(_write_valid, trade_status="TRADE_PENDING"),
    "wrong_kind": partial(_write_valid, notify_type="dut_user_sign"),
    "closed": partial(_write_valid, trade_status="TRADE_CLOSED", gmt_payment=""),
}


def send_later(world: World, number: str) -> None:
    """Send the genuine notice from a thread, until it is answered `success`."""
    if world.ledger.behaviour()["send_notices"] and find_subject(world, number).url:
        world.start_sending(partial(_send_with_retries, world, number))


def send_now(world: World, number: str, mode: str, times: int, url: str) -> list[int]:
    """As that of WeChat Pay: the HTTP statuses, 0 for no answer, 1 for one that is not `success`."""
    if mode not in MODES:
        raise Problem(400, "PARAM_ERROR", f"mode must be one of {', '.join(MODES)}")
    subject = find_subject(world, number)
    bodies = [MODES[mode](world, subject)] * (times or TWO_OR_MORE.get(mode, 1))
    target = url or subject.url
    if mode != "concurrent":
        return [_post(world, number, target, body) for body in bodies]
    barrier = threading.Barrier(len(bodies))

    def post_one(body: bytes) -> int:
        barrier.wait()
        return _post(world, number, target, body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post_one, bodies))


def _send_with_retries(world: World, number: str) -> None:
    for delay in (0.0, *world.retry_delays):
        if world.stopping.wait(delay):
            return
        subject = find_subject(world, number)
        if _post(world, number, subject.url, _write_valid(world, subject)) == requests.codes.ok:
            return


def _post(world: World, number: str, url: str, body: bytes) -> int:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "User-Agent": "Mozilla/4.0",
    }
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=ANSWER_SECONDS, allow_redirects=False)
        is_lost = answer.status_code == requests.codes.ok and answer.text != "success"
        status = NOT_TAKEN if is_lost else answer.status_code
    except requests.RequestException:
        status = NO_ANSWER
    if not world.stopping.is_set():
        world.ledger.write("INSERT INTO notices VALUES (?, ?, ?)", number, now(), status)
    return status
