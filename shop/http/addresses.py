"""Where a request comes from, behind our own proxies."""

import ipaddress

from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle


def read_ip(request: HttpRequest) -> str | None:
    """The client's address behind as many proxies as are our own (NUM_PROXIES), None where it is not one."""
    ident = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads META alone
    try:
        return str(ipaddress.ip_address(ident or ""))
    except ValueError:
        return None


def read_network(request: HttpRequest) -> str | None:
    """What strangers are counted by: the address, of IPv6 its /64, which one customer has to themselves."""
    ip = read_ip(request)
    if ip is None or ":" not in ip:
        return ip
    address = ipaddress.IPv6Address(ip)
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address), 64), strict=False).network_address)
