"""What lets verifiers in on their phones: invites, sessions, and PINs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.events.models import Versioned
from shop.store.models import PickupStore

OPEN, USED, REVOKED = "open", "used", "revoked"


class InviteState(models.TextChoices):
    OPEN = OPEN, _("Waiting")
    USED = USED, _("Used")
    REVOKED = REVOKED, _("Revoked")


class Invite(Versioned):
    """Whoever opens its link first hands out at these stores; `person` is the verifier whom alone it is for, if any.

    It is over at `expires_at` without that anything is written.
    """

    subject_kind = "verifier_invite"
    state_column = "state"

    state = models.CharField(_("state"), max_length=8, choices=InviteState, default=OPEN)
    stores = models.ManyToManyField(PickupStore, related_name="+")
    person = models.ForeignKey(
        "pickup.Verifier", null=True, on_delete=models.PROTECT, related_name="invites", db_index=False
    )
    made_by_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(
        "pickup.Verifier", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return f"invite {self.pk}"


class VerifierSession(models.Model):
    """A phone on which a verifier has signed in; only a digest of the token in its cookie is kept."""

    verifier = models.ForeignKey("pickup.Verifier", on_delete=models.CASCADE, related_name="sessions")
    digest = models.CharField(max_length=64)
    device = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="verifier_session_once")]

    def __str__(self) -> str:
        return f"session {self.pk} of verifier {self.verifier_id}"


class VerifierPin(models.Model):
    """The PIN of a verifier as a slow hash, "" when there is none; `failures` since the last right one or lock."""

    verifier = models.OneToOneField("pickup.Verifier", on_delete=models.CASCADE, related_name="pin")
    digest = models.CharField(max_length=128, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(locked_until__isnull=True) | ~Q(digest=""), name="only_a_pin_is_locked"
            )
        ]

    def __str__(self) -> str:
        return f"PIN of verifier {self.verifier_id}"
