"""Having couriers called and called off: tasks carry ids, may run twice, and never ask under a second code."""

import logging

from celery import shared_task
from django.utils.translation import gettext as _

from orders.collections.models import Collection, CollectionState
from orders.collections.providers import make_request, open_caller
from orders.collections.services.answers import (
    apply_called,
    apply_called_off,
    keep_collection,
    lease_collection,
    lose_collection,
    note_sending,
    note_unsent,
    put_off,
    refuse_collection,
)
from orders.waybills.providers import make_account
from shop import clock
from shop.clients.collections import CourierCaller
from shop.clients.errors import BadCredentials, ClientError, Rejected, Unknown, Unreachable
from shop.errors import Refused
from shop.events.sweeping import watched

logger = logging.getLogger(__name__)


@shared_task
@watched("collection.ask")
def ask_caller(collection_id: int) -> None:
    """Have the courier called, or called off; always under the collection's one code."""
    collection = lease_collection(collection_id)
    if collection is None:
        return
    is_calling_off = collection.state == CollectionState.CANCELLING
    if over := _say_late(collection) if is_calling_off else _say_over(collection):
        (keep_collection if is_calling_off else refuse_collection)(collection, error=over)
        return
    try:
        (_call_off if is_calling_off else _call)(open_caller(collection.provider), collection)
    except (ClientError, Refused) as error:
        logger.warning("collection %s: %s", collection.code, type(error).__name__)
        (_take_no_to_call_off if is_calling_off else _take_no)(collection, error)


def _call(client: CourierCaller, collection: Collection) -> None:
    request = make_request(collection)
    note_sending(collection)
    client.call_courier(request)
    apply_called(collection)


def _call_off(client: CourierCaller, collection: Collection) -> None:
    client.call_off(collection.code, account=make_account(collection.courier))
    apply_called_off(collection)


def _take_no(collection: Collection, error: ClientError | Refused) -> None:
    """A “no” is one only to the first try: after a try without an answer the courier may come all the same."""
    if isinstance(error, Unknown):
        lose_collection(collection, error=_say(error))
    elif isinstance(error, Unreachable):
        note_unsent(collection)
        put_off(collection, error=_say(error))
    elif collection.sent_at is None:
        refuse_collection(collection, error=_say(error))
    else:
        put_off(collection, error=_say(error))


def _take_no_to_call_off(collection: Collection, error: ClientError | Refused) -> None:
    if isinstance(error, Unknown | Unreachable):
        put_off(collection, error=_say(error))
    else:
        keep_collection(collection, error=_say(error))


def _say_over(collection: Collection) -> str:
    """Why the provider is not to be asked any more, "" while it is."""
    if (collection.is_needless or collection.parcel.has_moved) and collection.sent_at is None:
        return _("Nobody was called: the parcel was taken back, has left, or goes with another courier.")
    if not _is_late(collection):
        return ""
    if collection.sent_at is None:
        return _("The time is over, and the provider could not be reached.")
    return _("The time is over, and the provider has not said whether the courier was called.")


def _say_late(collection: Collection) -> str:
    """Why the provider is not to be asked any more to call the courier off, "" while it is."""
    if not _is_late(collection):
        return ""
    return _("The time is over, and the provider has not said whether the courier was called off.")


def _is_late(collection: Collection) -> bool:
    return collection.end is not None and collection.end <= clock.now()


def _say(error: ClientError | Refused) -> str:
    """The sentence for the order's page."""
    if isinstance(error, Rejected):
        return error.message or error.code
    if isinstance(error, BadCredentials):
        return _("The account for e-waybills is not complete or holds characters that are refused.")
    if isinstance(error, Refused):
        return str(error)
    return _("The provider does not answer. It is asked again by itself.")
