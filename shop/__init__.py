"""The shop's ground: settings and wiring, shared modules, and the apps every wing stands on."""

from shop.celery import app as celery_app

__all__ = ["celery_app"]
