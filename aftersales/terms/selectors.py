"""The shop's terms as they are now, the reasons that are offered, and where returns go."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.terms.models import AftersaleTerms, Reason, ReturnAddress
from shop.errors import Refused


def get_terms() -> AftersaleTerms:
    """Those that were saved, else the defaults."""
    return AftersaleTerms.objects.filter(pk=1).first() or AftersaleTerms(pk=1)


def list_reasons() -> "QuerySet[Reason]":
    """Those that buyers choose from, in the shop's order."""
    return Reason.objects.filter(is_in_use=True).order_by("rank", "pk")


def get_reason(reason_id: int) -> Reason:
    """One that is offered. Raises Refused `no_such_reason` (400)."""
    reason = Reason.objects.filter(pk=reason_id, is_in_use=True).first()
    if reason is None:
        raise Refused("no_such_reason", _("Choose one of the reasons."), 400)
    return reason


def list_addresses() -> "QuerySet[ReturnAddress]":
    """Those that returns may go to, the default first."""
    return ReturnAddress.objects.filter(is_in_use=True).order_by("-is_default", "pk")


def get_address(address_id: int | None) -> ReturnAddress:
    """One in use, the default for none. Raises Refused `no_return_address`."""
    rows = list_addresses()
    address = (rows.filter(pk=address_id) if address_id else rows.filter(is_default=True)).first()
    if address is None:
        message = _(
            "There is no return address: add one in the settings, so that buyers know where to send it."
        )
        raise Refused("no_return_address", message)
    return address
