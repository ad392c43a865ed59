"""What buyers hear of, by the rows of `kinds.py`, and enqueuing what WeChat has to be told."""

from orders.notices.kinds import PICKUP_VERBS, VERBS
from orders.notices.models import BuyerNotice, NoticeState
from orders.notices.services.leaving import follow_order
from orders.notices.tasks import tell_buyer
from orders.selectors import is_picked_up
from shop.events.models import Event
from shop.events.registry import on


@on(*VERBS)
def leave_notices(event: Event) -> None:
    follow_order(event)


@on(*PICKUP_VERBS, only=is_picked_up)
def leave_notices_of_pickup(event: Event) -> None:
    """Apart, so that the steps of an order that is sent cost it no delivery."""
    follow_order(event)


@on("notice.leave", outside=True)
def enqueue_notice(event: Event) -> None:
    if BuyerNotice.objects.filter(pk=event.subject_id, state=NoticeState.WAITING).exists():
        tell_buyer.delay(event.subject_id)
