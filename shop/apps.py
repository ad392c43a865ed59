"""The wiring app: loads every app's handlers, timers, books and kinds of jobs once all models are there."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from shop.clients.waiting import before_waiting
from shop.database.connections import give_back_connections


class ShopConfig(AppConfig):
    name = "shop"
    label = "shop"

    def ready(self) -> None:
        before_waiting(give_back_connections)
        autodiscover_modules("handlers", "timers", "books", "jobs", "erasure", "checks", "live")
