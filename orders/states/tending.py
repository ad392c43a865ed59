"""What is changed, noted and looked up in an order that goes on."""

from django.utils.translation import gettext_lazy as _

from orders.guards import holds_money, is_free, is_on_hold, no_label, nothing_paid, nothing_shipped
from orders.stages import IN_HAND, OPEN, Stage
from shop.moves.table import BY_STAFF, BY_SYSTEM, STAFF, SYSTEM, TEXT, WHY, Move, stay

TENDING = (
    Move(
        "order.change_price",
        _("Change price"),
        _("Price changed"),
        stay(*OPEN),
        BY_STAFF,
        "orders.price",
        (holds_money, nothing_paid, nothing_shipped),
        icon_name="tag",
        is_told=True,
        says=WHY,
        facts={"before": int, "after": int},
    ),
    Move(
        "order.change_address",
        _("Change address"),
        _("Address changed"),
        stay(*OPEN),
        BY_STAFF,
        "orders.edit",
        (nothing_shipped, no_label),
        icon_name="map-pin",
        is_told=True,
    ),
    Move(
        "order.hold",
        _("Hold"),
        _("Put on hold"),
        stay(*IN_HAND),
        BY_STAFF,
        "orders.edit",
        (is_free,),
        icon_name="player-pause",
        says=WHY,
    ),
    Move(
        "order.release",
        _("Release"),
        _("Released"),
        stay(*IN_HAND),
        frozenset({STAFF, SYSTEM}),
        "orders.edit",
        (is_on_hold,),
        icon_name="player-play",
    ),
    Move(
        "order.remark",
        _("Seller remark"),
        _("Seller remark changed"),
        stay(*Stage),
        BY_STAFF,
        "orders.edit",
        icon_name="pencil",
        says=TEXT,
    ),
    Move(
        "order.note",
        _("Add note"),
        _("Note added"),
        stay(*Stage),
        BY_STAFF,
        "orders.edit",
        button=_("Internal note"),
        icon_name="note",
        says=TEXT,
    ),
    Move(
        "order.reveal",
        _("Reveal"),
        _("Personal data revealed"),
        stay(*Stage),
        BY_STAFF,
        "orders.reveal",
        icon_name="eye",
        is_look=True,
        facts={"purpose": str},
    ),
    Move("order.run_short", _("Run short"), _("Short of stock"), stay(*IN_HAND), BY_SYSTEM, is_bad=True),
    Move("order.restock", _("Restock"), _("No longer short"), stay(*IN_HAND), BY_SYSTEM),
)
