"""The pages of the settings, as tabs above each of them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_PAGES = (
    (_("Store settings"), "store:settings"),
    (_("Freight templates"), "freight:list"),
    (_("Delivery area"), "store:area"),
    (_("Voice of alerts"), "voice:settings"),
    (_("WeChat"), "store:wechat"),
)


def list_tabs(request: HttpRequest, *, inside: str = "") -> list[dict[str, Any]]:
    """Each page of the settings with its address and whether it is this one, or the one that this page is `inside`."""
    here = reverse(inside) if inside else request.path
    urls = [(label, reverse(name)) for label, name in _PAGES]
    return [{"label": label, "url": url, "is_active": here == url} for label, url in urls]
