"""The door of the pretend WeChat Pay: who may come in, and the signature on everything that goes out.

Source: WeChat Pay documents 签名与验签; the 5 minutes are those of the vendor's SDKs.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace

from shop.demo.standins.ledger import now
from shop.demo.standins.wechat.signatures import (
    SCHEME,
    is_signed_by,
    join_lines,
    parse_authorization,
    sign_bytes,
)
from shop.demo.standins.wire import Problem, Reply, Request
from shop.demo.standins.world import World

FRESH_SECONDS = 300


def check_caller(world: World, request: Request) -> None:
    """Refuse what is not freshly signed by the merchant, byte for byte, with headers as documented."""
    authorization = parse_authorization(request.headers.get("authorization", ""))
    if authorization is None:
        raise _sign_error("the Authorization header is missing or malformed")
    credentials = world.credentials
    if (authorization.mchid, authorization.serial_no) != (credentials.mchid, credentials.merchant_serial):
        raise _sign_error("unknown merchant or certificate")
    if not authorization.timestamp.isdigit() or abs(now() - int(authorization.timestamp)) >= FRESH_SECONDS:
        raise _sign_error("the timestamp is not within 5 minutes")
    head = (request.method, request.target, authorization.timestamp, authorization.nonce_str)
    message = join_lines(*(line.encode() for line in head), request.body)
    if not is_signed_by(world.merchant_key, message, authorization.signature):
        raise _sign_error("the signature does not fit")
    _use_nonce(world, authorization.nonce_str)
    _check_headers(world, request)


def sign_reply(world: World, reply: Reply) -> Reply:
    """The reply with the gateway's signature over its final body."""
    return replace(reply, headers=sign_headers(world, reply.body))


def sign_headers(world: World, body: bytes, *, age: int = 0) -> Mapping[str, str]:
    """The five signature headers for `body`, as if made `age` seconds ago."""
    timestamp, nonce = str(int(now()) - age), secrets.token_hex(16)
    message = join_lines(timestamp.encode(), nonce.encode(), body)
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": sign_bytes(world.platform_key, message),
        "Wechatpay-Serial": world.credentials.platform_key_id,
        "Wechatpay-Signature-Type": SCHEME,
    }


def _use_nonce(world: World, nonce: str) -> None:
    if not 1 <= len(nonce) <= 32:
        raise _sign_error("the nonce must have 1 to 32 characters")
    with world.ledger.transaction():
        world.ledger.write("DELETE FROM nonces WHERE seen_at < ?", now() - 2 * FRESH_SECONDS)
        if not world.ledger.write("INSERT OR IGNORE INTO nonces VALUES (?, ?)", nonce, now()):
            raise _sign_error("the nonce was used before")


def _check_headers(world: World, request: Request) -> None:
    if request.headers.get("wechatpay-serial") != world.credentials.platform_key_id:
        raise Problem(400, "INVALID_REQUEST", "header Wechatpay-Serial must name the platform key")
    if not request.headers.get("user-agent"):
        raise Problem(400, "PARAM_ERROR", "header User-Agent is missing")
    if request.headers.get("accept") != "application/json":
        raise Problem(400, "PARAM_ERROR", "header Accept must be application/json")
    if request.method == "POST" and request.headers.get("content-type") != "application/json":
        raise Problem(400, "PARAM_ERROR", "header Content-Type must be application/json")


def _sign_error(message: str) -> Problem:
    return Problem(401, "SIGN_ERROR", message)
