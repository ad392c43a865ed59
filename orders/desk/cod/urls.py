"""Addresses of cash on delivery: /console/orders/cod/…"""

from django.urls import path

from orders.desk.cod import views

urlpatterns = [
    path("cod/", views.list_cod, name="cod"),
    path("cod/remit/", views.upload, name="remit"),
    path("cod/remit/template/", views.download_template, name="remit_template"),
]
