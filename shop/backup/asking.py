"""What opens or locks an archive, from the command line, the environment, or typed."""

import os
from collections.abc import Sequence
from pathlib import Path

from shop.backup.locks import Key, Lock, Passphrase, PublicKeys, SecretKey
from shop.backup.passphrase import ask_passphrase


def choose_lock(recipients: Sequence[str]) -> Lock:
    """The public keys given, else BACKUP_RECIPIENT (several with commas between), else a passphrase."""
    named = list(recipients) or [text for text in os.environ.get("BACKUP_RECIPIENT", "").split(",") if text]
    return PublicKeys(named) if named else Passphrase(ask_passphrase(twice=True))


def choose_key(identity: Path | None = None) -> Key:
    """The file of a secret key that is given, else BACKUP_IDENTITY, else a passphrase."""
    file = identity or os.environ.get("BACKUP_IDENTITY", "")
    return SecretKey(Path(file)) if file else Passphrase(ask_passphrase(twice=False))
