from django.apps import AppConfig


class ShippingConfig(AppConfig):
    name = "orders.shipping"
    label = "shipping"
