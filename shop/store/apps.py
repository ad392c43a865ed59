from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "shop.store"
    label = "store"
