"""The clients of the shop's printers."""

from django.conf import settings

from shop.clients.errors import BadCredentials
from shop.clients.printers import feie, yilianyun
from shop.clients.printers.escpos import Escpos
from shop.clients.printers.slips import Printer as Client
from shop.printers.choices import PrinterKind
from shop.printers.known import read_address
from shop.printers.models import Printer


def make_client(printer: Printer) -> Client:
    """A client of this printer; the services' addresses are settings. Raises `BadCredentials` for an address."""
    if printer.kind == PrinterKind.FEIE:
        credentials = feie.Credentials(printer.account, printer.key)
        return feie.Feie(credentials, printer.device, base_url=settings.FEIE_URL)
    if printer.kind == PrinterKind.YILIANYUN:
        return make_yilianyun(printer)
    address = read_address(printer.device, may_be_near=settings.DEMO)
    if address is None:
        raise BadCredentials("The address is none of a printer.")
    return Escpos(address, may_be_near=settings.DEMO)


def make_yilianyun(printer: Printer) -> yilianyun.Yilianyun:
    """A client that can fetch a token too."""
    credentials = yilianyun.Credentials(printer.account, printer.key, printer.token)
    return yilianyun.Yilianyun(credentials, printer.device, base_url=settings.YILIANYUN_URL)
