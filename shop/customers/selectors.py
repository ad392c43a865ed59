"""Reading customers. Personal values are encrypted: people are found by what is kept of them as a keyed hash."""

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shop.customers.hashes.names import nickname_hashes
from shop.customers.hashes.phones import find_phone_hashes, is_last_digits, is_whole, read_digits
from shop.customers.models import TEST_OPENID, Customer
from shop.http.api.fields import read_id


class CustomerWay(models.TextChoices):
    """By what a customer is found."""

    PHONE = "phone", _("whole phone number")
    LAST_DIGITS = "last_digits", _("last four digits of the phone")
    NUMBER = "number", _("customer number")
    NICKNAME = "nickname", _("whole nickname")


def list_customers(*, words: str = "") -> "QuerySet[Customer]":
    """All customers, or those with this phone number or its last four digits, this number or this whole nickname.

    The one of test orders is nobody.
    """
    customers = Customer.objects.exclude(openid=TEST_OPENID)
    digits, nicknames = read_digits(words), nickname_hashes(words)
    if not (digits or nicknames):
        return customers
    fits = Q(pk=read_id(digits)) | Q(nickname_hash__in=nicknames)
    for column, hashes in find_phone_hashes(digits).items():
        fits |= Q(**{f"{column}__in": hashes})
    return customers.filter(fits)


def guess_ways(words: str) -> list[CustomerWay]:
    """As what `list_customers` understands these words."""
    digits = read_digits(words)
    fits = {
        CustomerWay.PHONE: is_whole(digits),
        CustomerWay.LAST_DIGITS: is_last_digits(digits),
        CustomerWay.NUMBER: read_id(digits) > 0,
    }
    return [way for way in CustomerWay if fits.get(way, True)]
