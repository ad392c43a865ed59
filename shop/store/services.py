"""Changing store settings and credentials, on the record."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.access import require
from shop.actor import SYSTEM, Actor
from shop.clients.alipay import Alipay
from shop.clients.errors import BadCredentials, BadSignature, ClientError, Rejected
from shop.clients.wechat_pay import WeChatPay
from shop.errors import Refused
from shop.files.models import Picture
from shop.files.services import delete_picture, store_picture
from shop.moves.services import lock_single, move
from shop.store.area.places import MAX_PLACES
from shop.store.choices import LIMITS
from shop.store.credentials import ALIPAY_SETS, WECHAT_SETS, Account, keep_former
from shop.store.deliveries import WAYS
from shop.store.models import (
    ALIPAY_FIELDS,
    PAY_FIELDS,
    SERVICE_FIELDS,
    AlipayAccount,
    StoreSettings,
    WeChatAccount,
)
from shop.store.selectors import get_alipay_account, get_wechat_account, list_preconditions
from shop.store.steps import STEPS

EDITABLE = tuple(
    field.name
    for field in StoreSettings._meta.concrete_fields
    if field.name not in ("id", "version", "number_range", "backed_up_at")
)
ACCOUNT_FIELDS = ("mini_secret", *PAY_FIELDS, *SERVICE_FIELDS)


def change_store_settings(
    changes: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> StoreSettings:
    """Write the given settings; later changes do not move the deadlines of orders that exist.

    Raises Refused `precondition_unmet`, `bad_timer` or `bad_quiet_hours`, whose `extra["switch"]` names the
    setting to look at, and `stale` when the settings are no longer the version they were read in.
    """
    with transaction.atomic():
        store = lock_single(StoreSettings, "settings.change", actor=actor, expected_version=expected_version)
        before = {name: getattr(store, name) for name in EDITABLE}
        for name in set(changes) & set(EDITABLE):
            setattr(store, name, changes[name])
        _check_values(store)
        _check_preconditions(store)
        changed = {
            name: _plain(getattr(store, name)) for name in EDITABLE if getattr(store, name) != before[name]
        }
        if not changed:
            return store
        was = {name: _plain(before[name]) for name in changed}
        changes = {name: getattr(store, name) for name in changed}
        data = {"before": was, "after": changed}
        move(store, "settings.change", actor=actor, changes=changes, data=data)
    return store


def set_collection_code(raw: bytes, *, actor: Actor) -> None:
    """Let buyers transfer money by scanning this picture.

    Raises Refused as `store_picture` and as `change_store_settings` do.
    """
    require(actor, "settings.edit")
    picture = store_picture(raw)
    try:
        _use_collection_code(picture.path, actor)
    except Refused:
        with transaction.atomic():
            delete_picture(picture)
        raise


def remove_collection_code(*, actor: Actor) -> None:
    """Show buyers no such picture any more. Raises Refused `precondition_unmet` where transfers need it."""
    _use_collection_code("", actor)


def _use_collection_code(path: str, actor: Actor) -> None:
    with transaction.atomic():
        former = lock_single(StoreSettings, "settings.change", actor=actor).collection_code
        change_store_settings({"collection_code": path}, actor=actor)
        for picture in Picture.objects.filter(path=former) if former else ():
            delete_picture(picture)


def leave_step_out(name: str, is_out: bool, *, actor: Actor) -> None:
    """Leave a step of the first day out, or take it up again. Raises Refused `not_found`."""
    if name not in {step.name for step in STEPS if step.may_be_left_out}:
        raise Refused("not_found", _("There is no such step."), 404)
    with transaction.atomic():
        store = lock_single(StoreSettings, "settings.change", actor=actor)
        others = [step for step in store.skipped_steps if step != name]
        change_store_settings({"skipped_steps": [*others, name] if is_out else others}, actor=actor)


def note_backup() -> None:
    """Remember that a backup was made just now."""
    with transaction.atomic():
        store = lock_single(StoreSettings, "settings.back_up", actor=SYSTEM)
        move(store, "settings.back_up", actor=SYSTEM, changes={"backed_up_at": clock.now()})


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | list | None) else str(value)


def _check_preconditions(store: StoreSettings) -> None:
    for item in list_preconditions(store):
        if getattr(store, item.switch) and not item.is_met:
            raise Refused("precondition_unmet", item.words, 400, switch=item.switch)
    if not any(getattr(store, way.switch) for way in WAYS.values()):
        message = _("At least one way to deliver must stay on.")
        raise Refused("precondition_unmet", message, 400, switch="express_on")


def _check_values(store: StoreSettings) -> None:
    if len(store.local_districts) > MAX_PLACES:
        message = _("At most %(most)d districts; choose whole cities instead.") % {"most": MAX_PLACES}
        raise Refused("too_many_places", message, 400, switch="local_on")
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(store, name) <= most:
            message = _("Type a number from %(least)d to %(most)d.") % {"least": least, "most": most}
            raise Refused("bad_timer", message, 400, switch=name)
    if (store.quiet_from is None) != (store.quiet_until is None) or (
        store.quiet_from is not None and store.quiet_from == store.quiet_until
    ):
        words = _("Quiet hours need a start and another end.")
        raise Refused("bad_quiet_hours", words, 400, switch="quiet_until")


def change_wechat_account(changes: Mapping[str, str], *, actor: Actor) -> WeChatAccount:
    """Write credentials; an empty secret keeps the stored one. But for those of the service account they must pass
    the test again afterwards.
    """
    with transaction.atomic():
        account = lock_single(WeChatAccount, "credentials.change", actor=actor)
        _change_account(account, "credentials.change", ACCOUNT_FIELDS, changes, actor)
    return account


def change_alipay_account(changes: Mapping[str, str], *, actor: Actor) -> AlipayAccount:
    """As `change_wechat_account`, of Alipay."""
    with transaction.atomic():
        account = lock_single(AlipayAccount, "alipay.change", actor=actor)
        _change_account(account, "alipay.change", ALIPAY_FIELDS, changes, actor)
    return account


def _change_account(
    account: Account, verb: str, fields: Sequence[str], changes: Mapping[str, str], actor: Actor
) -> None:
    wanted = {name: _tidy(changes[name]) for name in fields if name in changes}
    changed = {
        name: value
        for name, value in wanted.items()
        if (value or name not in account.secrets) and value != getattr(account, name)
    }
    if not changed:
        return
    untested: dict[str, Any] = {}
    if changed.keys() - set(SERVICE_FIELDS):
        keep_former(account)
        untested = {"tested_at": None}
    move(account, verb, actor=actor, changes=untested | changed, data={"fields": [*changed]})


def _tidy(text: str) -> str:
    """Keys are compared and read by their lines; browsers end each with CR LF."""
    return "\n".join(text.strip().splitlines())


def check_wechat_account(*, actor: Actor) -> None:
    """Test the credentials with a real call and remember that they passed. Raises Refused `connection_failed`."""
    require(actor, "settings.edit")
    try:
        account = get_wechat_account() or WeChatAccount()
        WeChatPay(WECHAT_SETS.get_of(account), base_url=settings.WECHAT_PAY_URL).test_connection()
    except ClientError as error:
        raise Refused("connection_failed", _why_failed(error), 409) from error
    with transaction.atomic():
        move(account, "credentials.test", actor=actor, changes={"tested_at": clock.now()})


def _why_failed(error: ClientError) -> Any:
    if isinstance(error, BadCredentials):
        return _("A key cannot be read. Copy it again, whole, with its first and last line.")
    if isinstance(error, BadSignature):
        return _("WeChat answered, but its signature does not fit the WeChat Pay public key.")
    if isinstance(error, Rejected):
        return _("WeChat Pay did not accept the credentials: %(why)s") % {"why": error}
    return _("WeChat Pay does not answer at the moment. Try again in a minute.")


def check_alipay_account(*, actor: Actor) -> None:
    """As `check_wechat_account`, of Alipay."""
    require(actor, "settings.edit")
    try:
        account = get_alipay_account() or AlipayAccount()
        Alipay(ALIPAY_SETS.get_of(account), base_url=settings.ALIPAY_URL).test_connection()
    except ClientError as error:
        raise Refused("connection_failed", _why_alipay_failed(error), 409) from error
    with transaction.atomic():
        move(account, "alipay.test", actor=actor, changes={"tested_at": clock.now()})


def _why_alipay_failed(error: ClientError) -> Any:
    if isinstance(error, BadCredentials):
        return _("A key cannot be used. Copy the app’s private key and Alipay’s public key again, whole.")
    if isinstance(error, BadSignature):
        return _("Alipay answered, but its signature does not fit the Alipay public key.")
    if isinstance(error, Rejected):
        return _("Alipay did not accept the credentials: %(why)s") % {"why": error}
    return _("Alipay does not answer at the moment. Try again in a minute.")
