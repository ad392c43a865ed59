"""Addresses of parcels on their way: /console/orders/tracking/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.tracking import views
from orders.desk.tracking.actions import ACTIONS
from shop.staff.actions.views import action_paths

_TRACKING = "tracking/<row_id:tracking_id>/"
urlpatterns = [
    path("tracking/", views.show_board, name="tracking_board"),
    path(_TRACKING, views.show_tracking, name="tracking"),
    *action_paths(views.TRACKING_PAGE, ACTIONS, _TRACKING),
    path(
        "<order_number:number>/parcels/<row_id:parcel_id>/journey/",
        views.show_journey,
        name="journey",
    ),
]
