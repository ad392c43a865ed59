"""Addresses of the cash sheets: /console/pickup/cash/…"""

from django.urls import path

from pickup.cash import pages
from shop.staff.actions.views import action_paths

app_name = "cash"
urlpatterns = [
    path("", pages.overview, name="list"),
    path("export/", pages.export, name="export"),
    path("closings/<int:closing_id>/", pages.closing, name="closing"),
    *action_paths(pages.PAGE, pages.ACTIONS, "closings/<int:closing_id>/"),
    path("<str:drawer>/", pages.sheet, name="sheet"),
]
