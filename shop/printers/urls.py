"""Addresses of the printers: /console/settings/printers/…"""

from django.urls import path

from shop.printers import views
from shop.staff.actions.views import action_paths

app_name = "printers"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("new/<slug:kind>/", views.add, name="add"),
    path("<int:printer_id>/", views.printer, name="printer"),
    path("<int:printer_id>/test/", views.check, name="check"),
    *action_paths(views.PAGE, views.ACTIONS, "<int:printer_id>/"),
]
