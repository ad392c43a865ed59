"""A member of an archive on its way in and out: compressed, then encrypted to a public key, as a stream."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from typing import IO

from pyrage import EncryptError, decrypt_io, encrypt_io, x25519

_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 3


@dataclass(frozen=True)
class Written:
    """What a member holds: `size` in bytes and the checksum of its plain content, and of how many chunks it came."""

    size: int
    sha256: str
    chunks: int


def write_member(chunks: Iterable[bytes], to: IO[bytes], recipient: x25519.Recipient) -> Written:
    """Compress and encrypt everything, in constant memory."""
    source = _Compressed(chunks)
    try:
        encrypt_io(source, to, [recipient])
    except EncryptError as error:
        # What went wrong where the chunks come from is told as it is.
        raise source.failure or error from None
    return Written(source.size, source.digest.hexdigest(), source.chunks)


class _Compressed:
    """What `encrypt_io` reads: the chunks, compressed and counted on their way."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._pieces = self._compress(chunks)
        self._ready = b""
        self.digest = hashlib.sha256()
        self.size = self.chunks = 0
        self.failure: BaseException | None = None

    def _compress(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        deflate = zlib.compressobj(_LEVEL, wbits=_GZIP)
        for chunk in chunks:
            self.digest.update(chunk)
            self.size += len(chunk)
            self.chunks += 1
            yield deflate.compress(chunk)
        yield deflate.flush()

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        try:
            while not self._ready:
                self._ready = next(self._pieces)
        except StopIteration:
            return b""
        except BaseException as error:
            self.failure = error
            raise
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken


@contextmanager
def read_member(stored: IO[bytes], identity: x25519.Identity) -> Iterator[BufferedIOBase]:
    """The plain bytes of a member as a stream; who leaves at its end has read it whole.

    Raises EOFError, OSError, zlib.error or DecryptError where it was damaged, while it is read or at its end. The
    library writes where we want to read: a pipe lies between, and a thread that fills it.
    """
    outlet, inlet = os.pipe()
    with ThreadPoolExecutor(1) as thread:
        filling = thread.submit(_fill, inlet, stored, identity)
        with os.fdopen(outlet, "rb") as pipe, gzip.open(pipe) as plain:
            yield plain
            is_at_end = not plain.read(1)
    if is_at_end:
        filling.result()


def _fill(inlet: int, stored: IO[bytes], identity: x25519.Identity) -> None:
    """Decrypt as much as can be, or as anybody wants to read."""
    with os.fdopen(inlet, "wb") as pipe:
        decrypt_io(stored, pipe, [identity])
