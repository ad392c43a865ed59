"""The page of the record: what was done, by whom, when."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.audit.forms import AuditForm
from orders.desk.audit.security_events import list_security_events
from orders.desk.audit.selectors import list_events, tell
from shop.database.replica import reading
from shop.http.dialogs import Dialog, show_dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("audit.view")
def audit(request: StaffRequest) -> HttpResponse:
    """All events, newest first, with filters out of the address."""
    return _show_record(request)


@staff_page("audit.view")
def ask_filters(request: StaffRequest) -> HttpResponse:
    """The dialog with all filters, filled in as the record that asks for it is filtered."""
    dialog = Dialog(
        template="desk/audit/_filter.html",
        name="filter",
        title=_("Filter the record"),
        url=reverse("audit:list"),
        form=_make_form(request),
    )
    return show_dialog(request, dialog, lambda dialog: _show_record(request, dialog=dialog))


def _show_record(request: StaffRequest, *, dialog: Dialog | None = None) -> HttpResponse:
    form, path = _make_form(request), reverse("audit:list")
    with reading():
        page = read_page(list_events(form.read(), actor=request.actor), request, path=path)
    context = {
        "form": form,
        "page": page,
        "lines": tell(page.rows),
        "security_events": [] if request.GET else list_security_events(),
        "chips": [
            (words, make_url(path, request.GET, **{name: "", "older": "", "newer": ""}))
            for name, words in form.list_chips()
        ],
        "filter_url": make_url(reverse("audit:filter"), request.GET),
        "dialog": dialog,
    }
    return render(request, "desk/audit/list.html", context)


def _make_form(request: StaffRequest) -> AuditForm:
    return AuditForm(request.GET, auto_id="audit_%s")
