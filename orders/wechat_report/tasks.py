"""Telling WeChat: tasks carry ids, may run twice, and never say anything twice by themselves."""

import logging
from datetime import timedelta
from typing import TypeVar

from celery import shared_task
from django.conf import settings
from django.utils.translation import gettext as _

from orders.wechat_report.failures import (
    NOT_FOUND,
    REMINDED,
    Verdict,
    describe_failure,
    judge,
)
from orders.wechat_report.models import ShippingReport
from orders.wechat_report.reporting import get_standing, is_reporting
from orders.wechat_report.services.answers import (
    apply_told,
    fail_report,
    fix_report,
    forget_sending,
    lease_report,
    lose_report,
    note_sending,
    put_all_off,
    put_off,
)
from orders.wechat_report.services.reminding import (
    PATIENCE,
    apply_reminded,
    claim_reminder,
    put_reminder_off,
    spare_reminder,
)
from orders.wechat_report.services.standing import (
    LOOK_BACK,
    STATES,
    begin_check,
    put_standing_off,
    take_managed,
    take_page,
)
from orders.wechat_report.uploads import NoCompany, is_known, make_key, make_upload, name_companies
from shop import clock
from shop.clients.errors import ClientError, Rejected
from shop.clients.wechat_mini import WeChatMini, ask_with_token
from shop.clients.wechat_shipping import (
    ask_managed,
    ask_order,
    list_companies,
    list_orders,
    remind_to_confirm,
    upload_shipping,
)
from shop.errors import Refused
from shop.events.sweeping import watched
from shop.store.selectors import get_wechat_account, get_wechat_mini

logger = logging.getLogger(__name__)
T = TypeVar("T")
GIVE_UP = timedelta(days=2)
"""After so long a payment that WeChat does not know is not only young."""
PAGES_AT_ONCE = 20


@shared_task
@watched("wechat_report.tell")
def tell_wechat(report_id: int) -> None:
    """Tell WeChat what was shipped for a payment. After a try without an answer it is asked first what it knows."""
    report = lease_report(report_id)
    if report is None:
        return
    if not is_reporting():
        put_off(report, error=_("Telling WeChat is switched off."), was_heard=report.may_have_arrived)
        return
    try:
        client = get_wechat_mini(base_url=settings.WECHAT_MINI_URL)
    except Refused as refused:
        put_off(report, error=str(refused), was_heard=report.may_have_arrived)
        return
    (_look if report.may_have_arrived else _upload)(client, report)


def _look(client: WeChatMini, report: ShippingReport) -> None:
    """See what came of a try without an answer; what did not arrive is sent again."""
    try:
        has_arrived = _knows(client, report)
    except ClientError as error:
        put_off(report, error=describe_failure(error), was_heard=True)
        return
    if has_arrived:
        apply_told(report)
    elif unsent := forget_sending(report):
        _upload(client, unsent)


def _knows(client: WeChatMini, report: ShippingReport) -> bool:
    """Whether WeChat knows what the last try said. Raises ClientError."""
    key = make_key(report.payment)
    known = ask_with_token(client, lambda token: ask_order(client, key, token=token))
    return is_known(known, report.sending)


def _upload(client: WeChatMini, report: ShippingReport) -> None:
    try:
        sending = name_companies(report)
    except NoCompany as missing:
        words = _("WeChat knows no courier “%(courier)s”. Choose here which of its couriers stands for it.")
        fail_report(report, error=words % {"courier": missing})
        return
    at = note_sending(report, sending)
    if at is None:
        return
    report.sending = sending
    upload = make_upload(report, sending, at)
    try:
        ask_with_token(client, lambda token: upload_shipping(client, upload, token=token))
    except ClientError as error:
        logger.warning("shipping report %s: %s", report.pk, type(error).__name__)
        _take_no(client, report, error)
    else:
        apply_told(report)


