"""The stages of an order and why it closed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    UNPAID = "unpaid", _("Awaiting payment")
    TO_CONFIRM = "to_confirm", _("To confirm")
    CONFIRMED = "confirmed", _("Confirmed")
    PREPARING = "preparing", _("Preparing")
    SHIPPED = "shipped", _("Shipped")
    DONE = "done", _("Completed")
    CLOSED = "closed", _("Closed")


class CloseReason(models.TextChoices):
    TIMEOUT = "timeout", _("not paid in time")
    BUYER = "buyer", _("cancelled by the buyer")
    STAFF = "staff", _("cancelled by the shop")
    OVERDUE = "overdue", _("not sent in time")
    EMPTY = "empty", _("all lines cancelled")
    RETURNED = "returned", _("returned")
    TEST = "test", _("test order removed")


class BuyerReason(models.TextChoices):
    """Why a buyer cancels, in their own choice of words."""

    UNWANTED = "unwanted", _("no longer wanted")
    WRONG_GOODS = "wrong_goods", _("ordered the wrong goods")
    WRONG_ADDRESS = "wrong_address", _("address or phone is wrong")
    CANNOT_PAY = "cannot_pay", _("cannot pay")
    PRICE = "price", _("found a better price")
    TOO_SLOW = "too_slow", _("takes too long")
    OTHER = "other", _("another reason")


class Source(models.TextChoices):
    MINI_PROGRAM = "mini_program", _("Mini-program")
    LINK = "link", _("Shared link")
    STAFF = "staff", _("Staff")
    IMPORT = "import", _("Import")
    TEST = "test", _("Test order")


SOURCES_IN_USE: tuple[Source, ...] = (Source.MINI_PROGRAM, Source.TEST)
"""Where orders can come from by now; what takes them from elsewhere adds its own."""


class AftersaleMark(models.TextChoices):
    NONE = "none", _("none")
    OPEN = "open", _("open")
    SETTLED = "settled", _("settled")


IN_HAND = (Stage.TO_CONFIRM, Stage.CONFIRMED, Stage.PREPARING)
"""Stages in which the goods are still ours to send."""

TO_SHIP = (Stage.CONFIRMED, Stage.PREPARING)
"""The tab 待发货."""

OPEN = (Stage.UNPAID, *IN_HAND)
"""Nothing has left the shop for good."""

OVER = (Stage.DONE, Stage.CLOSED)
"""Nothing is left to send, and nothing that was sent is taken back."""

AFTER_PAYING = (*IN_HAND, Stage.SHIPPED, Stage.DONE)
