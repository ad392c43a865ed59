"""The pages of the settings, as tabs above each of them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability
from shop.staff.decorators import StaffRequest

_PAGES = (
    (_("Store settings"), "store:settings", "settings.view"),
    (_("Freight templates"), "freight:list", "settings.view"),
    (_("Delivery area"), "store:area", "settings.view"),
    (_("Stores"), "store:pickup_stores", "settings.view"),
    (_("After-sales"), "aftersales:settings", "settings.view"),
    (_("Couriers and labels"), "couriers:overview", "shipping.setup"),
    (_("Printers"), "printers:overview", "printers.setup"),
    (_("Voice of alerts"), "voice:settings", "settings.view"),
    (_("WeChat"), "store:wechat", "settings.view"),
    (_("Alipay"), "store:alipay", "settings.view"),
)


def list_tabs(request: StaffRequest, *, inside: str = "") -> list[dict[str, Any]]:
    """Each page of the settings that this person may see, and whether it is this one, or the one this is `inside`."""
    here = reverse(inside) if inside else request.path
    own = [(label, name) for label, name, capability in _PAGES if has_capability(request.actor, capability)]
    urls = [(label, reverse(name)) for label, name in own]
    return [{"label": label, "url": url, "is_active": here == url} for label, url in urls]
