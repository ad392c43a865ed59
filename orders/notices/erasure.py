"""Of a buyer who is erased nobody need know what they were told."""

from orders.notices.models import BuyerNotice
from shop.customers.erasure import eraser
from shop.customers.models import Customer


@eraser
def erase_notices(customer: Customer) -> None:
    BuyerNotice.objects.filter(order__customer=customer).delete()
