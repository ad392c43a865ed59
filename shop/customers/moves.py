"""What may happen to a customer."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.access import REFUNDING_RIGHTS
from shop.actor import Actor, ActorKind
from shop.customers.models import TEST_OPENID, Customer
from shop.errors import Refused
from shop.events.words import leave_out
from shop.moves.table import (
    BY_ALL,
    BY_ANYONE,
    BY_CUSTOMER,
    BY_SHOP,
    BY_STAFF,
    BY_SYSTEM,
    WHY,
    Subject,
    register,
    stateless,
)

ERASED = _("The buyer's personal data was erased, as they wanted.")


def not_erased(customer: Customer) -> Refused | None:
    return Refused("erased", ERASED) if customer.erased_at else None


def is_person(customer: Customer) -> Refused | None:
    if customer.openid != TEST_OPENID:
        return None
    return Refused("test_buyer", _("This is the buyer of test orders, who is nobody."))


def not_blocked(customer: Customer) -> Refused | None:
    return Refused("already_blocked", _("The customer is already blocked.")) if customer.is_blocked else None


def is_blocked(customer: Customer) -> Refused | None:
    return None if customer.is_blocked else Refused("not_blocked", _("The customer is not blocked."))


def not_asked(customer: Customer) -> Refused | None:
    is_asked = customer.erase_at or customer.erased_at
    return Refused("already_asked", _("This was asked for already.")) if is_asked else None


def is_asked(customer: Customer) -> Refused | None:
    if customer.erase_at:
        return None
    return Refused("not_asked", _("Nobody asked for this, or it is done already."))


def has_phone(customer: Customer) -> Refused | None:
    return None if customer.phone else Refused("no_phone", _("The customer has given no phone number."))


def customers_in_scope(actor: Actor) -> "QuerySet[Customer]":
    """Customers the actor may see: buyers themselves, staff all."""
    if actor.kind == ActorKind.CUSTOMER:
        return Customer.objects.filter(pk=actor.id or 0)
    return Customer.objects.all()


_BOOKED = {"amount_fen": int, "balance_fen": int, "order": str}

leave_out("customer", "what")

CUSTOMERS = register(
    Subject(
        Customer,
        _("Customer"),
        (
            stateless("customer.join", _("Customer joined"), BY_CUSTOMER),
            stateless(
                "customer.change", _("Customer changed their profile"), BY_CUSTOMER, guards=(not_erased,)
            ),
            stateless(
                "customer.reveal",
                _("Phone of the customer revealed"),
                BY_STAFF,
                "orders.reveal",
                guards=(not_erased, has_phone),
                is_look=True,
                label=_("Reveal"),
                facts={"what": str},
            ),
            stateless(
                "customer.remark",
                _("Remark about the customer changed"),
                BY_SHOP,
                "customers.edit",
                guards=(not_erased,),
                label=_("Remark about the customer"),
            ),
            stateless(
                "customer.block",
                _("Customer blocked"),
                BY_SHOP,
                "customers.edit",
                guards=(not_erased, not_blocked),
                icon_name="ban",
                says=WHY,
                label=_("Block"),
            ),
            stateless(
                "customer.unblock",
                _("Customer unblocked"),
                BY_SHOP,
                "customers.edit",
                guards=(not_erased, is_blocked),
                icon_name="user",
                label=_("Unblock"),
            ),
            stateless(
                "customer.ask_erasure",
                _("Erasure of the personal data asked for"),
                BY_ANYONE,
                "customers.erase",
                guards=(is_person, not_asked),
                icon_name="trash",
                label=_("Erase the personal data"),
            ),
            stateless(
                "customer.keep_data",
                _("Erasure taken back"),
                BY_ANYONE,
                "customers.erase",
                guards=(is_asked,),
                icon_name="arrow-back-up",
                label=_("Take the erasure back"),
            ),
            stateless("customer.erase", _("Personal data erased"), BY_SYSTEM),
            stateless(
                "customer.balance_top_up",
                _("Balance topped up"),
                BY_SHOP,
                "customers.balance",
                guards=(is_person, not_erased),
                icon_name="wallet",
                says=WHY,
                label=_("Top up or correct"),
                facts=_BOOKED,
            ),
            stateless(
                "customer.balance_correct",
                _("Balance corrected"),
                BY_SHOP,
                "customers.balance",
                icon_name="wallet",
                says=WHY,
                label=_("Top up or correct"),
                facts=_BOOKED,
            ),
            stateless(
                "customer.balance_pay",
                _("Paid from the balance"),
                BY_ALL,
                says=WHY,
                facts=_BOOKED,
            ),
            stateless(
                "customer.balance_refund",
                _("Refunded to the balance"),
                BY_ALL,
                "customers.balance",
                part_of=REFUNDING_RIGHTS,
                says=WHY,
                facts=_BOOKED,
            ),
        ),
        _("There is no such customer."),
        scope=customers_in_scope,
        name=lambda customer: str(customer.pk),
        url=lambda customer: reverse("customers:customer", args=[customer.pk]),
    )
)
