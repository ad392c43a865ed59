"""Forgetting the tokens of devices that were signed in long ago."""

from datetime import timedelta

from shop.customers.models import CustomerToken
from shop.events.forgetting import forget_after

TOKENS_KEPT_FOR = timedelta(days=30)
"""After their end, so that somebody can still be told which device it was."""

forget_after("token.forget", CustomerToken.objects.all, "expires_at", TOKENS_KEPT_FOR)
