"""Addresses of goods that nobody came for: /console/pickup/uncollected/."""

from django.urls import path

from pickup.uncollected import views

app_name = "uncollected"
urlpatterns = [path("", views.show_board, name="board")]
