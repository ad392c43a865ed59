"""Addresses of the tasks of stopping or redirecting a parcel: /console/orders/intercepts/…"""

from django.urls import path

import orders.desk.converters  # noqa: F401  # the kinds of parts below
from orders.desk.intercepts import views
from orders.desk.intercepts.actions import ACTIONS
from shop.staff.actions.views import action_paths

_INTERCEPT = "intercepts/<row_id:intercept_id>/"
urlpatterns = [
    path("intercepts/", views.list_intercepts, name="intercepts"),
    path(_INTERCEPT, views.show_intercept, name="intercept"),
    path(f"{_INTERCEPT}reveal/", views.reveal_address, name="reveal_intercept"),
    *action_paths(views.INTERCEPT_PAGE, ACTIONS, _INTERCEPT),
]
