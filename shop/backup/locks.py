"""What an archive is locked with: a passphrase, or public keys whose secret half the shop does not have.

The box that is locked holds the secret key of the archive's members, the key that authenticates its manifest, and the
shop's own keys. A passphrase goes through scrypt (RFC 7914) with N = 2^16, r = 8, p = 1: 64 MB and a quarter of a
second. Public keys are those of age (https://age-encryption.org/v1).
"""

import base64
import binascii
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pyrage import DecryptError, IdentityError, RecipientError, decrypt, encrypt, x25519

from shop.backup.failure import BackupError
from shop.backup.files import write_private

SHORTEST_PASSPHRASE = 12
_SALT_BYTES = 16
_NONCE_BYTES = 12
_CONTEXT = b"shop backup box v2"
_LINE_OF_KEY = "AGE-SECRET-KEY-"


class Lock(Protocol):
    """Closes a box when a backup is made."""

    def close(self, box: bytes) -> dict[str, Any]:
        """What is written into the archive: plain JSON that says how the box is locked."""


class Key(Protocol):
    """Opens the box of an archive."""

    def open(self, locked: dict[str, Any]) -> bytes:
        """Raises BackupError when it does not fit."""


class Passphrase:
    """Lock and key at once. Raises BackupError for one that is too short to protect anything."""

    def __init__(self, words: str) -> None:
        if len(words) < SHORTEST_PASSPHRASE:
            raise BackupError(f"The passphrase must have at least {SHORTEST_PASSPHRASE} characters.")
        self._words = words.encode()

    def close(self, box: bytes) -> dict[str, Any]:
        salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        closed = nonce + AESGCM(self._derive(salt)).encrypt(nonce, box, _CONTEXT)
        return {"lock": "passphrase", "salt": _spell(salt), "box": _spell(closed)}

    def open(self, locked: dict[str, Any]) -> bytes:
        if locked["lock"] != "passphrase":
            raise BackupError("This backup is locked with a public key: name the file of its secret key.")
        raw = base64.b64decode(locked["box"])
        cipher = AESGCM(self._derive(base64.b64decode(locked["salt"])))
        try:
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _CONTEXT)
        except InvalidTag as error:
            raise BackupError("The passphrase is wrong, or the archive was changed.") from error

    def _derive(self, salt: bytes) -> bytes:
        return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(self._words)


class PublicKeys:
    """Any of the secret keys that belong to these opens the archive. Raises BackupError for what is none."""

    def __init__(self, recipients: Sequence[str]) -> None:
        try:
            self._recipients = [x25519.Recipient.from_str(text.strip()) for text in recipients]
        except RecipientError as error:
            raise BackupError("This is no public key: it begins with “age1”.") from error

    def close(self, box: bytes) -> dict[str, Any]:
        return {"lock": "public-key", "box": _spell(encrypt(box, self._recipients))}


class SecretKey:
    """The file that `manage.py backup_key` or `age-keygen` made. Raises BackupError where it holds no secret key."""

    def __init__(self, path: Path) -> None:
        try:
            lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
            found = [x25519.Identity.from_str(line) for line in lines if line.startswith(_LINE_OF_KEY)]
        except (OSError, UnicodeDecodeError, IdentityError) as error:
            raise BackupError(f"{path} cannot be read as a secret key.") from error
        if not found:
            raise BackupError(f"There is no secret key in {path}.")
        self._identities = found

    def open(self, locked: dict[str, Any]) -> bytes:
        if locked["lock"] != "public-key":
            raise BackupError("This backup is locked with a passphrase, not with a public key.")
        try:
            return bytes(decrypt(base64.b64decode(locked["box"]), self._identities))
        except (DecryptError, binascii.Error) as error:
            raise BackupError("This secret key does not open the backup, or it was changed.") from error


def make_secret_key(path: Path) -> str:
    """Write a new secret key into a file only its owner can read, and return its public key. Raises BackupError."""
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    write_private(path, f"# public key: {public}\n{identity}\n")
    return public


def _spell(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
