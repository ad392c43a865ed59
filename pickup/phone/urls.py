"""Addresses of the verifier's phone: /v/…"""

from django.urls import path

from pickup.phone import cash, native

app_name = "phone"
urlpatterns = [
    path("cash/", cash.cash, name="cash"),
    path("<str:token>/native/", native.native, name="native"),
]
