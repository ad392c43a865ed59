"""Sheets as downloads."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from shop.sheets.writing import write_rows

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"


def send_rows(
    request: HttpRequest,
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    texts: Sequence[str] = (),
) -> HttpResponse:
    """A header and rows as a download named after today; `texts` as in `write_rows`."""
    return send_file(request, name, lambda path: write_rows(path, header, rows, texts=texts))


def send_file(request: HttpRequest, name: str, write: Callable[[Path], None]) -> HttpResponse:
    """What `write` puts into a file, as a download: .xlsx, or .csv with `?format=csv`."""
    is_csv = request.GET.get("format") == "csv"
    suffix = ".csv" if is_csv else ".xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet{suffix}"
        write(path)
        response = HttpResponse(path.read_bytes(), content_type=_CSV if is_csv else _XLSX)
    today = timezone.localdate().strftime("%Y%m%d")
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, f"{name}-{today}{suffix}") or "attachment"
    )
    response["Cache-Control"] = "no-store"
    return response
