"""Addresses of after-sales in the settings: /console/settings/aftersales/…"""

from django.urls import path

from aftersales.terms import views, views_rows
from shop.staff.actions.views import action_paths

_REASON, _ADDRESS = "reasons/<int:reason_id>/", "addresses/<int:address_id>/"
urlpatterns = [
    path("", views.overview, name="settings"),
    path("terms/", views.save_terms, name="save_terms"),
    path("reasons/new/", views_rows.new_reason, name="new_reason"),
    path(_REASON, views_rows.reason, name="reason"),
    *action_paths(views_rows.REASON_PAGE, views_rows.REASON_ACTIONS, _REASON),
    path("addresses/new/", views_rows.new_return_address, name="new_return_address"),
    path(_ADDRESS, views_rows.return_address, name="return_address"),
    *action_paths(views_rows.ADDRESS_PAGE, views_rows.ADDRESS_ACTIONS, _ADDRESS),
]
