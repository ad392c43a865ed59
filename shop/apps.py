"""The wiring app: loads every app's tables, handlers, timers, navigation and the like once all models are there."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from shop.clients.waiting import before_waiting
from shop.console.sentences import set_sentences
from shop.database.connections import give_back_connections


class ShopConfig(AppConfig):
    name = "shop"
    label = "shop"

    def ready(self) -> None:
        set_sentences()
        before_waiting(give_back_connections)
        import_module("shop.moves.machine")
        autodiscover_modules("moves", "handlers", "timers", "invariants", "jobs", "erasure", "checks", "live")
        autodiscover_modules("navigation", "home", "first_day", "archive")
