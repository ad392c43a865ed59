"""The passphrase comes from BACKUP_PASSPHRASE or is typed; never from the command line, where others can see it."""

import getpass
import os

from shop.backup.failure import BackupError


def ask_passphrase(*, twice: bool) -> str:
    """Raises BackupError when nobody is there to type it, or the repetition differs."""
    if passphrase := os.environ.get("BACKUP_PASSPHRASE", ""):
        return passphrase
    try:
        passphrase = getpass.getpass("Passphrase of the backup: ")
        if twice and getpass.getpass("Once more: ") != passphrase:
            raise BackupError("The two passphrases differ.")
    except (EOFError, OSError) as error:
        raise BackupError("Set BACKUP_PASSPHRASE: there is nobody to type the passphrase.") from error
    return passphrase
