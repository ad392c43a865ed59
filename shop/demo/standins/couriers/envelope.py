"""Forms as they came over the wire, taken apart strictly, and the signatures of both providers.

Shared with no client, so that a client's mistake shows. Source: as for the clients, the vendors' demos.
"""

import hashlib
from base64 import b64encode
from collections.abc import Collection
from urllib.parse import unquote_to_bytes

from shop.demo.standins.wire import Request

FORM = "application/x-www-form-urlencoded"


def read_form(request: Request, names: Collection[str]) -> dict[str, bytes] | None:
    """The fields, decoded once; None unless it is a UTF-8 form of exactly these, each once."""
    kind, _, charset = request.headers.get("content-type", "").replace(" ", "").lower().partition(";")
    if request.method != "POST" or kind != FORM or charset not in {"", "charset=utf-8"}:
        return None
    pairs = [pair.partition(b"=") for pair in request.body.split(b"&")]
    fields = {name.decode("ascii", "replace"): _decode(value) for name, _, value in pairs}
    return fields if len(pairs) == len(fields) and set(fields) == set(names) else None


def _decode(value: bytes) -> bytes:
    return unquote_to_bytes(value.replace(b"+", b" "))


def sign_kdniao(data: bytes, api_key: str) -> bytes:
    """MD5 over data and key as 32 small hexadecimal digits, and these in base64."""
    return b64encode(hashlib.md5(data + api_key.encode(), usedforsecurity=False).digest().hex().encode())


def sign_kuaidi100(param: bytes, moment: bytes, key: str, secret: str) -> bytes:
    """MD5 over param, t, key and secret as 32 capital hexadecimal digits."""
    digest = hashlib.md5(b"".join((param, moment, key.encode(), secret.encode())), usedforsecurity=False)
    return digest.digest().hex().upper().encode()


def read_any_form(request: Request) -> dict[str, str] | None:
    """The fields as text, decoded once; None unless it is a UTF-8 form that has each once."""
    names = {pair.partition(b"=")[0].decode("ascii", "replace") for pair in request.body.split(b"&")}
    fields = read_form(request, names)
    try:
        return {name: value.decode() for name, value in fields.items()} if fields else None
    except UnicodeDecodeError:
        return None
