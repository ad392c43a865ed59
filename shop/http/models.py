"""Answers kept for commands that may be sent twice."""

from django.db import models

from shop.crypto import EncryptedTextField


class IdempotencyKey(models.Model):
    """The kept answer of one command of one principal, written in the transaction of the command.

    `body` is JSON text, sealed because answers hold personal data. A `status` of None was written by a former version,
    which kept commands that had begun.
    """

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = EncryptedTextField(bound_to=("scope", "key"), blank=True, default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
