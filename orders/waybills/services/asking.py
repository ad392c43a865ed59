"""Asking for e-waybills: one for each parcel of the ship dialog, under a code that never changes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.companions import list_companions
from orders.models import Order, OrderLine
from orders.moves import lock_order, locked_order, move
from orders.waybills.models import HELD, HOLDING, Waybill, WaybillState
from orders.waybills.selectors import find_last
from shop import clock
from shop.actor import Actor
from shop.clients.waybills import clean_value
from shop.couriers.known import find_courier
from shop.couriers.models import CourierAccount, Sender
from shop.couriers.selectors import list_label_accounts
from shop.errors import Refused
from shop.moves import services
from shop.store.deliveries import WAYS
from shop.words import fill

MAX_PLACES = 10
MAX_WEIGHT_G = 1_000_000
MAX_REMARK = 60
_POSTCODE = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True)
class Wish:
    """What the label is for: empty `contents` (line id → pieces) mean all that is left to send.

    Without a sender it is the default one. `weight_g` in grams; `postcode` is the recipient's.
    """

    courier: str
    sender_id: int | None = None
    contents: Mapping[int, int] = field(default_factory=dict)
    weight_g: int = 0
    remark: str = ""
    postcode: str = ""


def request_waybill(
    order_id: int, *, place: int = 1, wish: Wish, actor: Actor, expected_version: int | None = None
) -> Waybill:
    """Ask for the label of one parcel; the one that is there already is the answer to every further press.

    What was refused before is asked for anew under its own code. Raises Refused `no_label_needed`,
    `courier_not_set_up`, `no_sender`, `postcode_required`, `weight_required`, `nothing_chosen`, `more_than_left`,
    `label_at_first` naming the order with which
    this one goes together, and as `lock_order` does, also for all that goes together with it.
    """
    with locked_order(order_id, "order.label", actor, expected_version) as order:
        last = find_last(order_id, place)
        if last and last.state in HOLDING:
            return last
        return ask_for_place(order, place, last, wish, actor)


def ask_for_place(order: Order, place: int, last: Waybill | None, wish: Wish, actor: Actor) -> Waybill:
    """Ask for a label of the locked order where none waits; `last` is the newest there. Raises as `request_waybill`."""
    companions = _lock_companions(order, actor)
    columns = _check_wish(order, wish, companions)
    waybill = ask_again(last, columns, actor) or _ask(order, place, columns, actor)
    for each in (order, *companions):
        move(each, "order.label", actor=actor, changes={"has_label": True}, data=_describe(waybill))
    return waybill


def _lock_companions(order: Order, actor: Actor) -> list[Order]:
    """What goes together with the locked order, unless it has its label already. Raises Refused `label_at_first`."""
    if order.bundle is None or Waybill.objects.filter(HELD, bundle=order.bundle).exists():
        return []
    companions = list_companions(order)
    if companions and companions[0].pk < order.pk:
        number = companions[0].number
        message = _("This order goes together with order %(number)s: get the e-waybill there.")
        raise Refused("label_at_first", fill(message, {"number": number}), order=number)
    locked = [lock_order(each.pk, "order.label", actor=actor) for each in companions]
    return [each for each in locked if each.bundle == order.bundle]


def _ask(order: Order, place: int, columns: dict[str, Any], actor: Actor) -> Waybill:
    if not 1 <= place <= MAX_PLACES:
        raise Refused("not_found", _("There is no such parcel."), 404)
    return ask_first(order, columns | {"place": place}, actor)


def ask_first(order: Order, columns: dict[str, Any], actor: Actor) -> Waybill:
    """Ask for the label of the locked order under a code of its own."""
    code = f"{order.number}-W{order.waybills.count() + 1}"
    waybill = Waybill(order=order, code=code, **columns)
    services.begin(waybill, "waybill.request", actor=actor, data=_describe(waybill))
    return waybill


def ask_again(last: Waybill | None, columns: dict[str, Any], actor: Actor) -> Waybill | None:
    """Ask once more for one that was refused, which is `last`; None where it was not.

    Nothing was issued under the code of one that was refused, so that it is still good."""
    if last is None or last.state != WaybillState.FAILED:
        return None
    waybill = services.lock_subject(Waybill, last.pk, "waybill.retry", actor=actor)
    changes = columns | {"last_error": "", "lease_until": None}
    data = {"code": waybill.code, "courier": columns["courier"]}
    services.move(waybill, "waybill.retry", actor=actor, changes=changes, data=data)
    return waybill


def _describe(waybill: Waybill) -> dict[str, Any]:
    return {"code": waybill.code, "courier": waybill.courier}


def _check_wish(order: Order, wish: Wish, companions: Sequence[Order]) -> dict[str, Any]:
    """The columns of a waybill that fits the order, what goes together with it, and the shop's accounts."""
    if not WAYS[order.delivery].has_number:
        raise Refused("no_label_needed", _("This order goes without a courier, so it needs no e-waybill."))
    return check_label(wish) | {
        "contents": _check_contents(order, wish.contents) | _list_all_left(companions),
        "bundle": order.bundle if companions else None,
    }


