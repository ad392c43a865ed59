"""Numbers of attempts and refunds at the gateway, which takes each of them once and for ever."""

from orders.models import Order
from shop.store.selectors import get_store_settings


def number_attempt(order: Order) -> str:
    """`<order number>-<n>`."""
    return f"{order.number}-{_count_on(order.attempts.count())}"


def number_refund(order: Order) -> str:
    """`<order number>R-<n>`."""
    return f"{order.number}R-{_count_on(order.refunds.count())}"


def _count_on(given: int) -> int:
    """The next number of an order that was given so many.

    A restored shop knows nothing of the numbers it gave after its backup was made; each restore begins a range of
    its own, so that none of them is given again.
    """
    return get_store_settings().number_range + given + 1
