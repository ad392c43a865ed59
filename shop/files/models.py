"""Uploaded pictures, stored re-encoded under random names."""

from django.db import models


class Picture(models.Model):
    """A picture safe to show: decoded and encoded again by us, its name says nothing.

    `customer_id` is the customer who sent it, None for the shop's own pictures.
    """

    path = models.CharField(max_length=100)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    customer_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path"], name="picture_path_once")]

    def __str__(self) -> str:
        return self.path

    @property
    def url(self) -> str:
        return f"/media/{self.path}"
