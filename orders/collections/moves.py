"""What may happen to the collection of a parcel."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.collections.models import ASKED, Collection, CollectionState
from orders.scope import rows_in_scope, scope_key
from shop.events.words import label_facts, tell_only
from shop.moves.table import BY_GATEWAY, BY_SHOP, BY_STAFF, DONE, NOWHERE, Move, Subject, register, stay, to

_SHIP = "orders.ship"
_CODE = {"code": str, "courier": str}
_WINDOW = _CODE | {"window": str}
_FAILURE = _CODE | {"error": str}
_S = CollectionState

label_facts("collection", window=_("Between"), error=_("The provider said"))
tell_only("collection")

COLLECTIONS = register(
    Subject(
        Collection,
        _("Collection"),
        (
            Move(
                "collection.ask",
                _("Call the courier"),
                _("Courier to be called"),
                to(_S.REQUESTED, NOWHERE),
                BY_STAFF,
                _SHIP,
                icon_name="truck",
                facts=_WINDOW,
            ),
            Move(
                "collection.called",
                _("Call"),
                _("Courier called for collection"),
                to(_S.CALLED, _S.REQUESTED, _S.UNKNOWN),
                BY_GATEWAY,
                facts=_CODE,
            ),
            Move(
                "collection.fail",
                _("Refuse"),
                _("The courier was not called"),
                to(_S.FAILED, _S.REQUESTED, _S.UNKNOWN),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "collection.lose",
                _("Lose sight of"),
                _("No believable answer about the collection"),
                to(_S.UNKNOWN, _S.REQUESTED),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "collection.linger",
                _("Wait for too long"),
                _("The provider has not answered for a while"),
                stay(*ASKED),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "collection.by_phone",
                _("I have called"),
                _("Courier called by phone"),
                to(_S.BY_PHONE, NOWHERE, _S.REQUESTED, _S.UNKNOWN),
                BY_STAFF,
                _SHIP,
                icon_name="phone",
                facts=_CODE,
            ),
            Move(
                "collection.drop_off",
                _("Dropped off"),
                _("Parcel brought to the courier"),
                to(_S.DROPPED_OFF, NOWHERE),
                BY_STAFF,
                _SHIP,
                icon_name="map-pin",
                facts=_CODE,
            ),
            Move(
                "collection.cancel",
                _("Call off"),
                _("Courier to be called off"),
                to(_S.CANCELLING, _S.CALLED),
                BY_SHOP,
                _SHIP,
                icon_name="ban",
                facts=_CODE,
            ),
            Move(
                "collection.cancelled",
                _("Called off"),
                _("Courier called off"),
                to(_S.CANCELLED, _S.CANCELLING),
                BY_GATEWAY,
                facts=_CODE,
            ),
            Move(
                "collection.keep",
                _("Refuse to call off"),
                _("The courier was not called off"),
                to(_S.CALLED, _S.CANCELLING),
                BY_GATEWAY,
                is_bad=True,
                facts=_FAILURE,
            ),
            Move(
                "collection.cancel_by_phone",
                _("Called off by phone"),
                _("Courier called off by phone"),
                to(_S.CANCELLED, _S.CALLED, _S.CANCELLING),
                BY_STAFF,
                _SHIP,
                icon_name="phone",
                facts=_CODE,
            ),
            Move(
                "collection.take_back",
                _("Take back"),
                _("Handing over taken back"),
                to(_S.CANCELLED, _S.BY_PHONE, _S.DROPPED_OFF),
                BY_SHOP,
                _SHIP,
                icon_name="arrow-back-up",
                facts=_CODE,
            ),
        ),
        _("There is no such collection."),
        scope=lambda actor: rows_in_scope(Collection.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda collection: collection.code,
        url=lambda collection: reverse("orders:detail", args=[collection.order.number]),
        joins=("order",),
    )
)
