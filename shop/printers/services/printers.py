"""Printers are added, changed, and switched off and on."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.errors import Refused
from shop.moves.services import begin, locked, move
from shop.printers.choices import PrinterKind
from shop.printers.known import KINDS, read_address
from shop.printers.models import Printer

SECRETS = ("key",)
EDITABLE = ("name", "device", "account", "key", "paper", "copies", "deliveries", "store_id")
_PROVES = {"device", "account", "key"}
"""Once one of these has changed, the printer has to pass its test again."""
MAX_COPIES = 3


def add_printer(kind: str, values: Mapping[str, Any], *, actor: Actor) -> Printer:
    """A new printer of a kind; it prints once it has passed its test.

    Raises Refused `not_found`, `printer_incomplete`, `wrong_address` (400), whose `extra["fields"]` names the fields.
    """
    if kind not in KINDS:
        raise Refused("not_found", _("There is no such kind of printer."), 404)
    printer = Printer(kind=kind, **{name: values[name] for name in EDITABLE if name in values})
    _check(printer)
    with transaction.atomic():
        begin(printer, "printer.add", actor=actor)
    return printer


def change_printer(
    printer_id: int, values: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> Printer:
    """Write the given columns; an empty key keeps the stored one. Raises Refused as `add_printer`, and `stale`."""
    with locked(Printer, printer_id, "printer.change", actor, expected_version) as printer:
        changed = {
            name: values[name]
            for name in EDITABLE
            if name in values
            and (values[name] or name not in SECRETS)
            and values[name] != getattr(printer, name)
        }
        for name, value in changed.items():
            setattr(printer, name, value)
        _check(printer)
        if changed:
            untested = {"tested_at": None, "token": ""} if _PROVES & changed.keys() else {}
            data = {"fields": [*changed]}
            move(printer, "printer.change", actor=actor, changes=untested | changed, data=data)
    return printer


def _check(printer: Printer) -> None:
    kind = KINDS[printer.kind]
    needed = {"device": kind.device, "account": kind.account, "key": kind.key}
    missing = [name for name, label in needed.items() if label and not getattr(printer, name)]
    if missing:
        raise Refused("printer_incomplete", _("This printer needs it."), 400, fields=missing)
    if not 1 <= printer.copies <= MAX_COPIES:
        raise Refused("wrong_copies", _("One to three copies."), 400, fields=["copies"])
    if printer.kind == PrinterKind.ESCPOS and not read_address(printer.device, may_be_near=settings.DEMO):
        words = _("Type the printer's address in the shop's network, such as 192.168.1.50.")
        raise Refused("wrong_address", words, 400, fields=["device"])


def drop_printer(printer_id: int, *, actor: Actor, expected_version: int | None = None) -> Printer:
    """Print nothing there any more; what was entered stays. Raises Refused `switched_off`, `stale`."""
    with locked(Printer, printer_id, "printer.drop", actor, expected_version) as printer:
        move(printer, "printer.drop", actor=actor, changes={"is_on": False})
    return printer


def take_printer(printer_id: int, *, actor: Actor, expected_version: int | None = None) -> Printer:
    """Print there again. Raises Refused `already_done`, `stale`."""
    with locked(Printer, printer_id, "printer.take", actor, expected_version) as printer:
        move(printer, "printer.take", actor=actor, changes={"is_on": True})
    return printer
