"""Cash on delivery that is not in yet: which orders, and the courier's sheet of what it brought."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from orders.desk.cod.owed import list_of_courier, make_rows, sum_by_courier
from orders.desk.cod.sheet import REMITTANCE, list_rows
from orders.desk.list.bulk import BULK
from orders.scope import scope_key
from orders.selectors import with_secrets
from shop.http.paging import RisingKeyset, read_moment, read_page
from shop.http.query import make_url
from shop.jobs.sheets.views import take_upload
from shop.sheets.columns import list_texts
from shop.sheets.sending import send_rows
from shop.staff.decorators import StaffRequest, staff_page

_COLLECT = [action for action in BULK if action.verb == "order.collect"]


_BY_SHIPPED = RisingKeyset("shipped_at", read_moment)


@staff_page("orders.collect")
def list_cod(request: StaffRequest) -> HttpResponse:
    """What each courier owes, and the orders, those sent first first; `?courier=` shows one courier's."""
    scope, courier = scope_key(request.actor), request.GET.get("courier", "").replace("\0", "")[:20]
    page = read_page(with_secrets(list_of_courier(scope, courier)), request, _BY_SHIPPED)
    sums = sum_by_courier(scope)
    context = {
        "page": page,
        "rows": make_rows(page.rows),
        "sums": [(each, make_url(request.path, {"courier": each.courier})) for each in sums],
        "courier": courier,
        "bulk_actions": _COLLECT,
        "bulk_filter": "",
    }
    return render(request, "desk/cod/list.html", context)


@staff_page("orders.collect", methods=("GET", "POST"))
def upload(request: StaffRequest) -> HttpResponse:
    """Choose the courier's file; POST makes a job of it, whose page shows what it would collect."""
    return take_upload(request, REMITTANCE)


@staff_page("orders.collect", fresh=True)
def download_template(request: StaffRequest) -> HttpResponse:
    """The parcels of which the cash is not in, with the amounts left blank."""
    header = [str(column.header) for column in REMITTANCE.columns]
    return send_rows(
        request, _("Cash on delivery"), header, list_rows(request.actor), texts=list_texts(REMITTANCE.columns)
    )
