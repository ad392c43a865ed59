"""What may happen to a verifier."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pickup.models import OFF, ON, Verifier
from shop.events.words import Part, says_value, tells
from shop.moves.table import BY_SHOP, COLUMNS, NOWHERE, Move, Subject, register, stay, to

_SETUP = "pickup.setup"


@tells("verifier", "stores")
def _tell_stores(names: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Stores"), _join(names))


def _join(names: Any) -> str:
    return gettext(", ").join(names)


says_value("verifier", "stores", _join)


VERIFIERS = register(
    Subject(
        Verifier,
        _("Verifier"),
        (
            Move(
                "verifier.appoint",
                _("Appoint"),
                _("Appointed"),
                to(ON, NOWHERE),
                BY_SHOP,
                _SETUP,
                facts={"stores": list[str]},
            ),
            Move(
                "verifier.change",
                _("Change the stores"),
                _("Stores changed"),
                stay(ON, OFF),
                BY_SHOP,
                _SETUP,
                icon_name="pencil",
                facts=COLUMNS,
            ),
            Move(
                "verifier.switch_off",
                _("Switch off"),
                _("Switched off"),
                to(OFF, ON),
                BY_SHOP,
                _SETUP,
                icon_name="ban",
            ),
            Move(
                "verifier.switch_on",
                _("Switch on again"),
                _("Switched on again"),
                to(ON, OFF),
                BY_SHOP,
                _SETUP,
                icon_name="user",
            ),
        ),
        _("There is no such verifier."),
        name=lambda verifier: verifier.name,
        url=lambda verifier: reverse("pickup:verifier", args=[verifier.pk]),
        joins=("customer",),
    )
)
