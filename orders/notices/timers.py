"""Notices of which WeChat is to be told, and those that are forgotten."""

from datetime import timedelta

from orders.notices.models import BuyerNotice, NoticeState
from orders.notices.selectors import list_due
from orders.notices.tasks import tell_buyer
from shop import clock
from shop.events.forgetting import forget_after
from shop.events.registry import due

KEPT_FOR = timedelta(days=180)
_TASK_LEASE_S = 60


@due("notice.tell", find=list_due, outside=True)
def tell_again(notice_id: int) -> None:
    tell_buyer.apply_async((notice_id,), expires=_TASK_LEASE_S)
    mine = BuyerNotice.objects.filter(pk=notice_id, state=NoticeState.WAITING)
    mine.update(next_try_at=clock.now() + timedelta(seconds=_TASK_LEASE_S))


forget_after("buyer_notice.forget", BuyerNotice.objects.all, "expires_at", KEPT_FOR)
