"""What buyers send back in an after-sale, what is taken in of it, and what is sent again in exchange."""

from django.utils.translation import gettext_lazy as _

from orders.guards import has_buyer, something_shipped
from orders.stages import Stage
from shop.moves.table import BY_ANYONE, BY_GATEWAY, BY_SHOP, COLUMNS, STAFF, SYSTEM, WHY, Move, stay

_OUT = (Stage.PREPARING, Stage.SHIPPED, Stage.DONE)
"""Stages in which a buyer may have goods of an order."""
_HANDLE, _RECEIVE, _SHIP = "aftersales.handle", "aftersales.receive", "orders.ship"
_EXISTS = (has_buyer, something_shipped)
_PARCEL = {"parcels": list[dict[str, object]], "case_number": str}
_TAKEN = {"lines": dict[str, int], "scrapped": dict[str, int], "by_sku": list[list[int]]}
"""Line id → pieces. Where some are of another SKU than the line's, of each: line, pieces, those scrapped, SKU."""
_SENT = {"pieces": int, "lines": dict[str, int], "sku_ids": dict[str, int], "instead": list[str]}
"""Where another SKU than the line's is sent: line id → SKU id, and what that is called."""

RETURNING = (
    Move(
        "order.return_announce",
        _("Send goods back"),
        _("The buyer has sent goods back"),
        stay(*_OUT),
        BY_ANYONE,
        _HANDLE,
        _EXISTS,
        part_of=frozenset({_RECEIVE}),
        icon_name="arrow-back-up",
        is_told=True,
        facts=_PARCEL | {"lines": dict[str, int]},
    ),
    Move(
        "order.return_renumber",
        _("Change the number of the return"),
        _("Number of the return changed"),
        stay(*_OUT),
        BY_ANYONE,
        _HANDLE,
        _EXISTS,
        part_of=frozenset({_RECEIVE}),
        icon_name="refresh",
        is_told=True,
        facts={"parcel": int, "case_number": str} | COLUMNS,
    ),
    Move(
        "order.return_withdraw",
        _("Give the return up"),
        _("The return was given up"),
        stay(*_OUT),
        BY_ANYONE,
        _HANDLE,
        _EXISTS,
        part_of=frozenset({_RECEIVE}),
        icon_name="x",
        is_told=True,
        facts=_PARCEL,
    ),
    Move(
        "order.return_adopt",
        _("Take the refused parcel as the return"),
        _("The refused parcel counts as the return"),
        stay(*_OUT),
        BY_ANYONE,
        _HANDLE,
        _EXISTS,
        part_of=frozenset({_RECEIVE}),
        icon_name="package",
        is_told=True,
        facts=_PARCEL,
    ),
    Move(
        "order.return_arrive",
        _("The return arrives"),
        _("What was sent back has reached the shop"),
        stay(*_OUT),
        BY_GATEWAY,
        guards=_EXISTS,
        is_look=True,
        is_told=True,
        facts=_PARCEL | {"parcel": int},
    ),
    Move(
        "order.take_back",
        _("Take the goods in"),
        _("Goods that came back were taken in"),
        stay(*_OUT),
        BY_SHOP,
        _RECEIVE,
        _EXISTS,
        icon_name="package",
        is_told=True,
        says=WHY,
        facts=_PARCEL | _TAKEN,
    ),
    Move(
        "order.ship_exchange",
        _("Send the exchange"),
        _("Exchange sent"),
        stay(*_OUT),
        BY_SHOP,
        _SHIP,
        _EXISTS,
        part_of=frozenset({_RECEIVE}),
        icon_name="truck",
        is_told=True,
        facts=_PARCEL | _SENT,
    ),
    Move(
        "order.undo_exchange",
        _("Undo the exchange"),
        _("Sending of the exchange undone"),
        stay(*_OUT),
        BY_SHOP,
        _SHIP,
        _EXISTS,
        part_of=frozenset({_RECEIVE}),
        icon_name="arrow-back-up",
        is_told=True,
        facts=_PARCEL,
    ),
    Move(
        "order.exchange_arrive",
        _("Mark the exchange as delivered"),
        _("Exchange delivered"),
        stay(*_OUT),
        frozenset({STAFF, SYSTEM}),
        _SHIP,
        (has_buyer,),
        part_of=frozenset({_RECEIVE}),
        icon_name="check",
        is_told=True,
        facts=_PARCEL,
    ),
)
