"""Fetching bills and comparing them: tasks carry the bill's id, and may run twice."""

import logging

from celery import shared_task
from django.utils.translation import gettext as _

from orders.bills.models import Bill, BillKind, BillState
from orders.bills.reading.rows import BadBill
from orders.bills.services.fetching import (
    draft_of,
    fail_bill,
    keep_fetched,
    kept_file,
    lease_bill,
    put_off,
    send_back,
)
from orders.bills.services.matching import LeaseLost, match_bill
from orders.bills.services.missing import has_own_money
from orders.bills.sources import SOURCES, NoBill
from shop.clients.errors import BadCredentials, ClientError, Rejected
from shop.errors import Refused
from shop.events.sweeping import watched

logger = logging.getLogger(__name__)
PATIENT_TRIES = 5
"""So often a bill that is said not to exist is asked for again while the shop knows of a payment of that day."""
_BEING_MADE = "STATEMENT_CREATING"


@shared_task
@watched("bill.fetch")
def fetch_bill(bill_id: int) -> None:
    """Fetch a bill unless it is there, and compare it."""
    bill = lease_bill(bill_id)
    if bill is None:
        return
    try:
        _work_on(bill)
    except NoBill:
        _take_none(bill)
    except LeaseLost:
        logger.info("bill %s goes on elsewhere", bill_id)
    except BadBill as bad:
        _take_bad(bill, bad)
    except (ClientError, Refused) as error:
        logger.warning("bill %s: %s", bill_id, type(error).__name__)
        put_off(bill, error=_describe(error))


def _work_on(bill: Bill) -> None:
    if bill.state == BillState.WAITING:
        with draft_of(lambda into: SOURCES[bill.platform].fetch(bill, into)) as draft:
            bill = keep_fetched(bill, draft)
    if bill.state == BillState.FETCHED:
        with kept_file(bill) as source:
            match_bill(bill, source)


def _take_none(bill: Bill) -> None:
    """There was no trade, or the platform has not got so far yet: our own books say which is likelier."""
    if bill.tries <= PATIENT_TRIES and bill.kind == BillKind.TRADES and has_own_money(bill):
        put_off(bill, error=_("The platform says that there is no bill, though the shop was paid that day."))
    else:
        match_bill(bill, None)


def _take_bad(bill: Bill, bad: BadBill) -> None:
    """A file that people brought is at fault itself; one that was fetched may come whole the next time."""
    if bill.is_uploaded and bill.state == BillState.FETCHED:
        fail_bill(bill, error=str(bad))
    else:
        send_back(bill, error=str(bad))


def _describe(error: ClientError | Refused) -> str:
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, Rejected):
        return _("The platform is still making the bill.") if error.code == _BEING_MADE else str(error)
    if isinstance(error, BadCredentials):
        return _("The keys of this merchant number cannot be read.")
    return _("The platform did not answer as it should.")
