"""The code by which an order is picked up, for its buyer to show: as text, as a link, and as a picture of the link."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers

from orders.desk.api.views import NUMBER, TAGS, clean_number
from orders.selectors import get_order
from pickup.codes import PickupCode, make_code
from pickup.pictures import draw_png, draw_svg
from shop.customers.api import BuyerView, for_buyers
from shop.errors import Refused

_PNG, _SVG = "image/png", "image/svg+xml"
_CODES = ("not_found", "no_code")


class PickupCodeOut(serializers.Serializer[Any]):
    """Shown at the counter, paid or not; valid until the goods are handed out or the order is closed."""

    short = serializers.CharField(help_text="to be read out or typed, four letters and four")
    link = serializers.CharField(help_text="what the QR code holds")


class PickupCodeView(BuyerView):
    """Base of what shows the code."""

    def find_code(self, number: str) -> PickupCode:
        """Raises Refused `not_found`, `no_code` (404)."""
        code = make_code(get_order(clean_number(number), actor=self.actor))
        if code is None:
            message = _("This order has no pickup code: it is over, or it is sent to you.")
            raise Refused("no_code", message, 404)
        return code


class CodeView(PickupCodeView):
    @for_buyers("get_pickup_code", TAGS, {200: PickupCodeOut}, *_CODES, parameters=[NUMBER])
    def get(self, number: str) -> PickupCode:
        """The code of an order that you pick up."""
        return self.find_code(number)


class CodePngView(PickupCodeView):
    @for_buyers("get_pickup_code_png", TAGS, {(200, _PNG): OpenApiTypes.BINARY}, *_CODES, parameters=[NUMBER])
    def get(self, number: str) -> HttpResponse:
        """The QR code as PNG."""
        return HttpResponse(draw_png(self.find_code(number).link), content_type=_PNG)


class CodeSvgView(PickupCodeView):
    @for_buyers("get_pickup_code_svg", TAGS, {(200, _SVG): OpenApiTypes.BINARY}, *_CODES, parameters=[NUMBER])
    def get(self, number: str) -> HttpResponse:
        """The QR code as SVG."""
        return HttpResponse(draw_svg(self.find_code(number).link), content_type=_SVG)
