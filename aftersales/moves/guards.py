"""What has to hold of an after-sale for a verb, by its own columns alone; and whose capability a verb asks for."""

from django.utils.translation import gettext_lazy as _

from aftersales.choices import DECIDED, OURS, OVER_FOR_GOODS, SENDS_BACK, DisputeState, Kind
from aftersales.models import Aftersale
from shop import clock
from shop.errors import Refused

HANDLE, RECEIVE, SUPERVISE = "aftersales.handle", "aftersales.receive", "aftersales.supervise"


def sends_back(aftersale: Aftersale) -> Refused | None:
    if aftersale.kind in SENDS_BACK:
        return None
    return Refused("nothing_to_return", _("Nothing is sent back here: refund it, or refuse."))


def wants_money(aftersale: Aftersale) -> Refused | None:
    if aftersale.kind != Kind.EXCHANGE:
        return None
    return Refused("wants_exchange", _("The buyer wants other goods and no money."))


def wants_goods(aftersale: Aftersale) -> Refused | None:
    if aftersale.kind == Kind.EXCHANGE:
        return None
    return Refused("wants_money", _("The buyer wants money and no other goods."))


def has_no_difference_yet(aftersale: Aftersale) -> Refused | None:
    if aftersale.agreed_fen is None:
        return None
    return Refused("already_done", _("The difference is refunded already."))


def is_undisputed(aftersale: Aftersale) -> Refused | None:
    """Bars what decides a case: while it is disputed a supervisor does."""
    if not aftersale.is_disputed:
        return None
    return Refused("disputed", _("It is disputed: a supervisor decides it, with a reason."))


def is_disputed(aftersale: Aftersale) -> Refused | None:
    return None if aftersale.is_disputed else Refused("not_disputed", _("It is not disputed."))


def can_be_disputed(aftersale: Aftersale) -> Refused | None:
    """A verdict is final; what was withdrawn may be brought up again."""
    if aftersale.dispute == DisputeState.OPEN:
        return Refused("already_done", _("It is disputed already."))
    if aftersale.dispute in DECIDED:
        return Refused("dispute_decided", _("This was decided already, and that is final."))
    return None


def is_shop_at_fault(aftersale: Aftersale) -> Refused | None:
    """Buyers bring up what was refused or closed, or what the shop did not do in time."""
    is_late = aftersale.state in OURS and aftersale.due_at is not None and aftersale.due_at <= clock.now()
    if is_late or aftersale.state in OVER_FOR_GOODS:
        return None
    return Refused(
        "dispute_too_early", _("The shop still has time to answer. You can dispute it afterwards.")
    )
