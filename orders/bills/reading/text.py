"""The lines of a bill in whatever it came: plain, packed by gzip or zip, in UTF-8 or GBK, never whole in memory."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from django.utils.translation import gettext_lazy as _

from orders.bills.reading.rows import BadBill, cut_off

MOST_CHARACTERS = 400_000_000
LONGEST_LINE = 20_000
SNIFFED = 1 << 16
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_SUMMARY = "汇总"


@contextmanager
def open_lines(source: IO[bytes]) -> Iterator[Iterator[str]]:
    """The lines without their ends. Raises BadBill, on the way too."""
    with open_plain(source) as plain:
        buffered = io.BufferedReader(cast("Any", plain), SNIFFED)
        encoding = _find_encoding(buffered.peek(SNIFFED)[:SNIFFED])
        text = io.TextIOWrapper(buffered, encoding, newline=None)
        try:
            yield _list_lines(text)
        finally:
            text.detach()
            buffered.detach()


@contextmanager
def open_plain(source: IO[bytes]) -> Iterator[IO[bytes]]:
    """What is in the file, unpacked. Raises BadBill, on the way too."""
    source.seek(0)
    head = source.read(4)
    source.seek(0)
    try:
        with _unpack(source, head) as plain:
            yield plain
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise cut_off() from error


@contextmanager
def _unpack(source: IO[bytes], head: bytes) -> Iterator[IO[bytes]]:
    if head.startswith(_GZIP):
        with gzip.GzipFile(fileobj=source) as plain:
            yield cast("IO[bytes]", plain)
    elif head.startswith(_ZIP):
        with zipfile.ZipFile(source) as archive, archive.open(_choose(archive)) as plain:
            yield plain
    else:
        yield source


def _choose(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The file with the rows: Alipay packs one of the sums beside it."""
    found = [(_name(info), info) for info in archive.infolist() if not info.is_dir()]
    rows = [info for name, info in found if name.lower().endswith((".csv", ".txt")) and _SUMMARY not in name]
    if len(rows) != 1:
        raise BadBill(_("The archive must hold one bill. Upload one day at a time."))
    if rows[0].flag_bits & 1:
        raise BadBill(_("The archive is locked by a password. Unpack it first, and upload what is in it."))
    return rows[0]


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a file, which Alipay writes in GBK without saying so."""
    is_utf8 = info.flag_bits & 0x800
    return info.filename if is_utf8 else info.filename.encode("cp437").decode("gbk", errors="replace")


def _list_lines(text: io.TextIOWrapper) -> Iterator[str]:
    left = MOST_CHARACTERS
    try:
        while line := text.readline(LONGEST_LINE):
            left -= len(line)
            if left < 0 or (len(line) == LONGEST_LINE and not line.endswith("\n")):
                raise BadBill(_("This is no bill: a line is too long, or there are too many."))
            yield line.rstrip("\n")
    except UnicodeDecodeError as error:
        words = _("The file holds letters that cannot be read. Upload it as the platform gives it.")
        raise BadBill(words) from error


def _find_encoding(head: bytes) -> str:
    """UTF-8 if it may be, else what everybody writes in China. A letter may be cut in two at the end of the head."""
    for cut in range(4):
        try:
            head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return "utf-8-sig"
    return "gb18030"
