"""`GET /stores/{id}/slots`: when a buyer can come to a store that has them choose a time."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from orders.services.slots import list_left
from shop.errors import Refused
from shop.http.api.endpoint import PublicView, endpoint
from shop.http.api.fields import read_id
from shop.http.api.schema import path_id
from shop.store.models import PickupStore

_STORE = path_id("id", "id of a store")


class SlotLeftOut(serializers.Serializer[Any]):
    """`left`: how many orders may still choose it."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    left = serializers.IntegerField()


class SlotsOut(serializers.Serializer[Any]):
    results = SlotLeftOut(many=True, help_text="of a week, the soonest first; empty: buyers come at any time")


class SlotsView(PublicView):
    @endpoint("list_slots", ["shop"], {200: SlotsOut}, "not_found", parameters=[_STORE])
    def get(self, id: str) -> dict[str, Any]:
        """The time slots of a store that have not begun."""
        store = PickupStore.objects.filter(PickupStore.SERVES, pk=read_id(id)).first()
        if store is None:
            raise Refused("not_found", _("There is no such store."), 404)
        left = list_left(store)
        rows = [{"starts_at": slot.starts_at, "ends_at": slot.ends_at, "left": n} for slot, n in left]
        return {"results": rows}
