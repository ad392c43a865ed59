"""A parcel that was sent gets another number: it was typed wrongly, or the courier put another label on it."""

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import move
from orders.shipping.models import FormerNumber, Parcel, ParcelState, Purpose
from orders.shipping.services.ship import NO_PAGE, Seen, find_duplicate, locked_parcel, read_number
from orders.stages import Stage
from orders.waybills.selectors import has_held
from orders.waybills.services.ending import free_waybill, use_waybill, void_waybills
from shop import clock
from shop.actor import Actor
from shop.errors import Refused


class WhyReplaced(models.TextChoices):
    TYPED = "typed", _("It was typed wrongly")
    RELABELLED = "relabelled", _("The courier put another label on it")


def replace_number(
    parcel_id: int, *, courier: str, tracking_no: str, why: WhyReplaced, actor: Actor, seen: Seen = NO_PAGE
) -> Order:
    """Give a parcel that is on its way another courier, another tracking number, or both; its buyers are told.

    An e-waybill that was named by mistake waits for its parcel again, or is voided where nothing is left to send; one
    over which the courier put another label is spent. All its orders are moved, the one seen or the first is returned.
    Raises Refused `not_found`, `parcel_not_sent`, `parcel_arrived`, `no_number`, `same_number`, `tracking_required`,
    `courier_required`, `duplicate_tracking`; of e-waybills `label_of_other_order`, `label_not_ready`.
    """
    number = read_number(courier, tracking_no)
    wanted = [(courier, number)]
    with locked_parcel(parcel_id, "order.replace_number", actor, seen, wanted) as (parcel, orders):
        _check_on_its_way(parcel)
        was = _name(parcel)
        if was == {"courier": courier, "tracking_no": number}:
            raise Refused("same_number", _("This is the number that the parcel has already."))
        _write(parcel, courier, number)
        FormerNumber.objects.create(parcel=parcel, **was, replaced_at=clock.now())
        if why == WhyReplaced.TYPED:
            free_waybill(**was, actor=actor)
        case_number = parcel.case_number if parcel.purpose == Purpose.EXCHANGE else ""
        use_waybill(orders, **_name(parcel), actor=actor, case_number=case_number)
        data = {"parcel": parcel.pk, "before": was, "after": _name(parcel), "because": WhyReplaced(why).value}
        for order in orders:
            if order.stage == Stage.SHIPPED:
                void_waybills(order.pk)
            changes = {"has_label": has_held(order)}
            move(order, "order.replace_number", actor=actor, changes=changes, data=data)
    return orders[0]


def _check_on_its_way(parcel: Parcel) -> None:
    if parcel.state != ParcelState.SENT:
        raise Refused("parcel_arrived", _("This parcel has already been delivered or undone."))
    if not parcel.tracking_no:
        raise Refused("no_number", _("This parcel goes without a courier, so it has no number."))


def _write(parcel: Parcel, courier: str, number: str) -> None:
    parcel.courier, parcel.tracking_no = courier, number
    try:
        with transaction.atomic():
            parcel.save(update_fields=["courier", "tracking_no"])
    except IntegrityError as error:
        raise find_duplicate(parcel) from error


def _name(parcel: Parcel) -> dict[str, str]:
    return {"courier": parcel.courier, "tracking_no": parcel.tracking_no}
