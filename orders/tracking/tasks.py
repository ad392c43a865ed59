"""Asking where parcels are: tasks carry ids and may run twice; an answer that makes no sense changes nothing."""

import logging

from celery import shared_task
from django.utils.translation import gettext as _

from orders.tracking.models import Tracking
from orders.tracking.providers import make_question, open_tracker
from orders.tracking.services.asking import (
    lease_tracking,
    may_query,
    note_subscribed,
    note_unsubscribable,
    put_off,
)
from orders.tracking.services.hearing import hear
from shop.clients.errors import BadCredentials, ClientError, Rejected
from shop.clients.tracking.news import Tracker
from shop.errors import Refused
from shop.events.sweeping import watched

logger = logging.getLogger(__name__)


@shared_task
@watched("tracking.ask")
def ask_tracker(tracking_id: int) -> None:
    """Subscribe to the news of a parcel once, and ask for it where none came."""
    tracking = lease_tracking(tracking_id)
    if tracking is None:
        return
    try:
        client = open_tracker(tracking.provider)
        if tracking.subscribed_at is None and not tracking.is_unsubscribable:
            _subscribe(client, tracking)
        else:
            _query(client, tracking)
    except (ClientError, Refused) as error:
        logger.warning("tracking %s: %s", tracking.pk, type(error).__name__)
        put_off(tracking, error=_say(error))


def _subscribe(client: Tracker, tracking: Tracking) -> None:
    try:
        client.subscribe(make_question(tracking))
    except Rejected as refusal:
        note_unsubscribable(tracking, error=_say(refusal))
    else:
        note_subscribed(tracking)


def _query(client: Tracker, tracking: Tracking) -> None:
    if not may_query(tracking):
        put_off(tracking)
        return
    report = client.ask(make_question(tracking))
    hear(tracking.pk, report)
    put_off(tracking)


def _say(error: ClientError | Refused) -> str:
    """The sentence for the page of the parcel."""
    if isinstance(error, Rejected):
        return error.message or error.code
    if isinstance(error, BadCredentials):
        return _("The provider cannot be asked with these credentials: the customer number is missing.")
    if isinstance(error, Refused):
        return str(error)
    return _("The provider does not answer. It is asked again by itself.")
