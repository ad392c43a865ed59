"""Lock-outs of those who guessed codes, and what was refused at the counter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from shop.events.models import Versioned
from shop.store.models import PickupStore


class Door(models.TextChoices):
    """By what misses are counted."""

    VERIFIER = "verifier", _("verifier")
    STORE = "store", _("store")
    ADDRESS = "address", _("network address")


class GuessLock(Versioned):
    """So many codes were guessed by this verifier, at this store or from there that none is looked up `until` then.

    The row is the record of it; what locks is in the cache (`guesses.py`).
    """

    subject_kind = "guess_lock"

    door = models.CharField(_("door"), max_length=8, choices=Door)
    verifier = models.ForeignKey(
        "pickup.Verifier", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    store = models.ForeignKey(
        PickupStore, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    address = models.GenericIPAddressField(null=True)
    locked_at = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"lock-out {self.pk}"


class CounterRefusal(models.Model):
    """Something was tried at the counter by somebody whose business it is not (a security event)."""

    code = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80, blank=True)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.code} {self.at:%F %T}"
