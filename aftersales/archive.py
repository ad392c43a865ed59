"""Orders that are not archived while an after-sale of theirs waits for goods or money."""

from aftersales.choices import OPEN, State
from aftersales.models import Aftersale
from orders.archive import keep_in_sight

keep_in_sight(lambda: Aftersale.objects.filter(state__in=(*OPEN, State.REFUNDING)).values("order_id"))
