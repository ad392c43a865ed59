"""Addresses of print jobs: /console/orders/printing/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.printing import views
from orders.desk.printing.actions import ACTIONS
from shop.staff.actions.views import action_paths

_JOB = "printing/<row_id:print_id>/"
urlpatterns = [
    path("printing/", views.list_jobs, name="printing"),
    path("printing/on/<order_number:number>/", views.print_receipt, name="print_on"),
    path(_JOB, views.show_job, name="print_job"),
    *action_paths(views.JOB_PAGE, ACTIONS, _JOB),
]
