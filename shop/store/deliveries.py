"""What each way of delivery needs, and how its orders are spoken of: one row each, read wherever that differs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings


@dataclass(frozen=True)
class Way:
    """One way of delivery; stages and verbs are those of orders.

    `switch` is the setting that offers it and `cash_switch` the one that lets it be paid on delivery ("": nothing
    does). `fee(store)` is its price in fen, None where freight templates say it. `is_near`: it goes only where the
    shop goes itself.
    `has_number`: a parcel has a courier and a tracking number, else a driver. `is_sent`: goods leave the shop by a
    time that was promised; else the buyer comes for them. `cash_name`: what it is called to pay on delivery.

    Of each stage: what an order in hand waits for (`waits`, and `waits_unpaid` where the money comes with delivery),
    the verbs of which the first possible one is the next step, what the stage is called when it is `past`. Of a verb
    that is next: what the page says (`headlines`), and in a stage where none is, `idle`. `in_part`: what it is called
    when some of the goods are with the buyer.
    """

    switch: str
    cash_switch: str
    fee: Callable[[StoreSettings], int] | None
    is_near: bool
    has_number: bool
    waits: Mapping[str, Any]
    waits_unpaid: Mapping[str, Any]
    next_verbs: Mapping[str, tuple[str, ...]]
    headlines: Mapping[str, Any]
    past: Mapping[str, Any]
    idle: Mapping[str, Any]
    in_part: Any
    cash_name: Any
    is_sent: bool


_EXPRESS = Way(
    switch="express_on",
    cash_switch="express_cod_on",
    fee=None,
    is_near=False,
    has_number=True,
    waits={
        "to_confirm": _("Paid, to confirm"),
        "confirmed": _("Paid, to ship"),
        "preparing": _("Paid, preparing"),
    },
    waits_unpaid={
        "to_confirm": _("Unpaid, to confirm (cash on delivery)"),
        "confirmed": _("Unpaid, to ship (cash on delivery)"),
        "preparing": _("Unpaid, preparing (cash on delivery)"),
    },
    next_verbs={
        "unpaid": ("order.change_price",),
        "to_confirm": ("order.release", "order.confirm"),
        "confirmed": ("order.release", "order.prepare", "order.ship_part"),
        "preparing": ("order.release", "order.ship_part"),
        "shipped": ("order.collect",),
        "done": ("order.collect",),
        "closed": (),
    },
    headlines={
        "order.release": _("Release the order when it may go on"),
        "order.confirm": _("Check the order and confirm it"),
        "order.prepare": _("Pack the goods"),
        "order.ship_part": _("Hand the goods over and ship"),
    },
    past={
        "unpaid": _("Order placed"),
        "to_confirm": _("Paid"),
        "confirmed": _("Confirmed"),
        "preparing": _("Preparing"),
        "shipped": _("Shipped"),
        "done": _("Completed"),
    },
    idle={},
    in_part=_("Shipped in part"),
    cash_name=PayMethod.COD.label,
    is_sent=True,
)
WAYS: dict[str, Way] = {
    Delivery.EXPRESS: _EXPRESS,
    Delivery.LOCAL: replace(
        _EXPRESS,
        switch="local_on",
        cash_switch="local_cod_on",
        fee=lambda store: store.local_fee_fen or 0,
        is_near=True,
        has_number=False,
    ),
    Delivery.PICKUP: replace(
        _EXPRESS,
        switch="pickup_on",
        cash_switch="pickup_cod_on",
        fee=lambda _store: 0,
        has_number=False,
        is_sent=False,
        waits={
            "to_confirm": _("Paid, to confirm"),
            "confirmed": _("Paid, to be picked up"),
            "preparing": _("Paid, to be picked up"),
        },
        waits_unpaid={
            "to_confirm": _("Unpaid, to confirm (payment at the store)"),
            "confirmed": _("To be picked up and paid"),
            "preparing": _("To be picked up and paid"),
        },
        next_verbs={
            **_EXPRESS.next_verbs,
            "to_confirm": ("order.release", "order.confirm", "order.verify_part"),
            "confirmed": ("order.release", "order.prepare", "order.verify_part"),
            "preparing": ("order.release", "order.verify_part"),
        },
        headlines={
            **_EXPRESS.headlines,
            "order.prepare": _("Put the goods ready to be picked up"),
            "order.verify_part": _("Hand the goods out when the buyer shows the code"),
        },
        past={stage: words for stage, words in _EXPRESS.past.items() if stage != "shipped"}
        | {"done": _("Picked up")},
        idle=dict.fromkeys(("confirmed", "preparing"), _("Waiting for the buyer to pick it up")),
        in_part=_("Picked up in part"),
        cash_name=_("Payment at the store"),
    ),
}
SENT = [delivery for delivery, way in WAYS.items() if way.is_sent]
"""The ways in which the shop has something to send."""


def name_pay_method(method: str, delivery: str) -> Any:
    """What a way to pay is called with this way of delivery."""
    return WAYS[delivery].cash_name if method == PayMethod.COD else PayMethod(method).label
