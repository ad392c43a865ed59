"""The passphrase comes from BACKUP_PASSPHRASE or is typed; never from the command line, where others can see it."""

import getpass
import os
import warnings

from shop.backup.failure import BackupError


def ask_passphrase(*, twice: bool) -> str:
    """Raises BackupError when nobody is there to type it, or the repetition differs."""
    if passphrase := os.environ.get("BACKUP_PASSPHRASE", ""):
        return passphrase
    try:
        with warnings.catch_warnings():
            # Without a terminal it would read standard input, and show what is typed.
            warnings.simplefilter("error", getpass.GetPassWarning)
            passphrase = getpass.getpass("Passphrase of the backup: ")
            if twice and getpass.getpass("Once more: ") != passphrase:
                raise BackupError("The two passphrases differ.")
    except (EOFError, OSError, getpass.GetPassWarning) as error:
        raise BackupError("Set BACKUP_PASSPHRASE: there is nobody to type the passphrase.") from error
    return passphrase
