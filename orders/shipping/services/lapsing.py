"""The task of a parcel that was delivered or taken back ends with it."""

from typing import Any

from orders.shipping.models import Intercept, InterceptState, Parcel
from shop import clock
from shop.actor import Actor
from shop.moves.services import lock_row, move


def lapse_intercept(parcel: Parcel, actor: Actor) -> None:
    """End the open task of a parcel whose orders are locked, unless somebody ends it at this moment."""
    open_ones = parcel.intercepts.filter(state=InterceptState.ASKED)
    for pk in open_ones.values_list("pk", flat=True):
        intercept = lock_row(Intercept, pk)
        if intercept.state == InterceptState.ASKED:
            changes = {"ended_at": clock.now()}
            data = describe_intercept(intercept)
            move(intercept, "intercept.lapse", actor=actor, changes=changes, data=data)


def describe_intercept(intercept: Intercept) -> dict[str, Any]:
    """What its events say of it."""
    return {"parcel": intercept.parcel_id, "wish": str(intercept.kind)}
