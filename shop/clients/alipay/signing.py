"""Alipay's signatures: RSA2 (RSA PKCS#1 v1.5 with SHA-256) alone, over exactly what was sent.

The pinned library `python-alipay-sdk` signs and verifies. It is driven for nothing else: its exchange follows no
rule of ours, its time stamps are those of the process, and it cuts the signed part out of an answer by counting
braces, wherever they stand.

Source: Alipay documents 自行实现签名, 自行实现验签, 异步通知验签.
"""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from alipay import AliPay as Library

from shop.clients.errors import BadCredentials, BadSignature, Unknown

SIGN_TYPE = "RSA2"
LEAST_BITS = 2048
MOST_FIELDS = 200
_BLANK = " \t\r\n"


# Reading a private key takes some time because it is checked, which is too much for every notice.
@lru_cache(maxsize=32)
def load_keys(app_id: str, private_key: str, public_key: str) -> Any:
    """The library with both keys, as PEM or as the bare base64 that Alipay's own tool gives. Raises BadCredentials."""
    try:
        keys = Library(app_id, None, _read_key(private_key), _read_key(public_key), SIGN_TYPE)
    except (ValueError, IndexError, TypeError) as error:
        raise BadCredentials("A key cannot be read.") from error
    own, theirs = keys.app_private_key, keys.alipay_public_key
    if not own.has_private() or theirs.has_private():
        raise BadCredentials("A private and a public key are in each other's place.")
    if min(own.size_in_bits(), theirs.size_in_bits()) < LEAST_BITS:
        raise BadCredentials("RSA2 needs keys of 2048 bits.")
    if own.public_key() == theirs:
        raise BadCredentials("This is the app's own public key, not Alipay's.")
    return keys


def _read_key(text: str) -> str | bytes:
    lines = [line.strip() for line in text.strip().splitlines()]
    if lines and lines[0].startswith("-----BEGIN"):
        return "\n".join(lines)
    return base64.b64decode("".join(lines), validate=True)


def sign_form(keys: Any, fields: Mapping[str, str]) -> str:
    """The fields as a signed form or query; empty ones are left out, as they are of the signature."""
    return str(keys.sign_data({name: value for name, value in fields.items() if value}))


def is_signed(keys: Any, text: str, signature: str) -> bool:
    """Whether the base64 `signature` over `text` was made by Alipay's key."""
    try:
        base64.b64decode(signature, validate=True)
        return bool(keys._verify(text, signature))
    except (ValueError, TypeError):
        return False


def split_answer(body: bytes) -> dict[str, tuple[Any, str]]:
    """The members of an answer with the exact text that each has in it. Raises Unknown."""
    try:
        text = body.decode()
        return _split_object(text)
    except (ValueError, RecursionError, IndexError):
        pass
    raise Unknown("The answer is not a JSON object.")


def _split_object(text: str) -> dict[str, tuple[Any, str]]:
    """Raises ValueError or IndexError for what is not one JSON object whose names are all different."""
    decoder, members = json.JSONDecoder(), {}
    at = _skip(text, 0, "{")
    while text[at] != "}":
        name, end = decoder.raw_decode(text, at)
        start = _skip(text, end, ":")
        value, end = decoder.raw_decode(text, start)
        if not isinstance(name, str) or name in members:
            raise ValueError(name)
        members[name] = (value, text[start:end])
        at = _skip(text, end, "")
        if text[at] == ",":
            at = _skip(text, at, ",")
            if text[at] == "}":
                raise ValueError("a comma before the end")
    if text[at + 1 :].strip(_BLANK):
        raise ValueError("more than one value")
    return members


def _skip(text: str, at: int, mark: str) -> int:
    """Where the next token begins after `mark`, which has to stand there."""
    while text[at] in _BLANK:
        at += 1
    if not mark:
        return at
    if text[at] != mark:
        raise ValueError(f"no {mark}")
    return _skip(text, at + 1, "")


def open_form(body: bytes) -> dict[str, str]:
    """The fields of a notice, each once. Raises BadSignature `headers`."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        pairs = []
    fields = dict(pairs)
    if not pairs or len(fields) != len(pairs):
        raise BadSignature("headers", "The notice is not a form of different fields.")
    return fields


def is_form_signed(keys: Any, fields: Mapping[str, str]) -> bool:
    """Whether Alipay signed a notice. Its documents leave empty fields out and its own SDK does not: either may be."""
    full = {name: value for name, value in fields.items() if value}
    return any(is_signed(keys, join_fields(each), fields.get("sign", "")) for each in (fields, full))


def join_fields(fields: Mapping[str, str]) -> str:
    """What Alipay signs of a notice: everything but the signature and its kind, decoded and sorted."""
    signed = (name for name in sorted(fields) if name not in ("sign", "sign_type"))
    return "&".join(f"{name}={fields[name]}" for name in signed)
