"""Addresses of the money desk: /console/money/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.money import days, differences, uploads
from orders.desk.money.actions import BILL_ACTIONS, DIFFERENCE_ACTIONS
from shop.staff.actions.views import action_paths

app_name = "money"
_BILL = "bills/<row_id:bill_id>/"
_DIFFERENCE = "differences/<row_id:difference_id>/"
urlpatterns = [
    path("", days.list_days, name="days"),
    path("sheet/", days.download_days, name="days_sheet"),
    path("upload/", uploads.upload, name="upload"),
    path(_BILL, days.show_bill, name="bill"),
    path("differences/", differences.list_differences, name="differences"),
    path("differences/sheet/", differences.download_differences, name="differences_sheet"),
    path(_DIFFERENCE, differences.show_difference, name="difference"),
    *action_paths(days.BILL_PAGE, BILL_ACTIONS, _BILL),
    *action_paths(differences.DIFFERENCE_PAGE, DIFFERENCE_ACTIONS, _DIFFERENCE),
]
