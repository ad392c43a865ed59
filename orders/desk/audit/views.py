"""The page of the record: what was done, by whom, when."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.desk.audit.forms import AuditFilters
from orders.desk.audit.security_events import list_counter_refusals, list_security_events
from orders.desk.audit.selectors import list_events, tell
from shop.database.replica import reading
from shop.http.dialogs import Dialog, show_dialog
from shop.http.paging import read_page
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
        form=AuditFilters(request.GET).form,
    )
    return show_dialog(request, dialog, lambda dialog: _show_record(request, dialog=dialog))


def _show_record(request: StaffRequest, *, dialog: Dialog | None = None) -> HttpResponse:
    filters, path = AuditFilters(request.GET), reverse("audit:list")
    with reading():
        page = read_page(list_events(filters.read(), actor=request.actor), request, path=path)
    context = {
        "form": filters.form,
        "page": page,
        "lines": tell(page.rows),
        "security_events": [] if request.GET else list_security_events(),
        "counter_refusals": [] if request.GET else list_counter_refusals(),
        "chips": filters.list_chips(path),
        "filter_url": filters.make_url(reverse("audit:filter")),
        "dialog": dialog,
    }
    return render(request, "desk/audit/list.html", context)
