"""What a buyer sends back: the parcel and its number, another number, and giving it up."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import check_move, move
from orders.shipping.models import Direction, FormerNumber, Parcel, ParcelLine, ParcelState
from orders.shipping.returns.pieces import Pieces, choose_pieces, count_announced, refuse_more
from orders.shipping.services.numbers import Number, lock_numbers
from orders.shipping.services.ship import MAX_TRACKING_NO, describe_parcel
from orders.states import MOVES
from shop import clock
from shop.actor import Actor
from shop.couriers.known import clean_tracking_no
from shop.database.inserts import insert_rows, insert_unless_there
from shop.errors import Refused

MAX_COURIER = 20


def announce_return(
    order: Order, pieces: Pieces, *, courier: str, tracking_no: str, actor: Actor, case_number: str
) -> Parcel:
    """Note the parcel in which the buyer of a locked order sends goods back for an after-sale.

    `courier` is a code, or the name of one that the shop does not know. The number of a parcel of this order that was
    refused at the door makes that one the return, whatever it holds. Raises Refused as `check_move`, `nothing_chosen`
    (400), `not_found` (404), `bad_pieces` (400), `more_than_sent`, `tracking_required` and `courier_required` (400),
    `own_number`, `duplicate_tracking`.
    """
    check_move(order, MOVES["order.return_announce"], actor, is_part=True)
    chosen = _check_pieces(order, pieces)
    number = _read_number(courier, tracking_no)
    lock_numbers([number])
    if refused := _find_refused(order, number[1]):
        return adopt_turned_back(order, refused.pk, actor=actor, case_number=case_number)
    parcel = Parcel(
        courier=number[0],
        tracking_no=number[1],
        direction=Direction.BACK,
        case_number=case_number,
        sent_at=clock.now(),
    )
    if not insert_unless_there(parcel):
        raise _duplicate()
    insert_rows([ParcelLine(parcel=parcel, order_line_id=pk, quantity=n) for pk, n in chosen.items()])
    data = _describe(parcel) | {"lines": {str(pk): n for pk, n in chosen.items()}}
    move(order, "order.return_announce", actor=actor, data=data)
    return parcel


def _check_pieces(order: Order, pieces: Pieces) -> dict[int, int]:
    lines = {line.pk: line for line in order.lines.order_by("pk")}
    chosen = choose_pieces(pieces, lines)
    announced = count_announced(order)
    for pk, n in chosen.items():
        left = lines[pk].shipped + lines[pk].resent - lines[pk].returned - announced[pk]
        if n > left:
            raise refuse_more(lines[pk], left)
    return chosen


def _read_number(courier: str, tracking_no: str) -> Number:
    number, name = clean_tracking_no(tracking_no), courier.strip()
    if not number or len(number) > MAX_TRACKING_NO or not number.isascii():
        raise Refused("tracking_required", _("Type or scan the tracking number."), 400)
    if not name or len(name) > MAX_COURIER or not name.isprintable():
        raise Refused("courier_required", _("Choose the courier."), 400)
    return name, number


def _find_sent(order: Order, tracking_no: str) -> "QuerySet[Parcel]":
    """The live parcel of an order that went out under a number, whichever courier somebody names."""
    sent = Parcel.objects.filter(direction=Direction.OUT, tracking_no=tracking_no)
    return sent.filter(lines__order_line__order=order).exclude(state=ParcelState.UNDONE)


def _find_refused(order: Order, tracking_no: str) -> Parcel | None:
    """The parcel under this number that was refused. Raises Refused `own_number` for another one that went out."""
    sent = _find_sent(order, tracking_no).first()
    if sent is None:
        return None
    if sent.turned_back_at is None or sent.state == ParcelState.RETURNED:
        message = _(
            "Under this number the goods were sent to the buyer. Type the number of the parcel that comes back."
        )
        to_buyer = _(
            "Under this number the goods were sent to you. Type the number of the parcel you sent back."
        )
        raise Refused("own_number", message, to_buyer=to_buyer)
    return sent


def _duplicate() -> Refused:
    """Whose parcel has the number is nobody else's business."""
    return Refused(
        "duplicate_tracking", _("This number belongs to another parcel. Look at it again, then repeat.")
    )


