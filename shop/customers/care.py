"""What the shop keeps about a customer: a remark, whether they may order, and who looked at their phone."""

import json

from django.utils.translation import gettext_lazy as _

from shop.access import require
from shop.actor import Actor
from shop.customers.models import Customer
from shop.customers.moves import not_erased
from shop.errors import Refused
from shop.events.services import seal_words
from shop.moves.services import lock_row, locked, move


def lock_account(customer_id: int) -> Customer:
    """Lock the row of a buyer who changes what is kept beside it. Raises Refused `not_found`, `erased`."""
    customer = lock_row(Customer, customer_id)
    if refused := not_erased(customer):
        raise refused
    return customer


def reveal_phone(customer_id: int, *, actor: Actor) -> str:
    """The phone in full for a member of staff; who looked is on the record. Raises Refused `no_phone`, `erased`."""
    require(actor, "customers.view")
    with locked(Customer, customer_id, "customer.reveal", actor) as customer:
        move(customer, "customer.reveal", actor=actor, data={"what": "phone"})
    return str(customer.phone)


def set_remark(customer_id: int, *, text: str, actor: Actor, expected_version: int | None = None) -> Customer:
    """Write or clear the shop's remark; it may hold personal data, so its values are kept sealed."""
    with locked(Customer, customer_id, "customer.remark", actor, expected_version) as customer:
        was, now_ = customer.remark, text.strip()[:500]
        if was != now_:
            sealed = json.dumps({"before": was, "after": now_}, ensure_ascii=False)
            move(customer, "customer.remark", actor=actor, changes={"remark": now_}, sealed=sealed)
    return customer


def block_customer(
    customer_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Customer:
    """Let a customer look at their orders, but place no more. Raises Refused `reason_required`, `already_blocked`."""
    with locked(Customer, customer_id, "customer.block", actor, expected_version) as customer:
        if not reason.strip():
            raise Refused("reason_required", _("Say why the customer is blocked."), 400)
        changes = {"is_blocked": True, "blocked_reason": reason.strip()[:200]}
        sealed = seal_words(customer, reason=reason.strip()[:200])
        move(customer, "customer.block", actor=actor, changes=changes, sealed=sealed)
    return customer


def unblock_customer(customer_id: int, *, actor: Actor, expected_version: int | None = None) -> Customer:
    """Let a customer order again. Raises Refused `not_blocked`."""
    with locked(Customer, customer_id, "customer.unblock", actor, expected_version) as customer:
        changes = {"is_blocked": False, "blocked_reason": ""}
        move(customer, "customer.unblock", actor=actor, changes=changes)
    return customer


def check_may_order(customer: Customer) -> None:
    """Raise Refused `blocked` or `being_erased` (403) for a customer who may not place orders."""
    if customer.erase_at or customer.erased_at:
        message = _("Your personal data is being erased, as you asked. Take that back to order again.")
        raise Refused("being_erased", message, 403)
    if customer.is_blocked:
        message = _("You cannot order here at the moment. Please contact the shop.")
        raise Refused("blocked", message, 403)
