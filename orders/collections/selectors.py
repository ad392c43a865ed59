"""Reading collections."""

from collections.abc import Collection as Ids
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.collections.models import ASKED, IN_TROUBLE, OVER, Collection, CollectionState
from orders.scope import rows_in_scope, scope_key
from orders.shipping.models import ParcelState, Purpose
from orders.stages import Stage
from shop import clock
from shop.actor import Actor
from shop.errors import Refused

HANDING_OVER = (Stage.PREPARING, Stage.SHIPPED)
"""The stages of an order of which a parcel may still wait for its courier."""


def waits_for_courier(order: str, parcel: str) -> Q:
    """That a parcel may still wait, by the ways to its order and to it: exchanges are sent of completed orders too."""
    is_exchange = Q(**{f"{order}__stage": Stage.DONE, f"{parcel}__purpose": Purpose.EXCHANGE})
    return Q(**{f"{order}__stage__in": HANDING_OVER}) | is_exchange


def get_collection(collection_id: int, *, actor: Actor) -> Collection:
    """One collection that the actor may see, with its order. Raises Refused `not_found` (404)."""
    rows = rows_in_scope(Collection.objects.select_related("order"), scope_key(actor))
    collection = rows.filter(pk=collection_id).first()
    if collection is None:
        raise Refused("not_found", _("There is no such collection."), 404)
    return collection


def find_live(parcel_id: int) -> Collection | None:
    """How the parcel gets to its courier, as far as somebody has said or asked."""
    return Collection.objects.exclude(state__in=OVER).filter(parcel=parcel_id).first()


def list_troubled(scope: str) -> "QuerySet[Collection]":
    """Those that a person may have to settle, of the orders in this scope."""
    return rows_in_scope(find_troubled(), scope)


def find_troubled() -> "QuerySet[Collection]":
    """The same of all orders.

    For a parcel that still waits nobody comes; of all others somebody may come, until their time is over.
    """
    has_failed = Q(state=CollectionState.FAILED)
    newer = Collection.objects.filter(parcel=OuterRef("parcel"), pk__gt=OuterRef("pk"))
    waits = waits_for_courier("order", "parcel")
    waits &= Q(parcel__state=ParcelState.SENT, parcel__courier=F("courier"))
    may_come = Q(end__gt=clock.now())
    rows = Collection.objects.filter(IN_TROUBLE, parcel__has_moved=False)
    return rows.filter(has_failed & waits & ~Exists(newer) | ~has_failed & may_come)


def list_due(now: datetime, skip: Ids[int], limit: int) -> list[int]:
    """Those whose provider is to be asked now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = Collection.objects.filter(free, next_try_at__lte=now, state__in=ASKED).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])
