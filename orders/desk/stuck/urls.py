"""Addresses of work that was put aside: /console/stuck/"""

from django.urls import path

from orders.desk.stuck import views

app_name = "stuck"
urlpatterns = [
    path("", views.stuck, name="list"),
    path("again/", views.again, name="again"),
]
