"""What the desk does by itself in time."""

from orders.desk.testing.services import remove_test_order
from orders.selectors import list_due_to_remove
from orders.services.deadlines import unless_moved
from shop.actor import SYSTEM
from shop.events.registry import due


@due("order.remove_test", find=list_due_to_remove)
def remove_old_test(order_id: int) -> None:
    with unless_moved():
        remove_test_order(order_id, actor=SYSTEM)
