"""Addresses of refunds: /console/orders/refunds/"""

from django.urls import path

from orders.desk.refunds import views

urlpatterns = [path("refunds/", views.list_refunds, name="refunds")]
