"""HTTP and sockets."""

import os

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from shop.http.handler import ThreadHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup(set_prefix=False)

from notifications.socket.routing import websocket_urlpatterns  # noqa: E402 - models need the apps that Django has just loaded

application = ProtocolTypeRouter(
    {
        "http": ThreadHandler(),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
