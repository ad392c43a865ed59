"""What the shop keeps about a customer: a remark, whether they may order, and who looked at their phone."""

import json

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop.access import require
from shop.actor import Actor
from shop.customers.models import Customer
from shop.errors import Refused
from shop.events.models import Event
from shop.events.services import record_event, seal_words


def lock_customer(customer_id: int, *, expected_version: int | None = None) -> Customer:
    """Lock a customer's row; an order is locked before its customer. Raises Refused `not_found`, `stale`."""
    # NO KEY: orders that are placed at the same time check their foreign key without waiting.
    customer = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).first()
    if customer is None:
        raise Refused("not_found", _("There is no such customer."), 404)
    if expected_version is not None and _is_stale(customer, expected_version):
        raise Refused("stale", _("Somebody else changed this a moment ago. Look again, then repeat."))
    return customer


def lock_account(customer_id: int) -> Customer:
    """Lock the row of a buyer who changes what is kept about them. Raises Refused `not_found`, `erased`."""
    customer = lock_customer(customer_id)
    if customer.erased_at:
        raise _erased()
    return customer


def _erased() -> Refused:
    return Refused("erased", _("The buyer's personal data was erased, as they wanted."))


def _is_stale(customer: Customer, seen: int) -> bool:
    """Whether anything changed since this version; that somebody looked is no change."""
    if customer.version <= seen:
        return customer.version != seen
    since = Event.objects.filter(kind=Customer.subject_kind, subject_id=customer.pk, number__gt=seen)
    return since.exclude(verb="customer.reveal").exists()


def reveal_phone(customer_id: int, *, actor: Actor) -> str:
    """The phone in full for a member of staff; who looked is on the record. Raises Refused `no_phone`."""
    require(actor, "customers.view")
    require(actor, "orders.reveal")
    with transaction.atomic():
        customer = lock_account(customer_id)
        if not customer.phone:
            raise Refused("no_phone", _("The customer has given no phone number."))
        customer.save_raised()
        record_event(customer, "customer.reveal", actor, data={"what": "phone"})
    return str(customer.phone)


def set_remark(customer_id: int, *, text: str, actor: Actor, expected_version: int | None = None) -> Customer:
    """Write or clear the shop's remark; it may hold personal data, so its values are kept sealed."""
    require(actor, "customers.edit")
    with transaction.atomic():
        customer = lock_customer(customer_id, expected_version=expected_version)
        was, now_ = customer.remark, text.strip()[:500]
        if was != now_:
            customer.remark = now_
            customer.save_raised("remark")
            sealed = json.dumps({"before": was, "after": now_}, ensure_ascii=False)
            record_event(customer, "customer.remark", actor, sealed=sealed)
    return customer


def block_customer(
    customer_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Customer:
    """Let a customer look at their orders, but place no more. Raises Refused `reason_required`, `already_blocked`."""
    require(actor, "customers.edit")
    if not reason.strip():
        raise Refused("reason_required", _("Say why the customer is blocked."), 400)
    with transaction.atomic():
        customer = lock_customer(customer_id, expected_version=expected_version)
        if customer.is_blocked:
            raise Refused("already_blocked", _("The customer is already blocked."))
        customer.is_blocked, customer.blocked_reason = True, reason.strip()[:200]
        customer.save_raised("is_blocked", "blocked_reason")
        sealed = seal_words(customer, reason=customer.blocked_reason)
        record_event(customer, "customer.block", actor, sealed=sealed)
    return customer


def unblock_customer(customer_id: int, *, actor: Actor, expected_version: int | None = None) -> Customer:
    """Let a customer order again. Raises Refused `not_blocked`."""
    require(actor, "customers.edit")
    with transaction.atomic():
        customer = lock_customer(customer_id, expected_version=expected_version)
        if not customer.is_blocked:
            raise Refused("not_blocked", _("The customer is not blocked."))
        customer.is_blocked, customer.blocked_reason = False, ""
        customer.save_raised("is_blocked", "blocked_reason")
        record_event(customer, "customer.unblock", actor)
    return customer


def check_may_order(customer: Customer) -> None:
    """Raise Refused `blocked` or `being_erased` (403) for a customer who may not place orders."""
    if customer.erase_at or customer.erased_at:
        message = _("Your personal data is being erased, as you asked. Take that back to order again.")
        raise Refused("being_erased", message, 403)
    if customer.is_blocked:
        message = _("You cannot order here at the moment. Please contact the shop.")
        raise Refused("blocked", message, 403)
