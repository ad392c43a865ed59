"""How an outcome is told at the counter: one colour, one word, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.payments.models import Means
from shop.errors import Refused
from shop.money import format_fen
from shop.words import fill

DONE, LOOK, STOP = "done", "look", "stop"
"""Green: the goods are the buyer's. Amber: nothing was done by this press, look. Red: nothing may be handed out."""

_ICONS = {DONE: "circle-check", LOOK: "alert-triangle", STOP: "circle-x"}
_TITLES = {
    "already_done": (LOOK, _("Already handed out")),
    "nothing_owed": (LOOK, _("Already paid")),
    "amount_mismatch": (LOOK, _("Another amount is owed")),
    "wrong_store": (STOP, _("Wrong store")),
    "no_code": (STOP, _("No such code")),
    "held": (STOP, _("On hold: hand out nothing")),
    "aftersale_open": (STOP, _("After-sale open: hand out nothing")),
    "owes": (STOP, _("Not paid")),
    "test_order": (STOP, _("Test order")),
    "forbidden": (STOP, _("Not allowed")),
    "not_verifier": (STOP, _("Not allowed")),
    "not_found": (STOP, _("Not allowed")),
    "pin_required": (LOOK, _("Type your PIN")),
    "no_pin": (LOOK, _("Choose a PIN first")),
    "wrong_pin": (LOOK, _("Wrong PIN")),
    "pin_locked": (STOP, _("PIN locked")),
    "too_many_guesses": (STOP, _("Too many wrong codes")),
    "line_short": (STOP, _("Short of stock")),
    "short": (STOP, _("Short of stock")),
}
_OTHERS = (LOOK, _("Look again"))
_BACK = frozenset({"owes", "line_short", "short"})
AGAIN = frozenset({"in_progress", "closing", "gateway_unavailable"})
"""After a moment the same press may well be carried out."""


@dataclass(frozen=True)
class Outcome:
    """What fills the screen. `facts` are pairs of label and value; `code` is for scripts."""

    tone: str
    title: Any
    words: Any = ""
    code: str = ""
    facts: tuple[tuple[Any, Any], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def icon_name(self) -> str:
        return _ICONS[self.tone]

    @property
    def is_back_offered(self) -> bool:
        """Whether the order, looked at again, may be handed out after all."""
        return self.code in _BACK or (self.tone == LOOK and self.code != "already_done")

    @property
    def is_tried_again(self) -> bool:
        """Whether the page sends the same press again by itself."""
        return self.code in AGAIN


def tell_refusal(refused: Refused) -> Outcome:
    tone, title = _TITLES.get(refused.code, _OTHERS)
    return Outcome(tone, title, refused.message, refused.code, extra=refused.extra)


def tell_done(done: Mapping[str, Any]) -> Outcome:
    """Of what `pickup.services.once` has kept."""
    title = _("Handed out") if done["is_last"] else _("Handed out in part")
    left = done["left"]
    words = fill(_("Pieces still to be picked up: %(left)d."), {"left": left}) if left else ""
    facts = [(_("Time"), parse_datetime(done["at"])), (_("Store"), done["store"])]
    if done["means"]:
        facts.append((Means(done["means"]).label, format_fen(done["collected_fen"])))
    return Outcome(DONE, title, words, "done", tuple(facts))


def tell_mistake(errors: Mapping[str, Any]) -> Outcome:
    """Of a form that could not be read."""
    first = next((str(each) for found in errors.values() for each in found), gettext("Look again"))
    return Outcome(LOOK, _("Look again"), first, "invalid")
