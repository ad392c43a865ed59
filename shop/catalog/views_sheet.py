"""Products out to a sheet and in from one; the steps of an import serve other kinds of sheets too."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from shop.catalog.product_sheet import PRODUCTS, list_product_rows
from shop.catalog.uploads import (
    FATE_DONE,
    FATE_TONES,
    MAX_ROWS,
    Fate,
    SheetKind,
    apply_upload,
    check_sheet,
    get_upload,
    keep_upload,
    write_verdicts,
)
from shop.errors import Refused
from shop.replica import reading
from shop.sheets.reading import MAX_BYTES
from shop.sheets.writing import write_rows
from shop.staff.decorators import StaffRequest, staff_page

_UNPROCESSABLE = 422
# What is refused must be seen, what changes nothing need not be.
_FIRST = (Fate.REFUSED, Fate.ADD, Fate.CHANGE, Fate.SAME)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class SheetPages:
    """Where the three steps of an import live and what they are called."""

    kind: SheetKind
    title: Any
    words: Any
    upload_route: str
    checked_route: str
    result_route: str
    template_route: str
    back_route: str
    back_label: Any


PAGES = SheetPages(
    PRODUCTS,
    _("Import products"),
    _("One row per SKU. Rows with the same product name belong together; blank cells change nothing."),
    "catalog:import",
    "catalog:import_checked",
    "catalog:import_result",
    "catalog:export",
    "catalog:list",
    _("Products"),
)


@staff_page("products.edit", methods=("GET", "POST"))
def upload(request: StaffRequest) -> HttpResponse:
    """Choose a file; POST keeps it and shows what it would do."""
    return take_upload(request, PAGES)


@staff_page("products.edit", methods=("GET", "POST"))
def checked(request: StaffRequest, upload_id: int) -> HttpResponse:
    """Every row with what it would do, or did; POST applies."""
    return show_or_apply(request, PAGES, upload_id)


@staff_page("products.edit")
def download(request: StaffRequest, upload_id: int) -> HttpResponse:
    """The verdict per row as a sheet."""
    return send_verdicts(request, PAGES, upload_id)


@staff_page("products.edit", fresh=True)
def export(request: StaffRequest) -> HttpResponse:
    """All SKUs as a sheet that can be changed and imported again."""
    header = [str(column.header) for column in PRODUCTS.columns]
    with reading():
        return send_rows(request, str(_("Products")), header, list_product_rows())


def take_upload(request: StaffRequest, pages: SheetPages) -> HttpResponse:
    """The first step of an import."""
    if request.method != "POST":
        return _show_upload(request, pages)
    file = request.FILES.get("sheet")
    if file is None:
        return _show_upload(request, pages, _("Choose a file first."))
    try:
        kept = keep_upload(pages.kind, file.name or "", file.read(MAX_BYTES + 1), actor=request.actor)
    except Refused as refused:
        return _show_upload(request, pages, refused.message)
    return redirect(pages.checked_route, kept.pk)


def _show_upload(request: StaffRequest, pages: SheetPages, error: Any = "") -> HttpResponse:
    context = {"pages": pages, "error": error, "most_rows": MAX_ROWS}
    return render(request, "catalog/sheet_upload.html", context, status=_UNPROCESSABLE if error else 200)


def show_or_apply(request: StaffRequest, pages: SheetPages, upload_id: int) -> HttpResponse:
    """The second step: look, confirm, and see what became of it."""
    kept = get_upload(pages.kind, upload_id, actor=request.actor)
    if request.method == "POST":
        try:
            apply_upload(pages.kind, kept, actor=request.actor)
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect(pages.checked_route, kept.pk)
    context: dict[str, Any] = {"pages": pages, "upload": kept}
    if kept.done_at:
        return render(request, "catalog/sheet_done.html", context | _count_verdicts(kept.verdicts))
    found = check_sheet(pages.kind, bytes(kept.content))
    context |= {
        "checked": found,
        "rows": sorted(found.rows, key=lambda row: _FIRST.index(row.fate)),
        "to_do": found.count(Fate.ADD, Fate.CHANGE),
        "same": found.count(Fate.SAME),
        "refused": found.count(Fate.REFUSED),
    }
    return render(request, "catalog/sheet_checked.html", context)


def _count_verdicts(verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    fates = [Fate(verdict["fate"]) for verdict in verdicts]
    rows = [
        verdict
        | {"label": FATE_DONE[fate], "tone": "done" if fate in (Fate.ADD, Fate.CHANGE) else FATE_TONES[fate]}
        for verdict, fate in zip(verdicts, fates, strict=True)
    ]
    return {
        "verdicts": rows,
        "done": sum(fate in (Fate.ADD, Fate.CHANGE) for fate in fates),
        "same": fates.count(Fate.SAME),
        "refused": fates.count(Fate.REFUSED),
    }


def send_verdicts(request: StaffRequest, pages: SheetPages, upload_id: int) -> HttpResponse:
    """The verdicts as a file. Raises Refused `not_done` (409) before the sheet was applied."""
    kept = get_upload(pages.kind, upload_id, actor=request.actor)
    if not kept.done_at:
        raise Refused("not_done", _("This sheet has not been applied yet."))
    name = f"{Path(kept.file_name).stem[:60]}-{_('result')}"
    return send_file(request, name, lambda path: write_verdicts(pages.kind, kept, path))


def send_rows(
    request: StaffRequest, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    return send_file(request, name, lambda path: write_rows(path, header, rows))


def send_file(request: StaffRequest, name: str, write: Callable[[Path], None]) -> HttpResponse:
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
