"""Addresses of shipping by sheet: /console/orders/bulk/…"""

from django.urls import path

from orders.desk.bulk import views

urlpatterns = [
    path("bulk/", views.ship_sheet, name="ship_sheet"),
    path("bulk/template/", views.download_template, name="ship_template"),
    path("bulk/waiting/", views.download_waiting, name="ship_waiting"),
]
