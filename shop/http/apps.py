from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "shop.http"
    label = "http"
