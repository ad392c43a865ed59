"""Addresses of invoices that buyers ask for: /console/orders/invoices/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.invoices import views
from orders.desk.invoices.actions import ACTIONS
from orders.desk.invoices.asking import ask_for_buyer
from shop.staff.actions.views import action_paths

_INVOICE = "invoices/<row_id:invoice_id>/"
urlpatterns = [
    path("invoices/", views.list_invoices, name="invoices"),
    path(_INVOICE, views.show_invoice, name="invoice"),
    path("<order_number:number>/invoice/", ask_for_buyer, name="ask_invoice"),
    path(f"{_INVOICE}reveal/", views.reveal, name="reveal_invoice"),
    *action_paths(views.INVOICE_PAGE, ACTIONS, _INVOICE),
]
