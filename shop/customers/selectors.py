"""Reading customers. Personal values are encrypted, so people are found by whole phone or by number only."""

import re
import unicodedata

from django.db.models import Q, QuerySet

from shop.crypto import keyed_hashes
from shop.customers.models import Customer
from shop.http.fields import read_id

_SEPARATORS = re.compile(r"[\s-]+")


def list_customers(*, words: str = "") -> "QuerySet[Customer]":
    """All customers, or those with this whole phone number or this customer number."""
    customers = Customer.objects.all()
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", words))
    if not text:
        return customers
    phone = text.removeprefix("+86")
    return customers.filter(Q(phone_hash__in=keyed_hashes("phone", phone)) | Q(pk=read_id(text)))
