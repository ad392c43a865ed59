"""Encryption of personal data and secrets at rest, and keyed hashes to search by.

Format of a stored value: ``v1:<key id>:<base64(nonce + ciphertext + tag)>`` (AES-256-GCM, 96-bit random nonce).
The associated data names the table and column, so that a value copied to another column does not open.
"""

import base64
import hashlib
import hmac
import logging
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.utils.translation import gettext

logger = logging.getLogger(__name__)
_NONCE_BYTES = 12


class Undecryptable(Exception):
    """The value was altered, moved to another column, or its key is not among DATA_KEYS."""


class Unreadable(str):
    """Stands for a stored value that cannot be opened; saved again, it is written back as it was stored.

    A page shows it in the one cell it is about. `stored` is what the database holds.
    """

    stored: str

    def __new__(cls, stored: str) -> "Unreadable":
        made = super().__new__(cls, gettext("(cannot be read)"))
        made.stored = stored
        return made


def seal(text: str, *, context: str) -> str:
    """Encrypt with the first of DATA_KEYS; `context` (such as "orders_order.phone") must be given to open."""
    key_id, key = next(iter(settings.DATA_KEYS.items()))
    nonce = os.urandom(_NONCE_BYTES)
    body = nonce + AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"v1:{key_id}:{base64.b64encode(body).decode()}"


def current_prefix() -> str:
    """How every value begins that is sealed with the first of DATA_KEYS."""
    return f"v1:{next(iter(settings.DATA_KEYS))}:"


def unseal(value: str, *, context: str) -> str:
    """Open what `seal` made. Raises Undecryptable."""
    version, key_id, body = [*value.split(":", 2), "", ""][:3]
    key = settings.DATA_KEYS.get(key_id)
    if version != "v1" or key is None:
        raise Undecryptable(context)
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Undecryptable(context) from error


def keyed_hash(kind: str, value: str) -> str:
    """HMAC-SHA256 (first 128 bits, hex) of a value, to look it up without storing it; `kind` separates domains."""
    return _hash(settings.SEARCH_KEY, kind, value)


def keyed_hashes(kind: str, value: str) -> list[str]:
    """What to look a value up by: its hash, and while the search key is being changed the old key's hash too."""
    keys = [settings.SEARCH_KEY, *filter(None, [settings.SEARCH_KEY_OLD])]
    return [_hash(key, kind, value) for key in keys]


def as_number(digest: str) -> int:
    """The first 64 bits of a hash in hex as a signed number, which a database stores in eight bytes."""
    return int.from_bytes(bytes.fromhex(digest[:16]), "big", signed=True)


def _hash(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()[:32]


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A text column that is encrypted in the database and plain in Python; it cannot be filtered by."""

    @property
    def context(self) -> str:
        """The table and column, which a sealed value is bound to."""
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Unreadable):
            return value.stored
        return value if value in (None, "") else seal(str(value), context=self.context)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if value in (None, ""):
            return value
        try:
            return unseal(str(value), context=self.context)
        except Undecryptable:
            logger.error("a value of %s cannot be opened", self.context)
            return Unreadable(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("isnull", "exact"):
            raise TypeError(f"{self.name} is encrypted: look it up by its keyed hash.")
        return super().get_lookup(lookup_name)


def list_unreadable(row: models.Model) -> list[str]:
    """The columns of this row whose stored values cannot be opened."""
    fields = row._meta.concrete_fields
    return [
        f"{f.model._meta.db_table}.{f.column}"
        for f in fields
        if isinstance(getattr(row, f.attname), Unreadable)
    ]


def mask_phone(phone: str) -> str:
    """Hide at least six digits: 13812345678 → "138******78"; short numbers are hidden whole."""
    return f"{phone[:3]}{'*' * (len(phone) - 5)}{phone[-2:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_name(name: str) -> str:
    """Keep the first character: 张三丰 → "张**"."""
    return name[:1] + "*" * min(max(len(name) - 1, 0), 4)


def mask_address(detail: str) -> str:
    """Keep the first characters of the street, hide the rest with the house number."""
    return detail[:4] + "****" if len(detail) > 4 else "****"
