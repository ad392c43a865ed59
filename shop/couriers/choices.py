"""What the numbers of a courier are called where one has to be chosen."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.couriers.known import Courier
from shop.words import fill

_METHODS = {
    "door": _("to the door"),
    "station": _("to a station, collected there"),
    "locker": _("to a parcel locker"),
    "agent": _("to an agent, collected there"),
    "ground": _("to the door, not upstairs"),
    "collect": _("collected by the recipient"),
    "depot": _("into a warehouse"),
    "upstairs": _("to the door, upstairs"),
    "large": _("to the door, large pieces upstairs"),
}
_TRANS_TYPES = {
    1: _("economy"),
    2: _("fast"),
    4: _("within the city at once"),
    5: _("within the city on the same day"),
    6: _("next morning"),
    7: _("very small"),
    8: _("fresh goods"),
    16: _("fresh goods"),
    17: _("fresh goods"),
    20: _("letters"),
    21: _("economy, parcels"),
    24: _("economy, small"),
    26: _("cold chain"),
}
"""Those of 京东快递."""


def list_labels(courier: Courier) -> dict[str, list[tuple[int | str, Any]]]:
    """The choices of a form by the columns of `Courier.list_choices`, each number with what it means."""
    words = {"delivery_method": _name_methods(courier), "trans_type": _TRANS_TYPES}
    return {
        name: [
            ("", _("not chosen")),
            *((number, _label(number, words[name].get(number))) for number in numbers),
        ]
        for name, numbers in courier.list_choices().items()
    }


def _name_methods(courier: Courier) -> dict[int, Any]:
    return {number: _METHODS[key] for number, key in courier.delivery_methods.items() if key}


def _label(number: int, words: Any) -> Any:
    return fill(_("%(number)d – %(words)s"), {"number": number, "words": words}) if words else str(number)
