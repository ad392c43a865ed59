"""Kinds, states and rules of after-sales, as their tables, pages and answers name them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What a buyer asks for. The first two are about goods that were not sent, or that stay with the buyer."""

    CANCEL = "cancel", _("Cancel request")
    REFUND = "refund", _("Refund only")
    RETURN = "return", _("Return and refund")
    EXCHANGE = "exchange", _("Exchange")


SENDS_BACK = (Kind.RETURN, Kind.EXCHANGE)
"""The buyer sends something back."""


class State(models.TextChoices):
    ASKED = "asked", pgettext_lazy("aftersale", "To be answered")
    TO_RETURN = "to_return", pgettext_lazy("aftersale", "To be sent back")
    RETURNING = "returning", pgettext_lazy("aftersale", "On its way back")
    RECEIVED = "received", pgettext_lazy("aftersale", "Goods are back")
    REFUNDING = "refunding", pgettext_lazy("aftersale", "Being refunded")
    DONE = "done", pgettext_lazy("aftersale", "Completed")
    REFUSED = "refused", pgettext_lazy("aftersale", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("aftersale", "Withdrawn")
    LAPSED = "lapsed", pgettext_lazy("aftersale", "Never sent back")


OPEN = (State.ASKED, State.TO_RETURN, State.RETURNING, State.RECEIVED)
"""Somebody has to decide or send something: its lines are neither sent nor changed meanwhile."""
OURS = (State.ASKED, State.RETURNING, State.RECEIVED)
"""The shop has to answer, to take in what comes, or to settle what has come."""
OVER_FOR_GOODS = (State.REFUSED, State.LAPSED)
"""Nothing was given back, and a supervisor can open it again."""
SETTLED = (State.REFUNDING, State.DONE)
"""Money or goods have moved: nothing of it is decided anew."""


class Overdue(models.TextChoices):
    """What happens by itself when a time is over."""

    NOTHING = "nothing", _("nothing happens by itself, people are told")
    AGREE = "agree", _("the shop has agreed")
    LAPSE = "lapse", _("the request is closed")


class DisputeState(models.TextChoices):
    """How a case stands that the buyer, or staff, brought before a supervisor."""

    OPEN = "open", pgettext_lazy("dispute", "Disputed")
    BUYER = "buyer", pgettext_lazy("dispute", "Decided for the buyer")
    SHOP = "shop", pgettext_lazy("dispute", "Decided for the shop")
    WITHDRAWN = "withdrawn", pgettext_lazy("dispute", "Dispute withdrawn")


DECIDED = (DisputeState.BUYER, DisputeState.SHOP)
"""A verdict was given, which is final."""


class About(models.TextChoices):
    """What a dispute is about."""

    NOT_RECEIVED = "not_received", _("The goods never came")
    NOT_AS_DESCRIBED = "not_as_said", _("The goods are not as described")
    OTHER = "other", _("Something else")


class Contact(models.TextChoices):
    """How somebody of the shop spoke with the buyer before deciding."""

    CALL = "call", _("by phone")
    CHAT = "chat", _("by message")
    COUNTER = "counter", _("at the counter")
