"""Small files that nobody but their owner may read, and that are never written over."""

import os
from pathlib import Path

from shop.backup.failure import BackupError


def write_private(path: Path, text: str) -> None:
    """Raises BackupError where a file exists already, or none can be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BackupError(f"{path} exists already; keys are never written over a file.") from error
    except OSError as error:
        raise BackupError(f"Cannot write {path}: {error.strerror}.") from error
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
