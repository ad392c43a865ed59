"""Addresses of after-sales: /console/aftersales/…, /console/settings/aftersales/…, and opening one for an order."""

from django.urls import include, path

import aftersales.converters  # noqa: F401  # the kinds of parts below
from aftersales.pages import views
from aftersales.pages.actions import ACTIONS
from aftersales.pages.opening import open_for_buyer, take_refused
from aftersales.pages.quality import show_quality
from aftersales.pages.slip import show_slip
from shop.staff.actions.views import action_paths

app_name = "aftersales"
_AFTERSALE = "aftersales/<aftersale_number:aftersale>/"
urlpatterns = [
    path("settings/aftersales/", include("aftersales.terms.urls")),
    path("aftersales/", views.list_aftersales, name="list"),
    path("aftersales/quality/", show_quality, name="quality"),
    path("orders/<asked_order:number>/aftersale/", open_for_buyer, name="open"),
    path("orders/<asked_order:number>/aftersale/refused/", take_refused, name="take_refused"),
    path(_AFTERSALE, views.show_aftersale, name="detail"),
    path(f"{_AFTERSALE}slip/", show_slip, name="slip"),
    *action_paths(views.AFTERSALE_PAGE, ACTIONS, _AFTERSALE),
]
