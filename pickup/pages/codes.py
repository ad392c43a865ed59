"""What the link of a code shows to anybody: nothing of the order, whether there is one or not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.store.selectors import get_store_settings


@never_cache
@require_safe
def code(request: HttpRequest, token: str) -> HttpResponse:
    """The shop's name, and to whom the code is shown. The order is not looked for, so no answer can tell of it."""
    response = render(request, "pickup/code.html", {"shop_name": get_store_settings().shop_name})
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
