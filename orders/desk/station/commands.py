"""What is scanned from the sheet instead of being pressed: codes that no article has."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.couriers.known import Courier, find_courier
from shop.spelling import normalise

_COURIER = "PACK-BY-"


class Command(models.TextChoices):
    UNDO = "PACK-UNDO", _("Undo the last scan")
    LABEL = "PACK-LABEL", _("Get or print the label")
    SHIP = "PACK-SHIP", _("Ship")
    NEXT = "PACK-NEXT", _("Next order")
    LEAVE = "PACK-LEAVE", _("Give up packing")


_COMMANDS = {normalise(command.value): command for command in Command}


def read_command(code: str) -> Command | None:
    """The command that a scanned code is."""
    return _COMMANDS.get(normalise(code))


def read_courier(code: str) -> Courier | None:
    """The courier that a scanned code names."""
    plain, prefix = normalise(code), normalise(_COURIER)
    return find_courier(plain.removeprefix(prefix)) if plain.startswith(prefix) else None


def write_courier(courier: Courier) -> str:
    """The code that names a courier."""
    return _COURIER + courier.code
