"""What freight may be counted by."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counts(models.TextChoices):
    PIECE = "piece", _("By piece")
    WEIGHT = "weight", _("By weight")