def adopt_turned_back(order: Order, parcel_id: int, *, actor: Actor, case_number: str) -> Parcel:
    """Let a parcel of a locked order that was refused at the door be the return of an after-sale; again it is the same.

    One that holds goods of other orders too is none of a single case. Raises Refused as `check_move`, `not_found`
    (404), `not_refused`, `already_adopted`, `shared_parcel`.
    """
    check_move(order, MOVES["order.return_adopt"], actor, is_part=True)
    parcel = _lock(order, parcel_id, Direction.OUT)
    if parcel.turned_back_at is None or parcel.state == ParcelState.RETURNED:
        raise Refused("not_refused", _("This parcel was not refused."))
    if parcel.case_number == case_number:
        return parcel
    if parcel.case_number:
        raise Refused("already_adopted", _("This parcel comes back for another after-sale."))
    if parcel.lines.exclude(order_line__order=order).exists():
        message = _("This parcel holds goods of other orders too. Take the goods of each in without it.")
        raise Refused("shared_parcel", message)
    parcel.case_number = case_number
    parcel.save(update_fields=["case_number"])
    move(order, "order.return_adopt", actor=actor, data=_describe(parcel))
    return parcel


def renumber_return(order: Order, parcel_id: int, *, courier: str, tracking_no: str, actor: Actor) -> Parcel:
    """Give a return of a locked order another number before it arrives.

    Raises Refused as `check_move`, `not_found` (404), `parcel_arrived`, `same_number`, and of the number as
    `announce_return`.
    """
    check_move(order, MOVES["order.return_renumber"], actor, is_part=True)
    number = _read_number(courier, tracking_no)
    lock_numbers([*Parcel.objects.filter(pk=parcel_id).values_list("courier", "tracking_no"), number])
    parcel = _lock(order, parcel_id, Direction.BACK)
    _check_on_its_way(parcel)
    was = {"courier": parcel.courier, "tracking_no": parcel.tracking_no}
    if was == {"courier": number[0], "tracking_no": number[1]}:
        raise Refused("same_number", _("This is the number that the parcel has already."))
    if _find_sent(order, number[1]).exists():
        _find_refused(order, number[1])
        raise Refused("own_number", _("This parcel was refused. Give this return up, and name that one."))
    _write(parcel, number)
    FormerNumber.objects.create(parcel=parcel, **was, replaced_at=clock.now())
    now = {"courier": parcel.courier, "tracking_no": parcel.tracking_no}
    data = {"parcel": parcel.pk, "case_number": parcel.case_number, "before": was, "after": now}
    move(order, "order.return_renumber", actor=actor, data=data)
    return parcel


def _write(parcel: Parcel, number: Number) -> None:
    (parcel.courier, parcel.tracking_no), parcel.has_moved = number, False
    try:
        with transaction.atomic():
            parcel.save(update_fields=["courier", "tracking_no", "has_moved"])
    except IntegrityError as error:
        raise _duplicate() from error


def withdraw_return(order: Order, parcel_id: int, *, actor: Actor, may_be_here: bool = False) -> Parcel:
    """Give a return of a locked order up before it arrives: a refused one is free again.

    `may_be_here`: one that has arrived is given up too, because nothing of it is taken in. Raises Refused as
    `check_move`, `not_found` (404), `parcel_arrived`.
    """
    check_move(order, MOVES["order.return_withdraw"], actor, is_part=True)
    lock_numbers(Parcel.objects.filter(pk=parcel_id).values_list("courier", "tracking_no"))
    parcel = _lock(order, parcel_id, Direction.BACK, Direction.OUT)
    told = _describe(parcel)
    if parcel.direction == Direction.OUT:
        _let_go(parcel)
    else:
        if not (may_be_here and parcel.state == ParcelState.ARRIVED):
            _check_on_its_way(parcel)
        parcel.state, parcel.undone_at = ParcelState.UNDONE, clock.now()
        parcel.save(update_fields=["state", "undone_at"])
    move(order, "order.return_withdraw", actor=actor, data=told)
    return parcel


def _let_go(parcel: Parcel) -> None:
    if parcel.turned_back_at is None or not parcel.case_number:
        raise _missing()
    if parcel.state == ParcelState.RETURNED:
        raise _arrived()
    parcel.case_number = ""
    parcel.save(update_fields=["case_number"])


def _lock(order: Order, parcel_id: int, *directions: Direction) -> Parcel:
    found = Parcel.objects.select_for_update(no_key=True).filter(pk=parcel_id, direction__in=directions)
    lines = ParcelLine.objects.filter(parcel=parcel_id, order_line__order=order)
    parcel = found.first() if lines.exists() else None
    if parcel is None:
        raise _missing()
    return parcel


def _missing() -> Refused:
    return Refused("not_found", _("There is no such parcel."), 404)


def _arrived() -> Refused:
    return Refused("parcel_arrived", _("This parcel has already been delivered or undone."))


def _check_on_its_way(parcel: Parcel) -> None:
    if parcel.state != ParcelState.SENT:
        raise _arrived()


def _describe(parcel: Parcel) -> dict[str, object]:
    return {"parcels": [describe_parcel(parcel)], "case_number": parcel.case_number}
