"""What may happen to a verifier, to an invite, and when codes were guessed."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pickup.models import OFF, ON, GuessLock, Invite, InviteState, Verifier, VerifierPin
from shop.errors import Refused
from shop.events.words import Part, says_value, tells
from shop.moves.table import (
    BY_CUSTOMER,
    BY_SHOP,
    BY_STAFF,
    BY_SYSTEM,
    COLUMNS,
    NOWHERE,
    VERIFIER,
    Move,
    Subject,
    register,
    stateless,
    stay,
    to,
)

_SETUP = "pickup.setup"
_BY_VERIFIER = frozenset({VERIFIER})
_EITHER = stay(ON, OFF)
_NAMES = {"stores": list[str]}


@tells("verifier", "stores")
@tells("verifier_invite", "stores")
def _tell_stores(names: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Stores"), _join(names))


def _join(names: Any) -> str:
    return gettext(", ").join(names)


says_value("verifier", "stores", _join)


def has_pin(verifier: Verifier) -> Refused | None:
    if VerifierPin.objects.filter(verifier=verifier).exclude(digest="").exists():
        return None
    return Refused("no_pin", _("They have no PIN: whoever needs one chooses it on the phone."))


def is_bound(verifier: Verifier) -> Refused | None:
    if verifier.service_openid:
        return None
    return Refused("not_bound", _("No WeChat is bound to them."))


def name_door(lock: GuessLock) -> str:
    """Who guessed, as far as it is known: the verifier, else the store, else from where."""
    if lock.verifier:
        return lock.verifier.name
    return lock.store.name if lock.store else lock.address or ""


VERIFIERS = register(
    Subject(
        Verifier,
        _("Verifier"),
        (
            Move(
                "verifier.appoint",
                _("Appoint"),
                _("Appointed"),
                to(ON, NOWHERE),
                BY_SHOP,
                _SETUP,
                facts={"stores": list[str]},
            ),
            Move(
                "verifier.change",
                _("Change the stores"),
                _("Stores changed"),
                stay(ON, OFF),
                BY_SHOP,
                _SETUP,
                icon_name="pencil",
                facts=COLUMNS,
            ),
            Move(
                "verifier.switch_off",
                _("Switch off"),
                _("Switched off"),
                to(OFF, ON),
                BY_SHOP,
                _SETUP,
                icon_name="ban",
            ),
            Move(
                "verifier.switch_on",
                _("Switch on again"),
                _("Switched on again"),
                to(ON, OFF),
                BY_SHOP,
                _SETUP,
                icon_name="user",
            ),
            Move(
                "verifier.join",
                _("Join by invite"),
                _("Joined by invite"),
                {NOWHERE: ON, ON: ON},
                BY_CUSTOMER,
                facts=_NAMES,
            ),
            Move(
                "verifier.invite",
                _("Invite to the phone"),
                _("Invited to the phone"),
                stay(ON),
                BY_SHOP,
                _SETUP,
                icon_name="qrcode",
                is_look=True,
            ),
            Move("verifier.bind", "", _("Known by WeChat"), stay(ON), _BY_VERIFIER, is_look=True),
            Move(
                "verifier.unbind",
                _("Unbind WeChat"),
                _("WeChat unbound"),
                _EITHER,
                BY_SHOP,
                _SETUP,
                (is_bound,),
                icon_name="brand-wechat",
            ),
            Move(
                "verifier.sign_in",
                "",
                _("Signed in"),
                stay(ON),
                _BY_VERIFIER,
                is_look=True,
                facts={"device": str, "ip": str | None},
            ),
            Move("verifier.set_pin", "", _("PIN chosen"), stay(ON), _BY_VERIFIER, is_look=True),
            Move(
                "verifier.lock_pin",
                "",
                _("Locked out after wrong PINs"),
                stay(ON),
                BY_SYSTEM,
                is_bad=True,
                is_look=True,
            ),
            Move(
                "verifier.reset_pin",
                _("Reset the PIN"),
                _("PIN reset"),
                _EITHER,
                BY_SHOP,
                _SETUP,
                (has_pin,),
                icon_name="key",
            ),
        ),
        _("There is no such verifier."),
        name=lambda verifier: verifier.name,
        url=lambda verifier: reverse("pickup:verifier", args=[verifier.pk]),
        joins=("customer",),
    )
)
INVITES = register(
    Subject(
        Invite,
        _("Invite"),
        (
            Move(
                "invite.make",
                _("Invite"),
                _("Invited"),
                to(InviteState.OPEN, NOWHERE),
                BY_STAFF,
                _SETUP,
                facts=_NAMES,
            ),
            Move(
                "invite.revoke",
                _("Revoke"),
                _("Invite revoked"),
                to(InviteState.REVOKED, InviteState.OPEN),
                BY_SHOP,
                _SETUP,
                icon_name="ban",
            ),
            Move(
                "invite.use",
                _("Join by invite"),
                _("Invite used"),
                to(InviteState.USED, InviteState.OPEN),
                BY_CUSTOMER,
            ),
        ),
        _("There is no such invite."),
        name=lambda invite: f"#{invite.pk}",
        url=lambda invite: reverse("pickup:invite", args=[invite.pk]),
    )
)
GUESS_LOCKS = register(
    Subject(
        GuessLock,
        _("Guessed codes"),
        (stateless("guess.lock", _("Codes were guessed: locked out"), BY_SYSTEM, is_bad=True),),
        _("There is no such lock-out."),
        name=name_door,
        url=lambda lock: reverse("pickup:verifier", args=[lock.verifier_id]) if lock.verifier_id else "",
        joins=("verifier__customer", "store"),
    )
)
