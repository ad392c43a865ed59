"""`GET /shop`: what the shop is called, offers and promises."""

from functools import cache
from typing import Any

from django.utils.cache import patch_cache_control
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from shop.http.api.endpoint import ApiView, PublicView, endpoint
from shop.store.area.places import load_places, spell_area, tidy_places
from shop.store.choices import Delivery, Notice, OverdueRule, PayMethod
from shop.store.deliveries import name_pay_method
from shop.store.models import StoreSettings
from shop.store.places.regions import list_regions
from shop.store.plain_freight import read_plain_freight
from shop.store.selectors import get_store_settings, list_deliveries, list_pay_methods, list_templates
from shop.store.steps import list_not_open

_DAY_S = 24 * 3600


class PayOfferOut(serializers.Serializer[Any]):
    pay_method = serializers.ChoiceField(choices=PayMethod.choices)
    name = serializers.CharField(help_text="in the language of the request")


class DeliveryOfferOut(serializers.Serializer[Any]):
    delivery = serializers.ChoiceField(choices=Delivery.choices)
    name = serializers.CharField(help_text="in the language of the request")
    pay_methods = PayOfferOut(many=True)


class FreightOut(serializers.Serializer[Any]):
    """What express usually costs; the preview says what a basket costs.

    `flat_fen` for the first units, `next_fen` for each further lot begun. Nothing from `free_from_fen` worth of goods,
    or from `free_from_pieces` on (null: never free).
    """

    flat_fen = serializers.IntegerField(source="first_fen")
    free_from_fen = serializers.IntegerField(allow_null=True)
    free_from_pieces = serializers.IntegerField(allow_null=True)
    counts = serializers.CharField(help_text="what a unit is: `piece`, or `weight`, a gram")
    first_units = serializers.IntegerField()
    next_units = serializers.IntegerField()
    next_fen = serializers.IntegerField()
    has_exceptions = serializers.BooleanField(help_text="whether some goods or regions cost otherwise")


class PlaceOut(serializers.Serializer[Any]):
    """A district; a city without `district`, or a province without `city`, is meant as a whole."""

    code = serializers.CharField(help_text="as `wx.chooseAddress` and the region picker give it (GB/T 2260)")
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()


class OwnDeliveryOut(serializers.Serializer[Any]):
    """Where and for how much the shop brings goods itself."""

    area = serializers.CharField(help_text="the area in words")
    districts = PlaceOut(many=True)
    fee_fen = serializers.IntegerField()
    phone = serializers.CharField()


class TimersOut(serializers.Serializer[Any]):
    """Unpaid orders close, goods are promised to leave, and orders count as received after this long."""

    cancel_unpaid_minutes = serializers.IntegerField()
    ship_within_hours = serializers.IntegerField()
    when_overdue = serializers.ChoiceField(
        source="overdue_rule",
        choices=OverdueRule.choices,
        help_text="what happens to new orders of which nothing is sent in time",
    )
    receive_days = serializers.IntegerField()
    transfer_days = serializers.IntegerField(help_text="instead of the minutes, for bank transfers")
    extend_days = serializers.IntegerField(help_text="what a buyer may add to it once per order")


class TemplateOut(serializers.Serializer[Any]):
    """A template of subscription messages, for `wx.requestSubscribeMessage`."""

    notice = serializers.ChoiceField(choices=Notice.choices)
    template_id = serializers.CharField()


class InvoicesOut(serializers.Serializer[Any]):
    """Which invoices the shop issues, and until when they are asked for."""

    kinds = serializers.CharField(source="invoice_kinds", help_text="in the shop's words; may be empty")
    days = serializers.IntegerField(source="invoice_days", help_text="after receipt")


class NotOpenOut(serializers.Serializer[Any]):
    """Something for want of which nobody can order yet."""

    what = serializers.CharField(help_text="a key: `delivery`, `payment` or `product`")
    message = serializers.CharField(help_text="for the buyer, in the language of the request")


class ShopOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    contact_phone = serializers.CharField()
    deliveries = DeliveryOfferOut(many=True)
    freight = FreightOut()
    own_delivery = OwnDeliveryOut(allow_null=True)
    timers = TimersOut()
    templates = TemplateOut(many=True)
    collection_code_url = serializers.CharField(
        help_text="path of a picture that is scanned to pay by transfer; empty where there is none"
    )
    invoices = InvoicesOut(allow_null=True, help_text="null where the shop issues none on request")
    not_open = NotOpenOut(many=True, help_text="empty when orders can be placed")


class ShopView(PublicView):
    @endpoint("get_shop", ["shop"], {200: ShopOut})
    def get(self) -> dict[str, Any]:
        """What the shop is called, offers and promises."""
        return _describe(get_store_settings())


class CityOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    districts = serializers.ListField(child=serializers.CharField())


class ProvinceOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    cities = CityOut(many=True)


class RegionsOut(serializers.Serializer[Any]):
    provinces = ProvinceOut(many=True)


class RegionsView(PublicView):
    @endpoint("get_regions", ["shop"], {200: RegionsOut})
    def get(self) -> Response:
        """Provinces, cities and districts as addresses name them; keep it for a day."""
        return Response(_list_regions())

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        # The same for everybody, and 100 kB: unlike other answers it may be kept.
        final = super(ApiView, self).finalize_response(request, response, *args, **kwargs)
        patch_cache_control(final, public=True, max_age=_DAY_S)
        return final


@cache
def _list_regions() -> dict[str, Any]:
    return {
        "provinces": [
            {
                "name": province,
                "cities": [{"name": city, "districts": names} for city, names in cities.items()],
            }
            for province, cities in list_regions().items()
        ]
    }


def _describe(store: StoreSettings) -> dict[str, Any]:
    offered = list_deliveries(store)
    return {
        "name": store.shop_name,
        "contact_phone": store.contact_phone,
        "deliveries": [
            {
                "delivery": delivery,
                "name": delivery.label,
                "pay_methods": list_pay_offers(store, delivery),
            }
            for delivery in offered
        ],
        "freight": read_plain_freight(),
        "own_delivery": _describe_own_delivery(store) if Delivery.LOCAL in offered else None,
        "timers": store,
        "templates": list_templates(store),
        "collection_code_url": store.collection_code_url if store.transfer_on else "",
        "invoices": store if store.invoices_on else None,
        "not_open": [{"what": step.name, "message": step.not_open} for step in list_not_open(store)],
    }


def list_pay_offers(store: StoreSettings, delivery: Delivery) -> list[dict[str, Any]]:
    """The ways to pay with this delivery, as `PayOfferOut` shows them."""
    return [
        {"pay_method": method, "name": name_pay_method(method, delivery)}
        for method in list_pay_methods(store, delivery)
    ]


def _describe_own_delivery(store: StoreSettings) -> dict[str, Any]:
    return {
        "area": store.local_area or spell_area(store.local_districts),
        "districts": [load_places()[code] for code in tidy_places(store.local_districts)],
        "fee_fen": store.local_fee_fen,
        "phone": store.local_phone,
    }
