"""Addresses of exports: /console/exports/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.exports import asking_views, layout_views, views
from orders.desk.exports.actions import OF_EXPORT, OF_SCHEDULE
from shop.staff.actions.views import action_paths

app_name = "exports"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("new/", asking_views.ask, name="new"),
    path("start/", asking_views.start, name="start"),
    path("layouts/new/", layout_views.add, name="add_layout"),
    path("layouts/<row_id:layout_id>/", layout_views.layout, name="layout"),
    *action_paths(layout_views.PAGE, (layout_views.DELETE,), "layouts/<row_id:layout_id>/"),
    path("<row_id:export_id>/", views.export_page, name="export"),
    *action_paths(views.EXPORT_PAGE, OF_EXPORT, "<row_id:export_id>/"),
    *action_paths(views.SCHEDULE_PAGE, OF_SCHEDULE, "schedules/<row_id:schedule_id>/"),
]
