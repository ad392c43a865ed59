"""What the desk does by itself in time."""

from orders.desk.testing.services import list_old_tests, remove_test_order
from orders.services.deadlines import unless_moved
from shop.actor import SYSTEM
from shop.events.registry import due


@due("order.remove_test", find=list_old_tests)
def remove_old_test(order_id: int) -> None:
    with unless_moved():
        remove_test_order(order_id, actor=SYSTEM)
