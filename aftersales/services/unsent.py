"""Goods that were not sent and are asked back: agreed to order by order, as staff do with many at once."""

from django.utils.translation import gettext_lazy as _

from aftersales.choices import State
from aftersales.models import Aftersale
from aftersales.services.answering import agree_refund
from shop.actor import Actor
from shop.errors import Refused


def agree_to_cancels(order_id: int, *, actor: Actor) -> None:
    """Agree to each request about goods of this order that were not sent.

    Raises Refused `no_cancel_request` where there is none, and as `agree_refund` does.
    """
    waiting = Aftersale.objects.filter(order=order_id, state=State.ASKED, is_unsent=True)
    asked = list(waiting.order_by("pk").values_list("pk", flat=True))
    if not asked:
        message = _("Nothing of this order that was not sent is asked back any more.")
        raise Refused("no_cancel_request", message)
    for aftersale_id in asked:
        agree_refund(aftersale_id, actor=actor)
