from typing import Any

from django.urls import path

from notifications.socket.consumers import AlertsConsumer

_consumer: Any = AlertsConsumer.as_asgi()  # `path` is typed for views; Channels routes to ASGI applications.
urlpatterns: list[Any] = [path("ws/alerts/", _consumer)]
