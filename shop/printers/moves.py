"""What may happen to a printer."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.events.words import name_machines
from shop.moves.table import BY_SHOP, Subject, register, stateless
from shop.printers.choices import PrinterKind
from shop.printers.models import Printer

name_machines(dict(PrinterKind.choices))

SETUP = "printers.setup"
_FIELDS = {"fields": list[str]}


def is_on(printer: Printer) -> Refused | None:
    if printer.is_on:
        return None
    return Refused("switched_off", _("This printer is switched off. Switch it on first."))


def is_off(printer: Printer) -> Refused | None:
    return Refused("already_done", _("This printer is switched on already.")) if printer.is_on else None


PRINTERS = register(
    Subject(
        Printer,
        _("Printer"),
        (
            stateless("printer.add", _("Printer added"), BY_SHOP, SETUP),
            stateless("printer.change", _("Printer changed"), BY_SHOP, SETUP, facts=_FIELDS),
            stateless(
                "printer.test",
                _("Test print passed"),
                BY_SHOP,
                SETUP,
                label=_("Print a test"),
                icon_name="printer",
            ),
            stateless(
                "printer.drop",
                _("Printer switched off"),
                BY_SHOP,
                SETUP,
                label=_("Switch off"),
                icon_name="ban",
                guards=(is_on,),
            ),
            stateless(
                "printer.take",
                _("Printer switched on"),
                BY_SHOP,
                SETUP,
                label=_("Switch on"),
                icon_name="refresh",
                guards=(is_off,),
            ),
        ),
        _("There is no such printer."),
        url=lambda printer: reverse("printers:printer", args=[printer.pk]),
    )
)
