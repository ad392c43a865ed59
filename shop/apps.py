"""The wiring app: loads every app's handlers, timers, books and kinds of jobs once all models are there."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ShopConfig(AppConfig):
    name = "shop"
    label = "shop"

    def ready(self) -> None:
        autodiscover_modules("handlers", "timers", "books", "jobs", "checks")
