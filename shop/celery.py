"""The Celery application; tasks live in each app's `tasks.py` and carry ids only."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_shop_s_logging(**_kwargs: Any) -> None:
    """A receiver keeps Celery from setting up lines of its own."""
    dictConfig(settings.LOGGING)
