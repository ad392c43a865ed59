"""What happens when a time is nearly over, and when it is: by the rule that the after-sale was told beforehand."""

from aftersales.choices import SENDS_BACK, Overdue, State
from aftersales.clocks import start_clock
from aftersales.models import Aftersale, Dispute
from aftersales.services.answering import agree_refund, agree_return
from aftersales.services.locking import free_lines, locked_aftersale
from aftersales.terms.selectors import get_terms
from orders.services.fulfilment import apply_goods_rule
from shop import clock
from shop.actor import SYSTEM
from shop.errors import Refused
from shop.moves.services import move


def look_at_aftersale(aftersale_id: int) -> None:
    """Warn of a time that is nearly over, or carry out what was to happen at its end; what cannot be rings."""
    aftersale = Aftersale.objects.get(pk=aftersale_id)
    if aftersale.due_at is None or not _is_to_look_at(aftersale):
        return
    if clock.now() < aftersale.due_at:
        _note(aftersale_id, "aftersale.near_due")
    elif not _carry_out(aftersale):
        _note(aftersale_id, "aftersale.be_due")


def _is_to_look_at(aftersale: Aftersale) -> bool:
    """Whether its next look has come; while it is disputed its times stand still."""
    return not aftersale.is_disputed and aftersale.look_at is not None and aftersale.look_at <= clock.now()


def _carry_out(aftersale: Aftersale) -> bool:
    """Whether the rule of a time that is over says something, and that was done."""
    try:
        if aftersale.overdue_rule == Overdue.AGREE and aftersale.state == State.ASKED:
            agree = agree_return if aftersale.kind in SENDS_BACK else agree_refund
            agree(aftersale.pk, actor=SYSTEM, expected_version=aftersale.version)
            return True
        if aftersale.overdue_rule == Overdue.LAPSE and aftersale.state == State.TO_RETURN:
            lapse_aftersale(aftersale.pk)
            return True
    except Refused as refused:
        if refused.status >= 500:
            raise
    return False


def lapse_aftersale(aftersale_id: int) -> None:
    """Nothing was sent back in time: the order goes on as if nobody had asked."""
    with locked_aftersale(aftersale_id, "aftersale.lapse", SYSTEM) as aftersale:
        if aftersale.due_at is None or aftersale.due_at > clock.now():
            return
        changes = {"ended_at": clock.now(), **start_clock(State.LAPSED, get_terms())}
        move(aftersale, "aftersale.lapse", actor=SYSTEM, changes=changes)
        free_lines(aftersale)
        apply_goods_rule(aftersale.order)


def _note(aftersale_id: int, verb: str) -> None:
    """Say it once: the next look is at the end, and after that there is none."""
    with locked_aftersale(aftersale_id, verb, SYSTEM) as aftersale:
        if not _is_to_look_at(aftersale):
            return
        look_at = aftersale.due_at if verb == "aftersale.near_due" else None
        waits_for = "buyer" if aftersale.state == State.TO_RETURN else "shop"
        move(aftersale, verb, actor=SYSTEM, changes={"look_at": look_at}, data={"waits_for": waits_for})


def look_at_dispute(dispute_id: int) -> None:
    """Remind of a verdict that is nearly due, or say that it is overdue; nothing is decided by a clock."""
    dispute = Dispute.objects.get(pk=dispute_id)
    is_due = dispute.due_at <= clock.now()
    verb = "aftersale.be_undecided" if is_due else "aftersale.near_verdict"
    with locked_aftersale(dispute.aftersale_id, verb, SYSTEM) as aftersale:
        dispute.refresh_from_db()
        if dispute.look_at is None or dispute.look_at > clock.now():
            return
        dispute.look_at = None if is_due else dispute.due_at
        dispute.save(update_fields=["look_at"])
        move(aftersale, verb, actor=SYSTEM)
