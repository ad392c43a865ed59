"""Addresses of the help: /console/help/…"""

from django.urls import path

from shop.help import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.show_topic, name="topic"),
]
