"""HTTP and sockets."""

import os
from importlib import import_module

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from shop.http.handler import ThreadHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup(set_prefix=False)

# Read only now: what it routes to needs the apps that Django has just loaded.
sockets = URLRouter(import_module(settings.WEBSOCKET_URLCONF).urlpatterns)
application = ProtocolTypeRouter(
    {
        "http": ThreadHandler(),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(sockets)),
    }
)
