"""Every address of the mini-program API, and its description of itself."""

from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import include, path
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from django.views.generic import TemplateView
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request

from pickup.api import joining
from shop.catalog import api as catalog
from shop.customers import api as customers
from shop.http.api.endpoint import JsonOnly
from shop.http.api.schema import INTRODUCTION
from shop.store import api as store
from shop.store.pickup_stores import api as stores


@method_decorator(conditional_page, name="dispatch")
class OpenApiView(SpectacularJSONAPIView):
    """Made once in a process, in the shop's language: putting it together takes as long as fifty orders."""

    renderer_classes = [OpenApiJsonRenderer2]
    content_negotiation_class = JsonOnly
    custom_settings = {"DESCRIPTION": INTRODUCTION}
    _lock = Lock()
    _ready = b""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        with self._lock:
            if not OpenApiView._ready:
                with translation.override(settings.LANGUAGE_CODE):
                    data = super().get(request, *args, **kwargs).data  # type: ignore[no-untyped-call]  # the library's
                    OpenApiView._ready = OpenApiJsonRenderer2().render(data)
        return HttpResponse(self._ready, content_type=OpenApiJsonRenderer2.media_type)


app_name = "api"
urlpatterns = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path("docs/", TemplateView.as_view(template_name="api/docs.html"), name="docs"),
    path("shop", store.ShopView.as_view(), name="shop"),
    path("stores", stores.StoresView.as_view(), name="stores"),
    path("regions", store.RegionsView.as_view(), name="regions"),
    path("auth/login", customers.LoginView.as_view(), name="login"),
    path("auth/logout", customers.LogoutView.as_view(), name="logout"),
    path("me", customers.MeView.as_view(), name="me"),
    path("me/balance-entries", customers.BalanceEntriesView.as_view(), name="balance_entries"),
    path("me/subscriptions", customers.SubscriptionsView.as_view(), name="subscriptions"),
    path("me/erasure", customers.MyErasureView.as_view(), name="my_erasure"),
    path("me/phone", customers.MyPhoneView.as_view(), name="my_phone"),
    path("products", catalog.ProductsView.as_view(), name="products"),
    path("products/<str:id>", catalog.ProductView.as_view(), name="product"),
    path("images", customers.ImagesView.as_view(), name="images"),
    path("verifier/join", joining.JoinView.as_view(), name="join_verifiers"),
    path("addresses", customers.AddressesView.as_view(), name="addresses"),
    path("addresses/parse", customers.SplitAddressView.as_view(), name="parse_address"),
    path("addresses/<str:id>", customers.AddressView.as_view(), name="address"),
    path("", include("orders.desk.api.urls")),
    path("", include("pickup.api.urls")),
    path("", include("aftersales.api.urls")),
]
