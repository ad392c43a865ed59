"""The page on which an export is asked for; it starts from the order list, whose filter stands in its address."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.desk.exports.choosing import (
    WholeFilters,
    find_new_url,
    find_sheet,
    list_hidden,
    read_sheet,
    write_parameters,
)
from orders.desk.exports.forms import ExportForm
from orders.desk.exports.periods import list_periods
from orders.desk.list.bulk import count_results
from orders.desk.list.counts import describe_count
from orders.desk.list.filters import Filters
from orders.desk.list.selection import Selection, read_selection
from orders.exports.models import ExportLayout, Format, SheetKind
from orders.exports.selectors import list_layouts, read_columns
from orders.exports.services.asking import Wish, ask_export
from orders.exports.services.repeating import Rhythm, make_schedule
from orders.exports.sheets import SHEETS
from shop import clock
from shop.access import has_capability
from shop.errors import Refused
from shop.http.api.fields import read_id
from shop.jobs.pages import make_key
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("orders.export", methods=("GET", "POST"), fresh=True)
def ask(request: StaffRequest) -> HttpResponse:
    """What is to stand in the sheet, of which orders; POST has it made."""
    if request.method == "POST":
        return _take(request)
    sheet = read_sheet(request.GET)
    return _draw(request, read_selection(request.GET), _make_form(request, sheet))


@staff_page("orders.export")
def start(request: StaffRequest) -> HttpResponse:
    """From the selection bar of the list, whose script follows the header."""
    response = HttpResponse()
    response["HX-Redirect"] = find_new_url(read_selection(request.GET))
    return response


def _make_form(request: StaffRequest, sheet: SheetKind, data: QueryDict | None = None) -> ExportForm:
    selection = read_selection(request.GET if data is None else data)
    more: dict[str, Any] = (
        {} if data is not None else {"initial": _start_with(request, sheet, selection.filters)}
    )
    return ExportForm(
        data,
        sheet=SHEETS[sheet],
        is_named=_is_named(selection),
        may_reveal=has_capability(request.actor, "orders.reveal"),
        **more,
    )


def _is_named(selection: Selection) -> bool:
    return bool(selection.numbers) and not selection.is_all


def _start_with(request: StaffRequest, sheet: SheetKind, filters: Filters) -> dict[str, Any]:
    layout = _find_layout(request, sheet, request.GET.get("layout", ""))
    chosen = layout.columns if layout else read_columns(request.user.pk).get(sheet, ())
    days = {name: filters.get(name) for name in ("date", "since", "until")}
    return {
        "sheet": sheet,
        "key": make_key(),
        "layout": layout.pk if layout else "",
        "format": Format.XLSX,
        "hour": 8,
        "columns": chosen if SHEETS[sheet].choose(chosen) else SHEETS[sheet].usual,
        **days,
    }


def _find_layout(request: StaffRequest, sheet: str, layout_id: str) -> ExportLayout | None:
    """The layout of this kind that was chosen, of those that the person may use."""
    return list_layouts(request.actor).filter(sheet=sheet, pk=max(read_id(layout_id), 0)).first()


def _draw(
    request: StaffRequest, selection: Selection, form: ExportForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    sheet, named = find_sheet(form["sheet"].value()), _is_named(selection)
    layout = _find_layout(request, sheet, str(form["layout"].value() or ""))
    context = {
        "form": form,
        "columns": form.list_columns(),
        "tabs": [_make_tab(kind, sheet, selection) for kind in SheetKind],
        "layout": layout,
        "layouts": _list_links(request, sheet, selection, layout),
        "gone": SHEETS[sheet].count_gone(layout.columns) if layout else 0,
        "hidden": list_hidden(selection),
        "is_named": named,
        "periods": [] if named else _list_periods(selection, sheet, layout),
        "chips": [] if named else _list_chips(selection.filters),
        "count": _count(request, selection),
    }
    return render(request, "desk/exports/new.html", context, status=status)


def _make_tab(kind: SheetKind, chosen: str, selection: Selection) -> dict[str, Any]:
    url = find_new_url(selection, sheet=kind.value)
    return {"label": kind.label, "url": url, "count": "", "is_active": kind == chosen}


def _list_links(
    request: StaffRequest, sheet: str, selection: Selection, chosen: ExportLayout | None
) -> list[dict[str, Any]]:
    """The layouts of this kind, each with the address that chooses it for the same orders."""
    return [
        {
            "label": layout.name,
            "url": find_new_url(selection, sheet=sheet, layout=str(layout.pk)),
            "is_active": layout == chosen,
        }
        for layout in list_layouts(request.actor).filter(sheet=sheet)
    ]


def _list_periods(selection: Selection, sheet: str, layout: ExportLayout | None) -> list[dict[str, Any]]:
    """Months and quarters, each with the address that chooses its days."""
    filters, chosen = selection.filters, {"layout": str(layout.pk)} if layout else {}
    found = []
    for period in list_periods(timezone.localdate(clock.now())):
        narrowed = replace(selection, filters=Filters(filters.params | period.days))
        is_active = {name: str(filters.get(name)) for name in period.days} == period.days
        url = find_new_url(narrowed, sheet=sheet, **chosen)
        found.append({"label": period.label, "url": url, "is_active": is_active})
    return found


def _list_chips(filters: Filters) -> list[str]:
    """The filters in words, without the days, which have fields of their own."""
    plain = Filters(
        {name: value for name, value in filters.params.items() if name not in ("since", "until", "date")}
    )
    words = [chip.label for chip in plain.list_chips("")]
    return [str(plain.tab.label), *words] if plain.params.get("tab") else words


def _count(request: StaffRequest, selection: Selection) -> dict[str, Any]:
    """How many orders are meant, archived ones too."""
    if _is_named(selection):
        count = selection.find_named(request.actor).count()
    else:
        count = count_results(WholeFilters(selection.filters.params), actor=request.actor)
    return {"n": count, "words": describe_count(count)}


def _take(request: StaffRequest) -> HttpResponse:
    selection, sheet = read_selection(request.POST), read_sheet(request.POST)
    form = _make_form(request, sheet, request.POST)
    if not form.is_valid():
        return _draw(request, selection, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return _make(request, selection, form)
    except Refused as refused:
        if refused.status == HTTPStatus.FORBIDDEN:
            raise
        form.add_error(None, str(refused))
        return _draw(request, selection, form, status=refused.status)


def _make(request: StaffRequest, selection: Selection, form: ExportForm) -> HttpResponse:
    filters = Filters(selection.filters.params | form.read_days())
    parameters = write_parameters(selection, filters, request.actor)
    values = form.cleaned_data
    layout_id = _find_followed(request, form)
    wish = Wish(values["sheet"], values["format"], form.columns, parameters, form.read_reason(), layout_id)
    if rhythm := form.read_rhythm():
        return _repeat(request, wish, rhythm, values["key"])
    export = ask_export(wish, actor=request.actor, key=values["key"])
    return redirect("exports:export", export_id=export.pk)


def _find_followed(request: StaffRequest, form: ExportForm) -> int | None:
    """The layout whose columns these are; none where they were changed on the page."""
    layout = _find_layout(request, form.cleaned_data["sheet"], form.cleaned_data["layout"])
    is_same = layout and [column.name for column in form.of.choose(layout.columns)] == form.columns
    return layout.pk if layout and is_same else None


def _repeat(request: StaffRequest, wish: Wish, rhythm: Rhythm, key: str) -> HttpResponse:
    make_schedule(wish, rhythm, actor=request.actor, key=key)
    messages.success(request, _("It is repeated from now on; its files wait on this page."))
    return redirect("exports:list")
