"""Talking to the providers of e-waybills: tasks carry ids, may run twice, and never ask under a second code."""

import logging

from celery import shared_task
from django.utils.translation import gettext as _

from orders.waybills.models import Waybill, WaybillState
from orders.waybills.providers import make_account, make_request, open_provider
from orders.waybills.services.answers import (
    apply_issued,
    apply_voided,
    dispute_waybill,
    keep_waybill,
    lease_waybill,
    lose_waybill,
    note_sending,
    note_unsent,
    put_off,
    refuse_waybill,
)
from shop import clock
from shop.clients.errors import BadCredentials, ClientError, Rejected, Unknown, Unreachable
from shop.clients.waybills import AlreadyUsed, WaybillProvider
from shop.errors import Refused
from shop.events.sweeping import watched

logger = logging.getLogger(__name__)


@shared_task
@watched("waybill.ask")
def ask_provider(waybill_id: int) -> None:
    """Get the number of a waybill, or have it voided; always under its one code."""
    waybill = lease_waybill(waybill_id)
    if waybill is None:
        return
    try:
        client = open_provider(waybill.provider)
        (_void if waybill.state == WaybillState.VOIDING else _issue)(client, waybill)
    except (ClientError, Refused) as error:
        logger.warning("waybill %s: %s", waybill.code, type(error).__name__)
        (_take_no_to_void if waybill.state == WaybillState.VOIDING else _take_no)(waybill, error)


def _issue(client: WaybillProvider, waybill: Waybill) -> None:
    if _is_forgotten(client, waybill):
        raise AlreadyUsed(_("Asked too long ago to ask again. Look there whether there is a number."))
    request = make_request(waybill)
    note_sending(waybill)
    apply_issued(waybill.pk, client.issue(request))


def _is_forgotten(client: WaybillProvider, waybill: Waybill) -> bool:
    """Whether the provider may have forgotten the code, so that asking again could give a second number."""
    if client.repeats_for is None or waybill.sent_at is None:
        return False
    return waybill.sent_at + client.repeats_for <= clock.now()


def _void(client: WaybillProvider, waybill: Waybill) -> None:
    client.void(
        waybill.code,
        account=make_account(waybill.courier),
        tracking_no=waybill.tracking_no,
        provider_order=waybill.provider_order,
    )
    apply_voided(waybill)


def _take_no(waybill: Waybill, error: ClientError | Refused) -> None:
    """A “no” is one only to the first try: after a try without an answer the number may be there all the same."""
    if isinstance(error, AlreadyUsed):
        dispute_waybill(waybill, error=_say(error))
    elif isinstance(error, Unknown):
        lose_waybill(waybill, error=_say(error))
    elif isinstance(error, Unreachable):
        note_unsent(waybill)
        put_off(waybill, error=_say(error))
    elif waybill.sent_at is None:
        refuse_waybill(waybill, error=_say(error))
    else:
        put_off(waybill, error=_say(error))


def _take_no_to_void(waybill: Waybill, error: ClientError | Refused) -> None:
    """After a try without an answer a refusal may mean that it is void already, which a person finds out."""
    if isinstance(error, Unknown | Unreachable):
        put_off(waybill, error=_say(error))
    else:
        keep_waybill(waybill, error=_say(error))


def _say(error: ClientError | Refused) -> str:
    """The sentence for the packing table."""
    if isinstance(error, Rejected):
        return error.message or error.code
    if isinstance(error, AlreadyUsed):
        return _("The provider has this code and does not say which number it gave. Look there.")
    if isinstance(error, BadCredentials):
        return _("The account for e-waybills is not complete or holds characters that are refused.")
    if isinstance(error, Refused):
        return str(error)
    return _("The provider does not answer. It is asked again by itself.")
