"""Forgetting deliveries that were carried out: events are kept for ever, who heard of them is not."""

from datetime import timedelta

from shop.events.forgetting import forget_after
from shop.events.models import EventDelivery

KEPT_FOR = timedelta(days=7)
"""So long it can be looked up whether and when a handler heard of an event."""

forget_after(
    "delivery.forget", lambda: EventDelivery.objects.filter(done_at__isnull=False), "done_at", KEPT_FOR
)
