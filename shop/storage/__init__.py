"""Where stored files lie: in folders of this machine, or in a bucket that several machines share (`STORAGES`).

Both have the same few verbs. All but `link` may ask somebody else's computer, so never inside a transaction.
Their failures are an `OSError` or a `ClientError` (`FAILURES`).
"""

from collections.abc import Iterator
from typing import IO, Protocol, cast

from django.core.files.storage import storages

from shop.clients.errors import ClientError

FAILURES = (OSError, ClientError)
CHUNK = 1 << 20


class Store(Protocol):
    """What every backend of STORAGES that holds files of the shop can do."""

    def write(self, name: str, source: IO[bytes]) -> None:
        """Store what can be read from `source`, in constant memory."""

    def read(self, name: str) -> Iterator[bytes]:
        """The file in chunks; the first one is asked for at once. Raises FileNotFoundError."""

    def delete(self, name: str) -> None:
        """Delete the file; one that is not there is no error."""

    def list_names(self) -> Iterator[str]:
        """The names of all files."""

    def link(self, name: str, *, holds_s: int, headers: dict[str, str]) -> str:
        """An address of the store itself, signed for so many seconds; "": it has none.

        It answers with these headers: Content-Type, Content-Disposition and Cache-Control.
        """


def get_store(alias: str) -> Store:
    """The store of this name in STORAGES."""
    return cast("Store", storages[alias])
