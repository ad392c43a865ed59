"""Addresses of a verifier's phone: /v/…; the code itself is /v/<token>."""

from django.urls import path

from pickup.phone import cards, home

app_name = "phone"
urlpatterns = [
    path("", home.waiting, name="home"),
    path("done/", home.handed_out, name="done"),
    path("find/", home.find, name="find"),
    path("store/", home.choose_store, name="choose_store"),
    path("<str:token>/verify/", cards.verify, name="verify"),
]
