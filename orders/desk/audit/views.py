"""The page of the record: what was done, by whom, when."""

from django.http import HttpResponse
from django.shortcuts import render

from orders.desk.audit.forms import AuditForm
from orders.desk.audit.security_events import list_security_events
from orders.desk.audit.selectors import list_events, tell
from shop.http.paging import page_by_id
from shop.replica import reading
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("audit.view")
def audit(request: StaffRequest) -> HttpResponse:
    """All events, newest first, with filters out of the address."""
    form = AuditForm(request.GET, auto_id="audit_%s")
    with reading():
        page = page_by_id(list_events(form.read()), request)
    context = {
        "form": form,
        "page": page,
        "lines": tell(page.rows),
        "security_events": [] if request.GET else list_security_events(),
        "chips": [(words, _without(request, name)) for name, words in form.list_chips()],
    }
    return render(request, "desk/audit/list.html", context)


def _without(request: StaffRequest, name: str) -> str:
    values = request.GET.copy()
    for key in (name, "older", "newer"):
        values.pop(key, None)
    return f"{request.path}?{values.urlencode()}" if values else request.path
