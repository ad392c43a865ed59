"""Erasing buyers who asked for it, and forgetting the tokens of devices that were signed in long ago."""

from datetime import timedelta

from shop.customers.erasure import erase_when_due, list_due_to_erase
from shop.customers.models import CustomerToken
from shop.events.forgetting import forget_after
from shop.events.registry import due

TOKENS_KEPT_FOR = timedelta(days=30)
"""After their end, so that somebody can still be told which device it was."""

due("customer.erase", find=list_due_to_erase)(erase_when_due)
forget_after("token.forget", CustomerToken.objects.all, "expires_at", TOKENS_KEPT_FOR)
