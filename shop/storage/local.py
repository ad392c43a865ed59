"""Stored files in a folder of this machine."""

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from shop.storage import CHUNK


class LocalFolder(FileSystemStorage):
    """The folder that `setting` names; read each time, as tests have folders of their own."""

    def __init__(self, *, setting: str) -> None:
        super().__init__()
        self._setting = setting

    @property
    def base_location(self) -> str:
        return str(getattr(settings, self._setting))

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def write(self, name: str, source: IO[bytes]) -> None:
        """What was written in part is removed again. Raises OSError."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            try:
                shutil.copyfileobj(source, target, CHUNK)
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    def read(self, name: str) -> Iterator[bytes]:
        source = open(self.path(name), "rb")  # noqa: SIM115 - closed where the last chunk was read
        return _read(source)

    def list_names(self) -> Iterator[str]:
        root = Path(self.location)
        return (str(path.relative_to(root)) for path in sorted(root.rglob("*")) if path.is_file())

    def link(self, name: str, *, holds_s: int, headers: dict[str, str]) -> str:
        return ""


def _read(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        yield from iter(partial(source.read, CHUNK), b"")
