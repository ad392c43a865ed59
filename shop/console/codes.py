"""Order numbers for scanners, as SVG without a style of its own: the pages' policy forbids those."""

from collections.abc import Iterable
from itertools import groupby

import qrcode
from barcode import Code128
from django.utils.html import format_html
from django.utils.safestring import SafeString

_QUIET = 10
"""Modules of white that Code 128 wants on each side (ISO/IEC 15417)."""
_TALL = 40


def draw_code128(text: str) -> SafeString:
    """The bars of a text of ASCII characters, white margins included; how large is up to the sheet of styles."""
    (bars,) = Code128(text).build()
    row = "0" * _QUIET + bars + "0" * _QUIET
    path = "".join(f"M{at} 0h{width}v{_TALL}h-{width}z" for at, width in _list_runs(row))
    return _draw("code128", text, path, width=len(row), height=_TALL)


def draw_qr(text: str) -> SafeString:
    """The square of a text, with the white margin that readers want."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    matrix = code.get_matrix()
    rows = ("".join("1" if dot else "0" for dot in row) for row in matrix)
    path = "".join(
        f"M{at} {y}h{width}v1h-{width}z" for y, row in enumerate(rows) for at, width in _list_runs(row)
    )
    return _draw("qr", text, path, width=len(matrix), height=len(matrix))


def _list_runs(row: str) -> Iterable[tuple[int, int]]:
    """Where each run of black modules begins, and how many there are."""
    at = 0
    for dot, run in groupby(row):
        width = len(list(run))
        if dot == "1":
            yield at, width
        at += width


def _draw(kind: str, text: str, path: str, *, width: int, height: int) -> SafeString:
    # Stretched as its place is wide, since only the widths of bars are read; a square keeps its shape.
    return format_html(
        '<svg class="{}" role="img" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none"'
        ' shape-rendering="crispEdges"><path d="{}"/></svg>',
        kind, text, width, height, path,
    )  # fmt: skip
