"""Orders that are not archived while an alert of them is open."""

from notifications.models import Alert
from orders.archive import keep_in_sight

keep_in_sight(lambda: Alert.objects.filter(handled_at=None, order__isnull=False).values("order_id"))
