"""Addresses of test orders: /console/orders/test/"""

from django.urls import path

from orders.desk.testing import views

urlpatterns = [path("test/", views.place_test, name="place_test")]
