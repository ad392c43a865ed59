"""Orders that are not archived while money is on its way back to their buyer."""

from orders.archive import keep_in_sight
from orders.payments.models import Refund, RefundState

_UNDER_WAY = tuple(state for state in RefundState if state is not RefundState.DONE)

keep_in_sight(lambda: Refund.objects.filter(state__in=_UNDER_WAY).values("order_id"))
