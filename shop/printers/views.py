"""Pages of the printers: all of them, a new one, and one with its test print."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.http.dialogs import Dialog
from shop.printers.choices import PrinterKind
from shop.printers.forms import PrinterForm
from shop.printers.models import Printer
from shop.printers.moves import PRINTERS, SETUP
from shop.printers.selectors import list_printers
from shop.printers.services.printers import add_printer, change_printer, drop_printer, take_printer
from shop.printers.services.testing import print_test
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.choices import Delivery
from shop.store.pages.tabs import list_tabs

HOME = "printers:overview"
DROP = Action(
    "printer.drop",
    bare_form("switch_off", drop_printer),
    words=_("Nothing is printed there any more. What you entered here stays stored."),
    done=_("The printer is switched off."),
)
TAKE = Action(
    "printer.take",
    bare_form("switch_on", take_printer),
    words=_("Receipts are printed there again."),
    done=_("The printer is switched on."),
)
ACTIONS = (DROP, TAKE)


@staff_page(SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """The printers, and the kinds of which one can be added."""
    printers = [(printer, _list_deliveries(printer)) for printer in list_printers()]
    context = {"printers": printers, "kinds": list(PrinterKind)}
    return render(request, "printers/overview.html", context | frame(request))


def _list_deliveries(printer: Printer) -> list[Any]:
    return [Delivery(name).label for name in printer.deliveries if name in Delivery.values]


def frame(request: StaffRequest) -> dict[str, Any]:
    """What every page of these settings shows around it."""
    return {"tabs": list_tabs(request, inside=HOME), "may_edit": True}


@staff_page(SETUP, methods=("GET", "POST"), fresh=True)
def add(request: StaffRequest, kind: str) -> HttpResponse:
    """A new printer of this kind; POST makes it."""
    if kind not in PrinterKind.values:
        raise Http404(str(PRINTERS.missing))
    printer = Printer(kind=kind)
    if request.method != "POST":
        return _render(request, printer, PrinterForm(printer))
    form = PrinterForm(printer, request.POST)
    if form.is_valid():
        try:
            printer = add_printer(kind, form.read(), actor=request.actor)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            messages.success(request, _("The printer is saved. Now print a test."))
            return redirect("printers:printer", printer.pk)
    return _render(request, printer, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@staff_page(SETUP, methods=("GET", "POST"), fresh=True)
def printer(request: StaffRequest, printer_id: int) -> HttpResponse:
    """One printer; POST changes it."""
    subject = get_object_or_404(Printer, pk=printer_id)
    if request.method != "POST":
        return _show(request, subject)
    form, seen = PrinterForm(subject, request.POST), read_version(request.POST)
    if not form.is_valid():
        subject.version = seen  # Nobody has been told what others changed since.
    elif _save(request, form, subject, seen):
        return redirect("printers:printer", subject.pk)
    return _show(request, subject, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _save(request: StaffRequest, form: PrinterForm, subject: Printer, seen: int) -> bool:
    try:
        saved = change_printer(subject.pk, form.read(), actor=request.actor, expected_version=seen)
    except Refused as refused:
        form.show_refusal(refused)
        return False
    if saved.version == subject.version:
        messages.info(request, _("Nothing was changed."))
    elif saved.tested_at:
        messages.success(request, _("The printer is saved."))
    else:
        messages.success(request, _("The printer is saved. Now print a test."))
    return True


def _show(
    request: StaffRequest,
    subject: Printer,
    *,
    form: PrinterForm | None = None,
    bound: object = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    more = {
        "offers": list_offers(
            ACTIONS, subject, request.actor, action_url=_find_action_url, is_silent=lambda _refused: True
        ),
        "dialog": dialog,
        "changes": tell_last(subject),
    }
    return _render(request, subject, form or PrinterForm(subject), status=status, **more)


def _render(
    request: StaffRequest, subject: Printer, form: PrinterForm, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    context = {"form": form, "printer": subject, **more} | frame(request)
    return render(request, "printers/printer.html", context, status=status)


def _find_action_url(subject: Printer, name: str) -> str:
    return reverse(f"printers:{name}", args=[subject.pk])


PAGE = ActionPage(
    get=lambda _actor, printer_id: get_object_or_404(Printer, pk=printer_id),
    render=_show,
    url=lambda subject: reverse("printers:printer", args=[subject.pk]),
    action_url=_find_action_url,
)


@staff_page(SETUP, methods=("POST",))
def check(request: StaffRequest, printer_id: int) -> HttpResponse:
    """Print a few words there, and say how the printer is."""
    try:
        print_test(printer_id, actor=request.actor)
    except Refused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            raise
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The printer has taken the test. Look whether it is on paper."))
    return redirect("printers:printer", printer_id)
