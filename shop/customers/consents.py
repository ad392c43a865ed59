"""Consent to subscription messages: WeChat lets the shop send one message of a template per time a buyer accepts."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.customers.care import lock_account
from shop.customers.models import Customer, MessageConsent
from shop.errors import Refused
from shop.store.selectors import get_store_settings, list_templates

MOST_KEPT = 100
"""Times that are kept per template; WeChat forgets more than anybody presses by hand."""


def accept_messages(customer: Customer, template_ids: Iterable[str]) -> list[MessageConsent]:
    """Note that the buyer accepted one more message of each template. Raises Refused `unknown_template`, `erased`."""
    wanted = list(dict.fromkeys(template_ids))
    known = {template.template_id for template in list_templates(get_store_settings())}
    if unknown := [template_id for template_id in wanted if template_id not in known]:
        message = _("The shop does not send messages by this template.")
        raise Refused("unknown_template", message, 400, template_id=unknown[0])
    with transaction.atomic():
        lock_account(customer.pk)
        return [_accept_one(customer, template_id) for template_id in wanted]


def _accept_one(customer: Customer, template_id: str) -> MessageConsent:
    consent, _created = MessageConsent.objects.get_or_create(
        customer=customer, template_id=template_id, defaults={"accepted_at": clock.now()}
    )
    consent.times = min(consent.times + 1, MOST_KEPT)
    consent.accepted_at = clock.now()
    consent.save(update_fields=["times", "accepted_at"])
    return consent


def spend_consent(customer_id: int, template_id: str) -> None:
    """One message of this template was sent."""
    left = MessageConsent.objects.filter(customer=customer_id, template_id=template_id, times__gt=0)
    left.update(times=F("times") - 1)


def end_consent(customer_id: int, template_id: str) -> None:
    """WeChat says that the buyer has no message of this template left."""
    MessageConsent.objects.filter(customer=customer_id, template_id=template_id).update(times=0)
