"""What is printed of an order, and that it was, and how often."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.moves import locked_order, move
from shop import clock
from shop.actor import Actor
from shop.events.models import Event


class Document(models.TextChoices):
    RECEIPT = "receipt", _("Receipt")
    PICK_LIST = "pick_list", _("Pick list")
    PACKING_SLIP = "packing_slip", _("Packing slip")
    DELIVERY_NOTE = "delivery_note", _("Delivery note")


def note_printed(order_id: int, *, document: Document, actor: Actor) -> int:
    """Record one print of an order, and return how many of this document there are by now.

    Raises Refused as `lock_order` does: `not_found` (404), `forbidden` (403).
    """
    with locked_order(order_id, "order.print", actor) as order:
        copies = _count_prints(order, document) + 1
        data = {"document": document.value, "copies": copies}
        move(order, "order.print", actor=actor, changes=_count_receipt(document, copies), data=data)
    return copies


def _count_prints(order: Order, document: Document) -> int:
    """The lock of the order makes the count final: every print of it waits there."""
    if document is Document.RECEIPT:
        return order.prints
    printed = Event.objects.filter(kind="order", subject_id=order.pk, verb="order.print")
    return printed.filter(data__document=document.value).count()


def _count_receipt(document: Document, copies: int) -> dict[str, Any]:
    """Lists show of the receipt alone whether it was printed."""
    return {"printed_at": clock.now(), "prints": copies} if document is Document.RECEIPT else {}
