"""Where a verifier stands: one of the stores they are bound to."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from pickup.models import Verifier
from pickup.services.verifiers import verifier_actor
from shop.actor import Actor
from shop.errors import Refused
from shop.store.models import PickupStore


@dataclass(frozen=True)
class Place:
    """A verifier at one of their `stores`."""

    verifier: Verifier
    stores: tuple[PickupStore, ...]
    store: PickupStore

    @cached_property
    def actor(self) -> Actor:
        """The verifier, who may see what waits at any of their stores."""
        return verifier_actor(self.verifier, [store.pk for store in self.stores])

    @property
    def scope(self) -> str:
        """The key of the scope of this store alone, as `orders.scope` reads it."""
        return f"stores:{self.store.pk}"


def find_place(verifier: Verifier, store_id: int | None = None) -> Place:
    """Where they are: at the store given, at their first one for None.

    Raises Refused `not_found` (404) for a store that is not theirs.
    """
    stores = tuple(verifier.stores.order_by("pk"))
    here = [store for store in stores if store_id in (None, store.pk)]
    if not here:
        raise Refused("not_found", _("There is no such store."), 404)
    return Place(verifier, stores, here[0])
