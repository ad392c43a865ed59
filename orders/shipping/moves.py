"""What may happen to the task of stopping or redirecting a parcel."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.scope import rows_in_scope, scope_key
from orders.shipping.models import Intercept, InterceptKind, InterceptState
from shop.events.words import Part, tell_only, tells
from shop.moves.table import BY_SHOP, BY_STAFF, DONE, NOWHERE, WHY, Move, Subject, register, to

_SHIP = "orders.ship"
_S = InterceptState
_WISH = {"parcel": int, "wish": str}

tell_only("intercept")

INTERCEPTS = register(
    Subject(
        Intercept,
        _("Intercept"),
        (
            Move(
                "intercept.ask",
                _("Intercept or redirect"),
                _("Task of stopping or redirecting the parcel made"),
                to(_S.ASKED, NOWHERE),
                BY_STAFF,
                _SHIP,
                facts=_WISH,
            ),
            Move(
                "intercept.finish",
                _("It worked"),
                _("The courier has stopped or redirected the parcel"),
                to(_S.DONE, _S.ASKED),
                BY_STAFF,
                _SHIP,
                icon_name="check",
                says=WHY,
                facts=_WISH,
            ),
            Move(
                "intercept.fail",
                _("It failed"),
                _("The parcel could not be stopped or redirected"),
                to(_S.FAILED, _S.ASKED),
                BY_STAFF,
                _SHIP,
                icon_name="x",
                is_bad=True,
                says=WHY,
                facts=_WISH,
            ),
            Move(
                "intercept.withdraw",
                _("Withdraw"),
                _("Stopping or redirecting is not wanted any more"),
                to(_S.WITHDRAWN, _S.ASKED),
                BY_STAFF,
                _SHIP,
                icon_name="arrow-back-up",
                facts=_WISH,
            ),
            Move(
                "intercept.lapse",
                _("End with its parcel"),
                _("The parcel was delivered or taken back: its task has ended"),
                to(_S.LAPSED, _S.ASKED),
                BY_SHOP,
                _SHIP,
                facts=_WISH,
            ),
        ),
        _("There is no such task."),
        scope=lambda actor: rows_in_scope(Intercept.objects.all(), scope_key(actor)),
        stale=DONE,
        name=lambda intercept: intercept.order.number,
        url=lambda intercept: reverse("orders:intercept", args=[intercept.pk]),
        joins=("order",),
    )
)


@tells("intercept", "wish")
def _tell_wish(wish: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    words = InterceptKind(wish).label if wish in InterceptKind.values else wish
    yield Part("", str(words))
