"""The receipt printers of the shop."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.crypto import EncryptedTextField
from shop.events.models import Versioned
from shop.printers.choices import PrinterKind
from shop.store.choices import ReceiptPaper
from shop.store.models import PickupStore


class Printer(Versioned):
    """One printer: `device` is the SN of 飞鹅, the machine code of 易联云, or host and port in the shop's network.

    `account` and `key` are whom the shop is at the service: user and UKEY of 飞鹅, client id and secret of 易联云.
    `token` is what 易联云 gave for these. `deliveries` are the ways of delivery whose receipts come out by themselves
    once an order may be prepared; one that stands in a `store` prints what is handed out there instead. `tested_at`:
    when it last passed a test; before that nothing is printed.
    """

    subject_kind = "printer"

    name = models.CharField(_("name of the printer"), max_length=30)
    kind = models.CharField(_("kind of printer"), max_length=10, choices=PrinterKind)
    device = models.CharField(_("number or address"), max_length=100)
    account = models.CharField(_("user or client id"), max_length=100, blank=True)
    key = EncryptedTextField(_("key"), bound_to=("kind",), blank=True)
    token = EncryptedTextField(_("token"), bound_to=("kind",), blank=True)
    paper = models.CharField(_("paper"), max_length=10, choices=ReceiptPaper, default=ReceiptPaper.WIDE)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    deliveries = models.JSONField(_("prints by itself"), default=list)
    store = models.ForeignKey(
        PickupStore, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_on = models.BooleanField(_("in use"), default=True)
    tested_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        """Whether something may be printed there."""
        return self.is_on and self.tested_at is not None
