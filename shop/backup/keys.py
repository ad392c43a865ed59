"""The keys of an archive, derived from a passphrase, and the shop's own keys wrapped in it.

scrypt (RFC 7914) with N = 2^16, r = 8, p = 1 takes 64 MB and about a quarter of a second.
"""

import base64
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from shop.backup.failure import BackupError

SALT_BYTES = 16
SHORTEST_PASSPHRASE = 12
_NONCE_BYTES = 12
_CONTEXT = b"shop backup keys v1"


@dataclass(frozen=True)
class ArchiveKeys:
    """`wrapping` encrypts the shop's keys, `sealing` authenticates the manifest."""

    wrapping: bytes
    sealing: bytes


def derive_keys(passphrase: str, salt: bytes) -> ArchiveKeys:
    """Raises BackupError for a passphrase that is too short to protect anything."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupError(f"The passphrase must have at least {SHORTEST_PASSPHRASE} characters.")
    derived = Scrypt(salt=salt, length=64, n=2**16, r=8, p=1).derive(passphrase.encode())
    return ArchiveKeys(derived[:32], derived[32:])


def wrap_secrets(keys: ArchiveKeys, secrets: Mapping[str, str]) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    body = AESGCM(keys.wrapping).encrypt(nonce, json.dumps(dict(secrets)).encode(), _CONTEXT)
    return base64.b64encode(nonce + body).decode()


def unwrap_secrets(keys: ArchiveKeys, wrapped: str) -> dict[str, str]:
    """Raises BackupError when the passphrase is wrong."""
    raw = base64.b64decode(wrapped)
    try:
        plain = AESGCM(keys.wrapping).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _CONTEXT)
    except InvalidTag as error:
        raise BackupError("The passphrase is wrong, or the archive was changed.") from error
    return {str(name): str(value) for name, value in json.loads(plain).items()}


def seal_of(keys: ArchiveKeys, manifest: bytes) -> bytes:
    return hmac.digest(keys.sealing, manifest, "sha256").hex().encode()


def read_own_secrets() -> dict[str, str]:
    """The keys this process runs with, spelled as in its environment."""

    def spell(key: bytes) -> str:
        return base64.b64encode(key).decode()

    secrets = {
        "DATA_KEYS": ",".join(f"{key_id}:{spell(key)}" for key_id, key in settings.DATA_KEYS.items()),
        "SEARCH_KEY": spell(settings.SEARCH_KEY),
    }
    if settings.SEARCH_KEY_OLD:
        secrets["SEARCH_KEY_OLD"] = spell(settings.SEARCH_KEY_OLD)
    return secrets


def write_keys_file(path: Path, secrets: Mapping[str, str]) -> None:
    """Write an environment file only its owner can read. Raises BackupError where one exists already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BackupError(f"{path} exists already; keys are never written over a file.") from error
    except OSError as error:
        raise BackupError(f"Cannot write {path}: {error.strerror}.") from error
    with os.fdopen(descriptor, "w") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in secrets.items())
