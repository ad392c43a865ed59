"""What WeChat says of a notice, applied once under the order's lock; and who may ask meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from orders.moves import lock_row
from orders.notices.models import BuyerNotice, NoticeState, WhyDropped
from orders.notices.moves import WECHAT
from orders.notices.services.leaving import UNASKED, describe
from shop import clock
from shop.actor import Actor, ActorKind
from shop.moves import services

LEASE = timedelta(seconds=60)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 60, 3600
_SPEAKER = Actor(ActorKind.GATEWAY, name=WECHAT)


def lease_notice(notice_id: int) -> BuyerNotice | None:
    """Take the only right to talk to WeChat about this notice for a while; None when somebody has it."""
    moment = clock.now()
    free = BuyerNotice.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=moment), pk=notice_id, state=NoticeState.WAITING
    )
    if not free.update(lease_until=moment + LEASE, tries=F("tries") + 1):
        return None
    return BuyerNotice.objects.select_related("order__customer", "parcel").get(pk=notice_id)


def note_sending(notice: BuyerNotice) -> bool:
    """From now on WeChat may have heard of it. False when it was dropped, or corrected, at this moment."""
    mine = _find_mine(notice).filter(version=notice.version)
    return bool(mine.update(sent_at=clock.now()))


def put_off(notice: BuyerNotice, *, error: str) -> None:
    """WeChat has not taken it: ask again later. Without effect when another try has begun."""
    wait = min(_FIRST_WAIT_S * 2 ** min(notice.tries - 1, 6), _LONGEST_WAIT_S)
    later = clock.now() + timedelta(seconds=wait)
    _find_mine(notice).update(sent_at=None, lease_until=None, next_try_at=later, last_error=error[:200])


def _find_mine(notice: BuyerNotice) -> Any:
    return BuyerNotice.objects.filter(pk=notice.pk, tries=notice.tries, state=NoticeState.WAITING)


def apply_sent(notice: BuyerNotice) -> None:
    """WeChat has taken it."""
    _end(notice, "notice.send", {"last_error": ""})


def drop_notice(notice: BuyerNotice, because: WhyDropped) -> None:
    """Nobody is told. Without effect when another try has begun."""
    said = {"error": notice.last_error} if notice.last_error else {}
    _end(notice, "notice.drop", {"sent_at": None}, {"untold": because.value} | said)


def fail_notice(notice: BuyerNotice, *, error: str) -> None:
    """WeChat does not take it as it is."""
    _end(notice, "notice.fail", {"sent_at": None, "last_error": error[:200]}, {"error": error[:200]})


def lose_notice(notice: BuyerNotice, *, error: str) -> None:
    """WeChat may have taken it: it has no number to ask about, and nobody is told twice."""
    _end(notice, "notice.lose", {"last_error": error[:200]}, {"error": error[:200]})


def _end(notice: BuyerNotice, verb: str, changes: dict[str, Any], said: dict[str, str] | None = None) -> None:
    with _locked_pair(notice) as current:
        if current.tries == notice.tries and current.state == NoticeState.WAITING:
            data = describe(current) | (said or {})
            services.move(current, verb, actor=_SPEAKER, changes=UNASKED | changes, data=data)


@contextmanager
def _locked_pair(notice: BuyerNotice) -> Iterator[BuyerNotice]:
    with transaction.atomic():
        lock_row(notice.order_id)
        yield services.lock_row(BuyerNotice, notice.pk)
