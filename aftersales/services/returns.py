"""What the buyer sends back for an after-sale: its parcel and number, and that it has arrived."""

from django.utils.translation import gettext_lazy as _

from aftersales.choices import State
from aftersales.clocks import start_clock
from aftersales.models import Aftersale
from aftersales.services.answering import LONGEST_ANSWER
from aftersales.services.locking import free_lines, locked_aftersale
from aftersales.services.money import count_pieces
from aftersales.terms.selectors import get_terms
from orders.services.fulfilment import apply_goods_rule
from orders.shipping.models import Direction, Parcel, ParcelState
from orders.shipping.returns.announcing import announce_return, renumber_return, withdraw_return
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.couriers.known import clean_tracking_no, find_courier
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves.services import move

_UNDER_WAY = (ParcelState.SENT, ParcelState.ARRIVED)


def find_return(aftersale: Aftersale) -> Parcel | None:
    """The parcel that comes back for it, or has arrived and is not taken in yet."""
    rows = Parcel.objects.filter(case_number=aftersale.number, state__in=_UNDER_WAY)
    return rows.exclude(direction=Direction.OUT, turned_back_at__isnull=True).order_by("pk").last()


def is_sent_under(aftersale: Aftersale, *, courier: str, tracking_no: str) -> bool:
    """Whether the goods are on their way back under this very number."""
    parcel = find_return(aftersale)
    wanted = (courier.strip(), clean_tracking_no(tracking_no))
    return parcel is not None and (parcel.courier, parcel.tracking_no) == wanted


def send_back(
    aftersale_id: int, *, courier: str, tracking_no: str, actor: Actor, expected_version: int | None = None
) -> Aftersale:
    """The buyer has sent the goods back, under this number (确认发货).

    Raises Refused `tracking_required` and `courier_required` (400), `own_number`, `duplicate_tracking`.
    """
    with locked_aftersale(aftersale_id, "aftersale.send_back", actor, expected_version) as aftersale:
        parcel = announce_return(
            aftersale.order,
            count_pieces(aftersale),
            courier=courier,
            tracking_no=tracking_no,
            actor=actor,
            case_number=aftersale.number,
        )
        changes = start_clock(State.RETURNING, get_terms())
        move(aftersale, "aftersale.send_back", actor=actor, changes=changes, data={"parcel": parcel.pk})
    return aftersale


def renumber(
    aftersale_id: int, *, courier: str, tracking_no: str, actor: Actor, expected_version: int | None = None
) -> Aftersale:
    """Another number for what comes back, until it arrives.

    Raises Refused `not_found` (404), `parcel_arrived`, `same_number`, and of the number as `send_back`.
    """
    with locked_aftersale(aftersale_id, "aftersale.renumber", actor, expected_version) as aftersale:
        parcel = find_return(aftersale)
        renumbered = renumber_return(
            aftersale.order, parcel.pk if parcel else 0, courier=courier, tracking_no=tracking_no, actor=actor
        )
        move(aftersale, "aftersale.renumber", actor=actor, data={"parcel": renumbered.pk})
    return aftersale


def turn_away(
    aftersale_id: int,
    *,
    reason: str,
    courier: str = "",
    tracking_no: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> Aftersale:
    """What was in the box is not what was agreed: nothing is taken in or given back, and the buyer reads why.

    With a number the buyer also reads under which the box is sent to them again. Raises Refused `reason_required`
    (400), and `courier_required` (400) for a number without one.
    """
    if not reason.strip():
        raise Refused("reason_required", _("Say what was in the box. The buyer reads it."), 400)
    with locked_aftersale(aftersale_id, "aftersale.turn_away", actor, expected_version) as aftersale:
        if parcel := find_return(aftersale):
            withdraw_return(aftersale.order, parcel.pk, actor=actor, may_be_here=True)
        data = _read_way_back(courier, tracking_no)
        answer = " ".join([reason.strip()[:LONGEST_ANSWER], *data.values()])
        now = clock.now()
        changes = {"answer": answer, "answered_at": now, "ended_at": now}
        changes |= start_clock(State.REFUSED, get_terms())
        sealed = seal_words(aftersale, reason=reason.strip()[:LONGEST_ANSWER])
        move(aftersale, "aftersale.turn_away", actor=actor, changes=changes, data=data, sealed=sealed)
        free_lines(aftersale)
        apply_goods_rule(aftersale.order)
    return aftersale


def _read_way_back(courier: str, tracking_no: str) -> dict[str, str]:
    number = clean_tracking_no(tracking_no)
    if not number:
        return {}
    if not courier:
        raise Refused("courier_required", _("Choose the courier."), 400)
    found = find_courier(courier)
    return {"courier": found.name if found else courier, "tracking_no": number}


def note_arrival(case_number: str, parcel_id: int) -> None:
    """What comes back for an after-sale has reached the shop: now it is the shop's turn. Told again, nothing."""
    found = Aftersale.objects.filter(number=case_number, state=State.RETURNING, arrived_at=None)
    for aftersale_id in found.values_list("pk", flat=True):
        try:
            with locked_aftersale(aftersale_id, "aftersale.arrive", SYSTEM) as aftersale:
                if aftersale.arrived_at:
                    return
                changes = {"arrived_at": clock.now(), **start_clock(State.RETURNING, get_terms())}
                move(aftersale, "aftersale.arrive", actor=SYSTEM, changes=changes, data={"parcel": parcel_id})
        except Refused as refused:
            if refused.code != "wrong_stage":
                raise
