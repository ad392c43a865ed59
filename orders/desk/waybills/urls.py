"""Addresses of e-waybills: /console/orders/waybills/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.waybills import print_views, views
from orders.desk.waybills.actions import ACTIONS
from shop.staff.actions.views import action_paths

_WAYBILL = "waybills/<row_id:waybill_id>/"
urlpatterns = [
    path("waybills/", views.list_waybills, name="waybills"),
    path("waybills/labels/", print_views.print_labels, name="print_labels"),
    path("waybills/labels/sheets/", print_views.show_labels, name="labels"),
    path(_WAYBILL, views.show_waybill, name="waybill"),
    path(f"{_WAYBILL}label/", views.draw_label, name="label"),
    path(f"{_WAYBILL}print/", views.print_label, name="print_label"),
    *action_paths(views.WAYBILL_PAGE, ACTIONS, _WAYBILL),
]
