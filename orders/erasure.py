"""What orders hold about a buyer: sealed values, hashes they are found by, and a reason to wait while one is open."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import BlindIndex, Note, Order
from orders.stages import AftersaleMark, Stage
from shop.customers.erasure import eraser, obstacle, sealed
from shop.customers.models import Customer
from shop.events.models import Event


@obstacle
def has_open_order(customer: Customer) -> Promise | str:
    orders = Order.objects.filter(customer=customer)
    is_open = orders.exclude(stage__in=[Stage.DONE, Stage.CLOSED]).exists()
    is_asked_back = orders.filter(aftersale_mark=AftersaleMark.OPEN).exists()
    return _("There is an open order or after-sale: finish it first.") if is_open or is_asked_back else ""


@sealed
def own_orders(customer: Customer) -> Any:
    return Order.objects.filter(customer=customer)


@sealed
def own_notes(customer: Customer) -> Any:
    return Note.objects.filter(order__customer=customer)


@sealed
def events_of_orders(customer: Customer) -> Any:
    orders = Order.objects.filter(customer=customer)
    return Event._base_manager.filter(kind=Order.subject_kind, subject_id__in=orders.values("pk"))


@eraser
def erase_hashes(customer: Customer) -> None:
    BlindIndex.objects.filter(order__customer=customer).delete()