def check_label(wish: Wish) -> dict[str, Any]:
    """The columns of a waybill that do not depend on what goes into its parcel. Raises as `request_waybill` does."""
    account = _find_account(wish.courier)
    _check_needs(wish)
    moment = clock.now()
    return {
        "courier": account.code,
        "provider": account.provider,
        "sender": _find_sender(wish.sender_id),
        "weight_g": wish.weight_g,
        "postcode": wish.postcode.strip(),
        "remark": clean_value(wish.remark)[:MAX_REMARK],
        "asked_at": moment,
        "next_try_at": moment,
    }


def _find_account(code: str) -> CourierAccount:
    for account in list_label_accounts():
        if account.code == code:
            return account
    message = _("No e-waybill can be had of this courier yet: see “Couriers and labels” in the settings.")
    raise Refused("courier_not_set_up", message, 400)


def _find_sender(sender_id: int | None) -> Sender:
    chosen = {"is_default": True} if sender_id is None else {"pk": sender_id}
    sender = Sender.objects.filter(is_in_use=True, **chosen).first()
    if sender is None:
        raise Refused("no_sender", _("Choose from which address the parcel is sent."), 400)
    return sender


def _check_needs(wish: Wish) -> None:
    courier = find_courier(wish.courier)
    if courier is None:
        return
    postcode = wish.postcode.strip()
    if (postcode or courier.needs_postcode) and not _POSTCODE.fullmatch(postcode):
        raise Refused("postcode_required", _("Type the recipient's postcode, six digits."), 400)
    if not 0 <= wish.weight_g <= MAX_WEIGHT_G or (courier.needs_weight and not wish.weight_g):
        raise Refused("weight_required", _("Type the weight of the parcel."), 400)


def _list_all_left(orders: Sequence[Order]) -> dict[str, int]:
    lines = OrderLine.objects.filter(order__in=orders, short=0).order_by("order", "id") if orders else ()
    return {str(line.pk): line.to_send for line in lines if line.to_send}


def _check_contents(order: Order, wanted: Mapping[int, int]) -> dict[str, int]:
    lines = {line.pk: line for line in order.lines.all()}
    all_left = {pk: line.to_send for pk, line in lines.items() if line.to_send and not line.short}
    if not all_left:
        message = _("All that is left to send is short of stock: change, postpone or cancel it in the order.")
        raise Refused("all_short", message)
    chosen = {pk: pieces for pk, pieces in (wanted or all_left).items() if pieces}
    if not chosen:
        raise Refused("nothing_chosen", _("Choose what goes into the parcel."), 400)
    for pk, pieces in chosen.items():
        _check_pieces(lines.get(pk), pieces)
    return {str(pk): pieces for pk, pieces in sorted(chosen.items())}


def _check_pieces(line: OrderLine | None, pieces: int) -> None:
    if line is None:
        raise Refused("not_found", _("There is no such line in this order."), 404)
    if not 0 < pieces <= line.to_send:
        message = _("Of “%(line)s” only %(left)d are left to send.")
        raise Refused("more_than_left", message % {"line": line.product_name, "left": line.to_send})
