"""Parcels that are followed, for tests of other rooms."""

from datetime import timedelta

from orders.shipping.models import Parcel
from orders.tracking.models import Tracking
from orders.tracking.services.following import follow_parcels
from orders.tracking.services.hearing import hear
from shop import clock
from shop.clients.tracking.news import News, Report, Where
from tests import cast


def followed() -> Tracking:
    """A parcel that was just sent."""
    order = cast.shipped_order()
    parcel = Parcel.objects.filter(lines__order_line__order=order).get()
    follow_parcels([parcel.pk])
    return Tracking.objects.select_related("order").get(parcel=parcel)


def troubled(where: Where = Where.PROBLEM, words: str = "派送不成功：电话无人接听") -> Tracking:
    """One that has a problem, or whatever is said."""
    tracking = followed()
    told = News(clock.now() - timedelta(hours=2), words, "北京市", where, "4")
    hear(tracking.pk, Report(tracking.courier, tracking.tracking_no, (told,)))
    return Tracking.objects.select_related("order").get(pk=tracking.pk)
