"""Ways to deliver and to pay, as the shop's settings and its orders name them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Delivery(models.TextChoices):
    EXPRESS = "express", _("Express")
    PICKUP = "pickup", _("Pickup")
    LOCAL = "local", _("Own delivery")


class PayMethod(models.TextChoices):
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    BALANCE = "balance", _("Balance")
    COD = "cod", _("Cash on delivery")
    TRANSFER = "transfer", _("Bank transfer")


ONLINE = (PayMethod.WECHAT, PayMethod.ALIPAY)
"""Ways in which money comes by a gateway, while the buyer looks on."""


class ReserveOn(models.TextChoices):
    PLACING = "placing", _("when the order is placed")
    PAYING = "paying", _("when the order is paid")


class OverdueRule(models.TextChoices):
    """What happens to a paid order of which nothing was sent when its time to ship is over."""

    NOTHING = "nothing", _("nothing happens by itself")
    BUYER = "buyer", _("the buyer may cancel without asking")
    CLOSE = "close", _("it is refunded and closed by itself")


class ReceiptPaper(models.TextChoices):
    """How wide the roll of the receipt printer is, in millimetres."""

    WIDE = "80", _("80 mm")
    NARROW = "58", _("58 mm")


class Notice(models.TextChoices):
    """A message to the buyer's WeChat, sent by a template of the mini-program that the buyer accepted."""

    UNPAID = "unpaid", _("waiting for payment")
    CONFIRMED = "confirmed", _("confirmed")
    SHIPPED = "shipped", _("shipped")
    RECEIVE = "receive", _("please check before receiving")
    REFUNDED = "refunded", _("refunded")
    CHANGED = "changed", _("order changed")
    PICKUP = "pickup", _("ready for pickup")


LIMITS: dict[str, tuple[int, int]] = {
    "cancel_unpaid_minutes": (1, 7 * 24 * 60),
    "remind_unpaid_minutes": (1, 7 * 24 * 60),
    "ship_within_hours": (1, 30 * 24),
    "supplement_hours": (1, 30 * 24),
    "transfer_days": (1, 30),
    "pay_link_hours": (1, 30 * 24),
    "receive_days": (1, 60),
    "extend_days": (1, 30),
    "voice_repeat_seconds": (5, 3600),
    "wechat_report_delay_minutes": (0, 12 * 60),
    "invoice_days": (1, 3 * 365),
    "archive_days": (0, 3650),
    "uncollected_days": (1, 90),
}
"""The least and the most each number of the settings may be."""
