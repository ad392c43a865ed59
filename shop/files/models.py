"""Files of the shop: uploaded pictures, files it produced for people, and files that no row names."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.events.models import Versioned

UNUSED_FOR = timedelta(hours=24)


class Place(models.TextChoices):
    """The stores of `STORAGES` that hold files of the shop."""

    PUBLIC = "default", _("Public")
    PRIVATE = "private", _("Private")


class Picture(models.Model):
    """A picture safe to show: decoded and encoded again by us, its name says nothing.

    `customer_id` or `staff_id` is who sent a private one; without either it is the shop's own, which everybody may see.
    At `look_by` a private one is deleted unless something names it by then; None: it stays.
    """

    path = models.CharField(max_length=100)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    customer_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    look_by = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path"], name="picture_path_once"),
            models.CheckConstraint(
                condition=models.Q(customer_id__isnull=True) | models.Q(staff_id__isnull=True),
                name="picture_sent_by_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_by"], name="picture_to_look_at", condition=models.Q(look_by__isnull=False)
            ),
            models.Index(
                fields=["customer_id", "created_at"],
                name="picture_of_customer",
                condition=models.Q(customer_id__isnull=False),
            ),
            models.Index(
                fields=["staff_id", "created_at"],
                name="picture_of_staff",
                condition=models.Q(staff_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def is_private(self) -> bool:
        return self.customer_id is not None or self.staff_id is not None

    @property
    def place(self) -> Place:
        return Place.PRIVATE if self.is_private else Place.PUBLIC

    @property
    def url(self) -> str:
        """Where the picture is; a private one answers there to staff only, buyers need `make_link`."""
        return f"/private/{self.path}" if self.is_private else f"/media/{self.path}"


class LooseFile(models.Model):
    """A file that no other row names, not yet or no more: at `due_at` it is deleted, and this row after it.

    It is there before the file is written, so that no file is ever without a row. Who takes the file into a row of
    their own deletes this one in the same transaction, while `tries`, of deleting the file, is 0.
    """

    place = models.CharField(max_length=10, choices=Place.choices)
    path = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="loose_file_due")]

    def __str__(self) -> str:
        return self.path


class ProducedFile(Versioned):
    """A file made for one person, who downloads it until `expires_at`; `size` is in bytes.

    One `is_once` can be downloaded a single time.
    """

    subject_kind = "produced_file"
    kind = models.CharField(max_length=40)
    owner_id = models.BigIntegerField()
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    path = models.CharField(max_length=100)
    is_once = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    downloaded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path"], name="produced_file_path_once")]
        indexes = [models.Index(fields=["expires_at"], name="produced_file_expires")]

    def __str__(self) -> str:
        return self.name
