"""What providers push: kept as it came and signed, read once, told to each parcel that it is about."""

import hashlib
import logging
from datetime import timedelta

from orders.tracking.models import TrackingPush
from orders.tracking.providers import read_push
from orders.tracking.selectors import find_by_number, list_couriers_called
from orders.tracking.services.asking import note_cut_off
from orders.tracking.services.hearing import hear
from shop import clock
from shop.clients.errors import ClientError
from shop.clients.tracking.news import Report
from shop.couriers.models import Provider
from shop.database.inserts import insert_rows
from shop.errors import Refused

logger = logging.getLogger(__name__)
PATIENCE = timedelta(hours=1)
"""While what came so long ago waits, nothing more is taken: providers send it again, and no disk is filled."""


def keep_push(provider: str, text: str) -> bool:
    """Keep a push whose signature fits until it is read; whether there was room for it."""
    oldest = TrackingPush.objects.order_by("pk").values_list("received_at", flat=True).first()
    if oldest and oldest < clock.now() - PATIENCE:
        return False
    digest = hashlib.sha256(text.encode()).hexdigest()
    push = TrackingPush(provider=provider, digest=digest, body=text, received_at=clock.now())
    insert_rows([push], ignore_conflicts=True)
    return True


def take_push(push_id: int) -> None:
    """Tell every parcel of ours what a push says of it. Each is a transaction of its own; again it changes nothing."""
    push = TrackingPush.objects.filter(pk=push_id).first()
    if push is None:
        return
    try:
        reports = read_push(push.provider, push.body, clock.now())
    except (ClientError, Refused) as error:
        logger.warning("push of %s left: %s", push.provider, error)
        reports = []
    for report in reports:
        tell(push.provider, report)
    TrackingPush.objects.filter(pk=push_id).delete()


def tell(provider: str, report: Report) -> None:
    """Let the journeys under this number hear a report; a number that is none of ours is passed over."""
    is_kdniao = provider == Provider.KDNIAO
    couriers = [report.courier] if is_kdniao else list_couriers_called(report.courier)
    for tracking_id in find_by_number(report.tracking_no, couriers):
        hear(tracking_id, report)
        if report.is_over:
            note_cut_off(tracking_id)
