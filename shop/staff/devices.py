"""Which device signed in: its address and a few words about the browser, kept in its session."""

import ipaddress
from typing import Any

from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

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


def read_ip(request: HttpRequest) -> str | None:
    """The client's address behind as many proxies as are our own (NUM_PROXIES), None where it is not one."""
    ident = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads META alone
    try:
        return str(ipaddress.ip_address(ident or ""))
    except ValueError:
        return None


def read_network(request: HttpRequest) -> str | None:
    """What tries at passwords are counted by: the address, of IPv6 its /64, which one customer has to themselves."""
    ip = read_ip(request)
    if ip is None or ":" not in ip:
        return ip
    address = ipaddress.IPv6Address(ip)
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address), 64), strict=False).network_address)


def describe_device(request: HttpRequest) -> dict[str, Any]:
    return {"name": name_device(request.headers.get("User-Agent", "")), "ip": read_ip(request)}
