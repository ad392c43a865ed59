"""Addresses of the scan station: /console/orders/station/"""

from django.urls import path

from orders.desk.station import views

urlpatterns = [
    path("station/", views.show_station, name="station"),
    path("station/sheet/", views.show_sheet, name="station_sheet"),
]
