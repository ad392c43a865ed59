"""The demo shop's receipt printer: one of the pretend 飞鹅, tested, which prints when somebody presses."""

from pathlib import Path
from typing import Any

from django.test import override_settings

from shop.actor import Actor
from shop.demo.standins import PrinterCredentials, load_printer_credentials, run_in_thread
from shop.printers.choices import PrinterKind
from shop.printers.models import Printer
from shop.printers.services.printers import add_printer, change_printer
from shop.printers.services.testing import print_test

NAME = "打包台"


def set_up_printer(standins_dir: Path, *, actor: Actor) -> None:
    """A printer at the packing table."""
    made = load_printer_credentials(standins_dir)
    _test(add_printer(PrinterKind.FEIE, {"name": NAME} | _read(made), actor=actor), standins_dir, actor)


def give_printer_credentials(standins_dir: Path, *, actor: Actor) -> None:
    """Credentials of these stand-ins for the 飞鹅 printers that are there."""
    made = load_printer_credentials(standins_dir)
    for printer in Printer.objects.filter(kind=PrinterKind.FEIE).order_by("pk"):
        _test(change_printer(printer.pk, _read(made), actor=actor), standins_dir, actor)


def _read(made: PrinterCredentials) -> dict[str, Any]:
    return {"device": made.feie_sn, "account": made.feie_user, "key": made.feie_ukey}


def _test(printer: Printer, standins_dir: Path, actor: Actor) -> None:
    with run_in_thread(standins_dir) as server, override_settings(FEIE_URL=server.base_url):
        print_test(printer.pk, actor=actor)
