"""Callbacks as they came."""

from django.db import models
from django.db.models import Q

from shop.crypto import EncryptedTextField


class Callback(models.Model):
    """A callback: accepted as it came, once per nonce, or refused with the reason (a security event).

    Of a refused one only the beginning is kept, with the SHA-256 of all of it. `is_signed`: the provider's
    signature fits, so it is genuine and yet not believed.
    """

    provider = models.CharField(max_length=20)
    nonce = models.CharField(max_length=64, blank=True)
    is_accepted = models.BooleanField()
    code = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    body = EncryptedTextField(bound_to=("provider", "nonce", "received_at"), blank=True)
    digest = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField(null=True)
    is_signed = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        # The name it has had since payments were its only use; its sealed values are bound to it.
        db_table = "payments_gatewaynotice"
        indexes = [
            models.Index(fields=["received_at"], name="notice_refused", condition=Q(is_accepted=False))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "nonce"], condition=Q(is_accepted=True), name="notice_nonce_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.code or 'accepted'} {self.received_at:%F %T}"
