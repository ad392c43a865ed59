"""Addresses of what WeChat is told: /console/orders/wechat/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.wechat_report import views
from orders.desk.wechat_report.actions import ACTIONS
from shop.staff.actions.views import action_paths

_REPORT = "wechat/<row_id:report_id>/"
urlpatterns = [
    path("wechat/", views.list_reports, name="wechat_reports"),
    path("wechat/again/", views.send_again, name="wechat_again"),
    path(_REPORT, views.show_report, name="wechat_report"),
    *action_paths(views.REPORT_PAGE, ACTIONS, _REPORT),
]
