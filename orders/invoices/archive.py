"""Orders that are not archived while the shop owes their buyer an invoice."""

from orders.archive import keep_in_sight
from orders.invoices.selectors import list_waiting
from orders.scope import ALL

keep_in_sight(lambda: list_waiting(ALL).values("order_id"))
