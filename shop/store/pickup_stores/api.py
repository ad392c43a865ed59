"""`GET /stores`: where a buyer can pick up, the nearest store first."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from shop import clock
from shop.http.api.endpoint import PublicView, endpoint
from shop.http.api.fields import Id
from shop.http.api.serializers import StrictSerializer
from shop.store.choices import Delivery
from shop.store.models import PickupStore
from shop.store.pickup_stores.hours import find_next_opening, is_open_at, spell_week
from shop.store.pickup_stores.selectors import Near, list_near
from shop.store.selectors import get_store_settings, list_deliveries

MOST = 100
"""So many of the nearest are told."""


class StoreQuery(StrictSerializer):
    """Where the buyer is, in degrees as `wx.getLocation` gives them (gcj02)."""

    lat = serializers.FloatField(required=False, min_value=-90, max_value=90)
    lng = serializers.FloatField(required=False, min_value=-180, max_value=180)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("lat" in attrs) != ("lng" in attrs):
            raise serializers.ValidationError({"lng": [_("Give lat and lng, or neither.")]})
        return attrs


class StoreOut(serializers.Serializer[Any]):
    """A store to pick up at. `hours` are seven lists, Monday first, of spans in the shop's time zone."""

    id = Id(source="pk")
    name = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    hours = serializers.ListField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField())),
        help_text='such as `[[["09:00", "12:00"], ["13:30", "21:00"]], …]`; `24:00` ends a day',
    )
    hours_words = serializers.SerializerMethodField(help_text="the same in the language of the request")
    closed_on = serializers.ListField(child=serializers.DateField(), source="holidays")
    is_open_now = serializers.SerializerMethodField()
    opens_at = serializers.SerializerMethodField(help_text="when it opens next; null if it never does")

    def get_hours_words(self, store: PickupStore) -> str:
        return spell_week(store.hours)

    def get_is_open_now(self, store: PickupStore) -> bool:
        return is_open_at(store, clock.now())

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_opens_at(self, store: PickupStore) -> Any:
        at: datetime | None = find_next_opening(store, clock.now())
        return at and serializers.DateTimeField().to_representation(at)


class NearStoreOut(serializers.Serializer[Any]):
    """A store, how far it is in a straight line, and what it looks like."""

    store = StoreOut()
    distance_m = serializers.IntegerField(
        source="metres", allow_null=True, help_text="null where a point is missing"
    )
    picture_urls = serializers.SerializerMethodField()

    def get_picture_urls(self, near: Near) -> list[str]:
        pictures = sorted(near.store.pictures.all(), key=lambda each: each.position)
        return [each.picture.url for each in pictures]


class StoresOut(serializers.Serializer[Any]):
    results = NearStoreOut(many=True)


class StoresView(PublicView):
    @endpoint("list_stores", ["shop"], {200: StoresOut}, page=StoreQuery)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """The stores to pick up at now, the nearest first; none while pickup is not offered."""
        if Delivery.PICKUP not in list_deliveries(get_store_settings()):
            return {"results": []}
        return {"results": list_near(query.get("lat"), query.get("lng"))[:MOST]}
