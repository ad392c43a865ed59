"""Uploaded pictures, stored re-encoded under random names."""

from datetime import timedelta

from django.db import models

UNUSED_FOR = timedelta(hours=24)


class Picture(models.Model):
    """A picture safe to show: decoded and encoded again by us, its name says nothing.

    `customer_id` is the customer who sent it, None for the shop's own pictures, which everybody may see. At `look_by`
    one that a customer sent is deleted unless something names it by then; None: it stays.
    """

    path = models.CharField(max_length=100)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    customer_id = models.BigIntegerField(null=True)
    look_by = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path"], name="picture_path_once")]
        indexes = [
            models.Index(
                fields=["look_by"], name="picture_to_look_at", condition=models.Q(look_by__isnull=False)
            ),
            models.Index(
                fields=["customer_id", "created_at"],
                name="picture_of_customer",
                condition=models.Q(customer_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def is_private(self) -> bool:
        return self.customer_id is not None

    @property
    def url(self) -> str:
        """Where the picture is; a private one answers there to staff only, buyers need `make_link`."""
        return f"/private/{self.path}" if self.is_private else f"/media/{self.path}"
