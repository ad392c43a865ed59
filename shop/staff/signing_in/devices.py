"""Which device signed in: its address and a few words about the browser, kept in its session."""

from typing import Any

from django.http import HttpRequest

from shop.http.addresses import read_ip

DEVICE_KEY = "device"
# In this order: nearly every browser also claims to be Safari, and Chrome's relatives to be Chrome.
_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def name_device(user_agent: str) -> str:
    """A browser and a system out of a User-Agent header, as "Chrome · Windows"; "" for what is neither."""
    found = [
        next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in found if name)


def describe_device(request: HttpRequest) -> dict[str, Any]:
    return {"name": name_device(request.headers.get("User-Agent", "")), "ip": read_ip(request)}
