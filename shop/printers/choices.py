"""The kinds of printers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrinterKind(models.TextChoices):
    FEIE = "feie", _("Feie cloud printer")
    YILIANYUN = "yilianyun", _("Yilianyun cloud printer")
    ESCPOS = "escpos", _("Printer in the shop's network (ESC/POS)")
