"""What parcels hold about a buyer: photos of their goods, and where a redirected one goes."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.shipping.models import Intercept, InterceptState, ParcelPhoto
from shop.customers.erasure import eraser, obstacle, sealed
from shop.customers.models import Customer
from shop.events.models import Event
from shop.files.services import delete_picture


@eraser
def erase_photos(customer: Customer) -> None:
    """Of shared parcels too: what is whose cannot be told from a photo."""
    photos = ParcelPhoto.objects.filter(parcel__lines__order_line__order__customer=customer)
    for photo in photos.select_related("picture").distinct():
        delete_picture(photo.picture)


@obstacle
def has_open_intercept(customer: Customer) -> Promise | str:
    is_open = Intercept.objects.filter(order__customer=customer, state=InterceptState.ASKED).exists()
    return _("A parcel is to be stopped or redirected: finish that task first.") if is_open else ""


@sealed
def own_intercepts(customer: Customer) -> Any:
    return Intercept.objects.filter(order__customer=customer)


@sealed
def events_of_intercepts(customer: Customer) -> Any:
    intercepts = Intercept.objects.filter(order__customer=customer)
    return Event._base_manager.filter(kind=Intercept.subject_kind, subject_id__in=intercepts.values("pk"))
