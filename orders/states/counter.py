"""At the counter of a pickup store: goods are handed out, and that may be taken back for a while."""

from django.utils.translation import gettext_lazy as _

from orders.guards import (
    has_buyer,
    is_picked_up,
    no_open_aftersale,
    not_held,
    not_short,
    paid_in_full,
    something_handed_out,
)
from orders.stages import IN_HAND, OPEN, Stage
from shop.moves.table import BY_COUNTER, BY_STAFF, BY_SYSTEM, WHY, Move, to

_HANDED_OUT = {"pieces": int, "verification": int, "store": str, "verifier": int | None}

COUNTER = (
    Move(
        "order.reach_counter",
        _("Go to the counter"),
        _("The buyer is at the counter, the steps before are passed over"),
        to(Stage.PREPARING, Stage.TO_CONFIRM, Stage.CONFIRMED),
        BY_COUNTER,
        "pickup.verify",
        (is_picked_up,),
    ),
    Move(
        "order.verify_part",
        _("Hand out some goods"),
        _("Handed out in part"),
        # Of an unpaid order as well: the money is collected first, by the same press.
        to(Stage.PREPARING, *OPEN),
        BY_COUNTER,
        "pickup.verify",
        (is_picked_up, has_buyer, not_held, no_open_aftersale),
        done_by=("order.verify", "order.all_handed_out"),
        button=_("Verify and hand out"),
        icon_name="package",
        is_told=True,
        says=WHY,
        facts=_HANDED_OUT,
    ),
    Move(
        "order.verify",
        _("Verify and hand out"),
        _("Verified and handed out"),
        to(Stage.DONE, *IN_HAND),
        BY_COUNTER,
        "pickup.verify",
        (is_picked_up, has_buyer, not_held, no_open_aftersale, paid_in_full, not_short),
        is_told=True,
        says=WHY,
        facts=_HANDED_OUT,
    ),
    Move(
        "order.undo_verify",
        _("Undo the verification"),
        _("Verification undone"),
        to(Stage.PREPARING, Stage.PREPARING, Stage.DONE),
        BY_STAFF,
        "pickup.supervise",
        (is_picked_up, something_handed_out, no_open_aftersale),
        icon_name="arrow-back-up",
        is_told=True,
        says=WHY,
        facts={"verification": int},
    ),
    Move(
        "order.all_handed_out",
        _("Complete the pickup"),
        _("Everything left was handed out"),
        to(Stage.DONE, *IN_HAND),
        BY_SYSTEM,
        guards=(is_picked_up,),
        is_told=True,
    ),
)
