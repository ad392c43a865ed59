"""Encryption of personal data and secrets at rest.

Format of a stored value: ``v2:<key id>:<base64(nonce + ciphertext + tag)>`` (AES-256-GCM, 96-bit random nonce). The
associated data names the table and column, and what the value belongs to: copied to another column or row it does not
open. A buyer's values need a secret of that buyer beside the key: without it nothing opens them, in any copy. Values
of former versions (``v1``) know their table and column only; they open until `manage.py rotate_keys` has sealed them
anew.
"""

import base64
import hmac
import os
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12
_SEALED = re.compile(r"v[12]:[^:]*:[A-Za-z0-9+/]{36,}=*\Z")
BOUND_PREFIX = "v2:"
"""So begins a value that knows its row and its buyer; others know their table and column only, or are plain."""


class Undecryptable(Exception):
    """The value was altered or moved to another column or row, or its key is not among DATA_KEYS."""


def new_secret() -> str:
    """The secret of a new buyer: 128 random bits in hex."""
    return secrets.token_hex(16)


def seal(text: str, *, context: str, row: str = "", secret: str | None = None) -> str:
    """Encrypt with the first of DATA_KEYS; the same `context`, `row` and `secret` must be given to open.

    `context` is the table and column (such as "orders_order.phone"), `row` what in the table the value belongs to.
    """
    return _write("v2", text, context, row, secret)


def seal_as_before(text: str, *, context: str) -> str:
    """As version 1 did, for its migrations: bound to the column only."""
    return _write("v1", text, context, "", None)


def _write(version: str, text: str, context: str, row: str, secret: str | None) -> str:
    key_id, key = next(iter(settings.DATA_KEYS.items()))
    nonce = os.urandom(_NONCE_BYTES)
    body = nonce + _cipher(key, secret).encrypt(nonce, text.encode(), _bind(context, row))
    return f"{version}:{key_id}:{base64.b64encode(body).decode()}"


def is_sealed(stored: str) -> bool:
    """Whether a stored value is a sealed one of any version, and not text as somebody typed it."""
    return _SEALED.match(stored) is not None


def current_prefix() -> str:
    """How every value begins that is sealed as `seal` does it now, with the first of DATA_KEYS."""
    return f"v2:{next(iter(settings.DATA_KEYS))}:"


def unseal(value: str, *, context: str, row: str = "", secret: str | None = None) -> str:
    """Open what `seal` made. Raises Undecryptable."""
    version, key_id, body = [*value.split(":", 2), "", ""][:3]
    key = settings.DATA_KEYS.get(key_id)
    if version not in ("v1", "v2") or key is None:
        raise Undecryptable(context)
    if version == "v1":
        row, secret = "", None
    try:
        raw = base64.b64decode(body, validate=True)
        opened = _cipher(key, secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bind(context, row))
    except (InvalidTag, ValueError) as error:
        raise Undecryptable(context) from error
    return opened.decode()


def _cipher(key: bytes, secret: str | None) -> AESGCM:
    """The shop's key, or one that takes the shop's key and a buyer's secret to make."""
    return AESGCM(key if secret is None else hmac.digest(key, f"buyer\n{secret}".encode(), "sha256"))


def _bind(context: str, row: str) -> bytes:
    return (f"{context}\n{row}" if row else context).encode()
