"""Addresses that providers push to: /hooks/…"""

from django.urls import path

from orders.tracking import hooks

app_name = "tracking_hooks"
urlpatterns = [
    path("kdniao", hooks.kdniao, name="kdniao"),
    path("kuaidi100", hooks.kuaidi100, name="kuaidi100"),
]
