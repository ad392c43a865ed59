"""What providers push: kept as it came and signed, read once, told to each parcel that it is about."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Subquery

from orders.tracking.models import TrackingPush
from orders.tracking.providers import read_push, refuse_without_account
from orders.tracking.selectors import find_by_numbers, list_couriers_called
from orders.tracking.services.asking import note_cut_off
from orders.tracking.services.hearing import hear_all
from shop import clock
from shop.clients.errors import ClientError
from shop.clients.tracking.news import News, Report
from shop.couriers.models import Provider, ProviderAccount
from shop.database.inserts import insert_rows

logger = logging.getLogger(__name__)
Told = tuple[Sequence[str], Report]
"""The couriers of ours whom a report may be about, and the report."""
READ_AT_ONCE = 100
"""So many parcels are locked together, which takes a fraction of a second."""
PATIENCE = timedelta(hours=1)
"""While what came so long ago waits, nothing more is taken: providers send it again, and no disk is filled."""


@dataclass(frozen=True)
class Receiver:
    """Whose signature a push needs, and whether there is room for one more."""

    account: ProviderAccount
    has_room: bool


def find_receiver(provider: str) -> Receiver:
    """All that the taking in of a push reads, in one statement. Raises Refused `provider_not_set_up`."""
    oldest = TrackingPush.objects.order_by("pk").values("received_at")[:1]
    accounts = ProviderAccount.objects.annotate(oldest_push=Subquery(oldest))
    account = accounts.filter(provider=provider).first()
    if account is None or not account.key:
        raise refuse_without_account()
    is_stuck = account.oldest_push is not None and account.oldest_push < clock.now() - PATIENCE
    return Receiver(account, not is_stuck)


def keep_push(provider: str, text: str) -> None:
    """Keep a push whose signature fits until it is read."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    push = TrackingPush(provider=provider, digest=digest, body=text, received_at=clock.now())
    insert_rows([push], ignore_conflicts=True)


def take_pushes(push_ids: Sequence[int]) -> None:
    """Tell every parcel of ours what pushes say of it, so many in a transaction. Again it changes nothing.

    A push that somebody else is just reading is passed over.
    """
    for start in range(0, len(push_ids), READ_AT_ONCE):
        with transaction.atomic():
            _take(push_ids[start : start + READ_AT_ONCE])


def _take(push_ids: Sequence[int]) -> None:
    free = TrackingPush.objects.select_for_update(skip_locked=True)
    pushes = list(free.filter(pk__in=push_ids).order_by("pk"))
    accounts = {account.provider: account for account in ProviderAccount.objects.all()}
    _tell([report for push in pushes for report in _read(push, accounts.get(push.provider))])
    TrackingPush.objects.filter(pk__in=[push.pk for push in pushes]).delete()


def _read(push: TrackingPush, account: ProviderAccount | None) -> list[Told]:
    """What a push tells, under our names of couriers; nothing where it makes no sense, or the account is gone."""
    try:
        reports = read_push(account, push.body, clock.now()) if account else []
    except ClientError as error:
        logger.warning("push of %s left: %s", push.provider, error)
        return []
    is_kdniao = push.provider == Provider.KDNIAO
    return [
        ([report.courier] if is_kdniao else list_couriers_called(report.courier), report)
        for report in reports
    ]


def _tell(reports: Sequence[Told]) -> None:
    """Let the journeys under these numbers hear; a number that is none of ours is passed over."""
    ours = find_by_numbers({report.tracking_no for _couriers, report in reports})
    told: dict[int, list[News]] = defaultdict(list)
    given_up: set[int] = set()
    for couriers, report in reports:
        for courier in couriers:
            for tracking_id in ours.get((courier, report.tracking_no), ()):
                told[tracking_id] += report.news
                given_up |= {tracking_id} if report.is_over else set()
    if told:
        hear_all(told)
    for tracking_id in sorted(given_up):
        note_cut_off(tracking_id)
