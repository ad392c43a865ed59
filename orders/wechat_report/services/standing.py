"""How the shop stands with WeChat: whether it manages the trade, which couriers it knows, and which money it keeps."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from orders.wechat_report.models import Company, HeldState, ShippingReport, Standing
from orders.wechat_report.reporting import get_standing, is_reporting
from shop import clock

ASK_EVERY = timedelta(hours=24)
CHECK_EVERY = timedelta(hours=1)
PUT_OFF = timedelta(minutes=15)
LOOK_BACK = timedelta(days=90)
"""Payments before that have long been settled."""
STATES = tuple(HeldState)
_CHECK = ("check_at", "check_began_at", "check_place", "check_index", "checked_at", "last_error")


def note_reporting() -> bool:
    """Whether reports are made now, and since when they are without a break."""
    is_on, standing = is_reporting(), get_standing()
    if is_on != (standing.since is not None):
        Standing.objects.update_or_create(pk=1, defaults={"since": clock.now() if is_on else None})
    return is_on


def take_managed(*, is_managed: bool, companies: Mapping[str, str]) -> None:
    """Keep what WeChat said of the shop and its couriers."""
    rows = [
        Company(delivery_id=key[:128], name=name[:128]) for key, name in companies.items() if key and name
    ]
    with transaction.atomic():
        Company.objects.exclude(delivery_id__in=companies).delete()
        Company.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["delivery_id"], update_fields=["name"]
        )
        said = {"is_managed": is_managed, "ask_at": clock.now() + ASK_EVERY, "last_error": ""}
        Standing.objects.update_or_create(pk=1, defaults=said)


def put_standing_off(*, error: str) -> None:
    """WeChat has not said it: ask again later. A round of the money goes on where it was."""
    later = clock.now() + PUT_OFF
    standing = get_standing()
    said = {"last_error": error[:200], "check_at": later}
    if standing.ask_at is None or standing.ask_at <= clock.now():
        said["ask_at"] = later
    Standing.objects.update_or_create(pk=1, defaults=said)


def begin_check() -> Standing:
    """The round of the money that is under way, else a new one."""
    standing = get_standing()
    if standing.check_began_at is None:
        standing.check_began_at, standing.check_place, standing.check_index = clock.now(), 0, ""
        _keep_check(standing)
    return standing


def _keep_check(standing: Standing) -> None:
    """Write what belongs to the round; the rest of the row may have been written by others meanwhile."""
    Standing.objects.update_or_create(pk=1, defaults={name: getattr(standing, name) for name in _CHECK})


def take_page(standing: Standing, states: Mapping[str, int], last_index: str) -> None:
    """Keep what a page says of payments, and where the round goes on; the end of it settles those it did not name."""
    state = STATES[standing.check_place]
    mine = ShippingReport.objects.filter(payment__trade_no__in=[trade_no for trade_no in states if trade_no])
    with transaction.atomic():
        mine.update(held_state=state, checked_at=clock.now())
        standing.check_index = last_index
        standing.check_place += 0 if last_index else 1
        if standing.check_place == len(STATES):
            _end_check(standing)
        _keep_check(standing)


def _end_check(standing: Standing) -> None:
    gone = ShippingReport.objects.filter(held_state__isnull=False)
    gone.filter(checked_at__lt=standing.check_began_at).update(held_state=None, checked_at=clock.now())
    standing.checked_at, standing.check_began_at = clock.now(), None
    standing.check_place, standing.check_index = 0, ""
    standing.check_at, standing.last_error = clock.now() + CHECK_EVERY, ""
