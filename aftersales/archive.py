"""Orders that are not archived while an after-sale of theirs waits for goods, money or a verdict."""

from django.db.models import Q

from aftersales.choices import OPEN, State
from aftersales.models import IS_DISPUTED, Aftersale
from orders.archive import keep_in_sight

_WAITS = Q(state__in=(*OPEN, State.REFUNDING)) | IS_DISPUTED

keep_in_sight(lambda: Aftersale.objects.filter(_WAITS).values("order_id"))
