"""Reading the stores."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.store.models import PickupStore
from shop.store.pickup_stores.distance import measure

MAX_STORES = 500
"""So many stores a shop may have: they are read whole and sorted in memory."""


def list_stores() -> list[PickupStore]:
    """All of them, those that are open first."""
    return list(PickupStore.objects.order_by("-is_open", "id"))


def list_serving() -> list[PickupStore]:
    """Those that buyers can choose, with their pictures."""
    stores = PickupStore.objects.filter(PickupStore.SERVES).order_by("id")
    return list(stores.prefetch_related("pictures__picture")[:MAX_STORES])


def name_stores(ids: Collection[int]) -> str:
    """What these stores are called, in one line."""
    names = PickupStore.objects.filter(pk__in=ids).order_by("id").values_list("name", flat=True)
    return str(gettext(", ")).join(names)


@dataclass(frozen=True)
class Near:
    """A store with how far it is, in metres; None where its point or the buyer's is not known."""

    store: PickupStore
    metres: int | None


def list_near(latitude: float | None, longitude: float | None) -> list[Near]:
    """The stores that serve, the nearest first; those without a point last."""
    near = [Near(store, _measure(store, latitude, longitude)) for store in list_serving()]
    return sorted(near, key=lambda each: (each.metres is None, each.metres or 0))


def _measure(store: PickupStore, latitude: float | None, longitude: float | None) -> int | None:
    if latitude is None or longitude is None or store.latitude is None or store.longitude is None:
        return None
    return measure(latitude, longitude, float(store.latitude), float(store.longitude))


def get_serving_store(store_id: int | None) -> PickupStore:
    """The store where somebody wants to pick up. Raises Refused `store_needed`, `store_closed` (400)."""
    if store_id is None:
        raise Refused("store_needed", _("Choose a store to pick up at."), 400)
    store = PickupStore.objects.filter(PickupStore.SERVES, pk=store_id).first()
    if store is None:
        raise Refused("store_closed", _("This store does not serve now. Choose another one."), 400)
    return store
