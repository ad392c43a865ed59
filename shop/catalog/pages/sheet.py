"""Products out to a sheet and in from one."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from shop.catalog.product_sheet import PRODUCTS, list_product_rows
from shop.database.replica import reading
from shop.jobs.sheets.views import take_upload
from shop.sheets.columns import list_texts
from shop.sheets.sending import send_rows
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("products.edit", methods=("GET", "POST"))
def upload(request: StaffRequest) -> HttpResponse:
    """Choose a file; POST makes a job of it, whose page shows what it would do."""
    return take_upload(request, PRODUCTS)


@staff_page("products.edit", fresh=True)
def export(request: StaffRequest) -> HttpResponse:
    """All SKUs as a sheet that can be changed and imported again."""
    header = [str(column.header) for column in PRODUCTS.columns]
    with reading():
        return send_rows(
            request, str(_("Products")), header, list_product_rows(), texts=list_texts(PRODUCTS.columns)
        )
