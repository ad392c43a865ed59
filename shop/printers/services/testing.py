"""A test print, and what a printer's answers mean to people."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shop import clock
from shop.access import require
from shop.actor import Actor
from shop.clients.errors import BadCredentials, ClientError, Rejected, Unreachable
from shop.clients.printers.escpos import NO_PAPER, OFFLINE
from shop.clients.printers.slips import Line, Slip, State
from shop.errors import Refused
from shop.moves.services import move
from shop.printers.choices import PrinterKind
from shop.printers.gateway import make_client, make_yilianyun
from shop.printers.models import Printer
from shop.printers.moves import SETUP
from shop.words import fill


def print_test(printer_id: int, *, actor: Actor) -> Printer:
    """Ask a printer how it is, and print a few words. From then on receipts may come out there.

    Raises Refused `not_found`, `printer_failed` (409) with what to do, and `stale` when it was changed meanwhile.
    """
    require(actor, SETUP)
    printer = Printer.objects.filter(pk=printer_id).first()
    if printer is None:
        raise Refused("not_found", _("There is no such printer."), 404)
    changes: dict[str, Any] = {}
    try:
        if printer.kind == PrinterKind.YILIANYUN and not printer.token:
            changes["token"] = printer.token = make_yilianyun(printer).fetch_token()
        client = make_client(printer)
        if obstacle := describe_state(client.find_state()):
            raise Refused("printer_failed", obstacle)
        client.print(_make_slip(printer))
    except ClientError as error:
        raise Refused("printer_failed", describe_failure(error)) from error
    with transaction.atomic():
        move(printer, "printer.test", actor=actor, changes=changes | {"tested_at": clock.now()})
    return printer


def _make_slip(printer: Printer) -> Slip:
    at = timezone.localtime(clock.now())
    lines = (
        Line(_("Test print"), is_big=True, is_centred=True),
        Line(printer.name, is_centred=True),
        Line(f"{at:%Y-%m-%d %H:%M:%S}", is_centred=True),
    )
    return Slip(f"test{secrets.token_hex(12)}", lines)


def describe_state(state: State) -> str:
    """What has to be done before it prints; "" when nothing has."""
    if state is State.OFFLINE:
        return _("The printer is offline. Switch it on and look at its network.")
    if state is State.TROUBLED:
        return _("The printer is on but cannot print: put in paper and close the cover.")
    return ""


def describe_failure(error: ClientError) -> str:
    """Why nothing was printed, or nobody knows, and what to do."""
    if isinstance(error, Rejected):
        return _describe_refusal(error)
    if isinstance(error, BadCredentials):
        return _("Key or address cannot be used. Look at the settings of this printer and test it again.")
    if isinstance(error, Unreachable):
        return _("The printer cannot be reached. Is it switched on, and is its address right?")
    return _("No believable answer came. Look at the printer whether it is on paper.")


def _describe_refusal(error: Rejected) -> str:
    states = {OFFLINE: State.OFFLINE, NO_PAPER: State.TROUBLED}
    if error.code in states:
        return describe_state(states[error.code])
    why = {"why": error.message or error.code}
    words = _("The printer's service refused. Look at number and key of this printer: %(why)s")
    return str(fill(words, why))
