"""What each kind of printer is set up by, as data."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.clients.printers.escpos import PORT, Address, is_near
from shop.printers.choices import PrinterKind

PORTS = range(9100, 9110)
"""Where receipt printers listen; at other ports of the shop's network other things do."""
_NAME = re.compile(r"(?!-)[0-9a-z-]{1,63}(?<!-)(\.(?!-)[0-9a-z-]{1,63}(?<!-))*")
_NEAR_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost")


@dataclass(frozen=True)
class Kind:
    """Labels of the fields that a kind has; "" for one that it has not."""

    device: Any
    device_help: Any
    account: Any = ""
    key: Any = ""


KINDS: dict[str, Kind] = {
    PrinterKind.FEIE: Kind(
        _("Printer number (SN)"), _("9 digits, on the bottom of the printer."), _("User"), _("UKEY")
    ),
    PrinterKind.YILIANYUN: Kind(
        _("Machine code"), _("On the bottom of the printer."), _("Client id"), _("Client secret")
    ),
    PrinterKind.ESCPOS: Kind(
        _("Address in the shop's network"),
        _("Such as 192.168.1.50; the port is 9100 unless you add another from 9101 to 9109 after a colon."),
    ),
}


def read_address(text: str, *, may_be_near: bool) -> Address | None:
    """The host and port of a printer, None for what is none.

    `may_be_near`: this machine itself will do, and any port, as in the demo.
    """
    host, _colon, port = text.strip().lower().partition(":")
    if port and not (port.isascii() and port.isdecimal() and len(port) <= 5):
        return None
    address = Address(host, int(port) if port else PORT)
    if may_be_near:
        return address if 0 < address.port < 2**16 and (_is_ip(host) or _NAME.fullmatch(host)) else None
    return address if address.port in PORTS and _is_far(host) else None


def _is_far(host: str) -> bool:
    if _is_ip(host):
        return not is_near(host)
    # Digits alone would be read as an IP address in other spellings.
    is_name = _NAME.fullmatch(host) and not re.fullmatch(r"[0-9.]+|0x[0-9a-f.x]+", host)
    return bool(is_name) and host not in _NEAR_NAMES


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
