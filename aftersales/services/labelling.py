"""The e-waybill of what is sent in exchange."""

from aftersales.models import Aftersale
from aftersales.services.locking import locked_aftersale
from aftersales.services.money import count_back
from orders.waybills.services.asking import Wish
from orders.waybills.services.exchanging import request_exchange_waybill
from shop.actor import Actor
from shop.moves.services import move


def label_exchange(
    aftersale_id: int, *, wish: Wish, actor: Actor, expected_version: int | None = None
) -> Aftersale:
    """Ask for the label of what is sent for what came back; sending it under that number uses it.

    Raises Refused as `request_exchange_waybill` does.
    """
    with locked_aftersale(aftersale_id, "aftersale.label", actor, expected_version) as aftersale:
        waybill = request_exchange_waybill(
            aftersale.order,
            count_back(aftersale),
            wish=wish,
            actor=actor,
            case_number=aftersale.number,
        )
        data = {"code": waybill.code, "courier": waybill.courier}
        move(aftersale, "aftersale.label", actor=actor, data=data)
    return aftersale