def _take_no(client: WeChatMini, report: ShippingReport, error: ClientError) -> None:
    why, verdict = describe_failure(error), judge(error)
    if verdict == Verdict.LATER and not _is_hopeless(report, error):
        put_off(report, error=why)
    elif verdict == Verdict.ALL_LATER:
        put_all_off(report, error=why)
    elif verdict == Verdict.TOLD:
        apply_told(report)
    elif verdict == Verdict.LOST:
        lose_report(report, error=why)
    elif verdict == Verdict.STOP:
        _take_stop(client, report, why)
    else:
        fail_report(report, error=why)


def _is_hopeless(report: ShippingReport, error: ClientError) -> bool:
    is_unknown = isinstance(error, Rejected) and error.code == NOT_FOUND
    return is_unknown and report.asked_at is not None and clock.now() - report.asked_at > GIVE_UP


def _take_stop(client: WeChatMini, report: ShippingReport, why: str) -> None:
    """What it takes no more of it may know already, when somebody has entered it at the platform."""
    try:
        is_told = _knows(client, report)
    except ClientError as error:
        put_off(report, error=describe_failure(error), was_heard=True)
        return
    if is_told:
        apply_told(report)
    else:
        fix_report(report, error=why)


@shared_task
@watched("wechat_report.remind")
def remind_buyer(report_id: int) -> None:
    """Have WeChat ask the buyer to confirm the receipt; asking twice does no harm, since it does so once."""
    report = claim_reminder(report_id)
    if report is None or report.arrived_at is None:
        return
    if clock.now() - report.arrived_at > PATIENCE:
        spare_reminder(report, error=_("WeChat could not be asked in time."))
        return
    key, arrived_at = make_key(report.payment), report.arrived_at
    try:
        client = get_wechat_mini(base_url=settings.WECHAT_MINI_URL)
        ask_with_token(
            client, lambda token: remind_to_confirm(client, key, received_at=arrived_at, token=token)
        )
    except Refused:
        put_reminder_off(report)
    except ClientError as error:
        _take_no_reminder(report, error)
    else:
        apply_reminded(report)


def _take_no_reminder(report: ShippingReport, error: ClientError) -> None:
    verdict = judge(error)
    if isinstance(error, Rejected) and error.code == REMINDED:
        apply_reminded(report)
    elif verdict in (Verdict.LATER, Verdict.ALL_LATER, Verdict.LOST):
        put_reminder_off(report)
    else:
        spare_reminder(report, error=describe_failure(error))


@shared_task
@watched("wechat_report.check")
def check_wechat(_standing_id: int) -> None:
    """Ask WeChat, where it is due, whether it manages the trade, and which money it keeps."""
    try:
        client = get_wechat_mini(base_url=settings.WECHAT_MINI_URL)
        _ask_standing(client)
        _ask_money(client)
    except Refused as refused:
        put_standing_off(error=str(refused))
    except ClientError as error:
        put_standing_off(error=describe_failure(error))


def _ask_standing(client: WeChatMini) -> None:
    standing, account = get_standing(), get_wechat_account()
    if account is None or (standing.ask_at is not None and standing.ask_at > clock.now()):
        return
    appid = account.appid
    is_managed = ask_with_token(client, lambda token: ask_managed(client, appid=appid, token=token))
    companies = ask_with_token(client, lambda token: list_companies(client, token=token))
    take_managed(is_managed=is_managed, companies=companies)


def _ask_money(client: WeChatMini) -> None:
    """Read so many pages of one round; the timer goes on where this ends."""
    standing = get_standing()
    if standing.is_managed is False or (standing.check_at is not None and standing.check_at > clock.now()):
        return
    standing = begin_check()
    for _page in range(PAGES_AT_ONCE):
        state, index = STATES[standing.check_place], standing.check_index
        began_at = standing.check_began_at or clock.now()
        page = ask_with_token(
            client,
            lambda token, state=state, index=index, end=began_at: list_orders(  # type: ignore[misc]  # bound
                client, state=state, begin=end - LOOK_BACK, end=end, last_index=index, token=token
            ),
        )
        take_page(standing, page.states, page.last_index)
        if standing.check_began_at is None:
            return
