"""Telling WeChat: tasks carry ids, may run twice, and never tell a buyer twice by themselves."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from orders.notices.failures import NO_TEMPLATE, describe_failure
from orders.notices.kinds import KINDS
from orders.notices.messages import Unfit, fill_template
from orders.notices.models import BuyerNotice, NoticeKind, WhyDropped
from orders.notices.services.answers import (
    apply_sent,
    drop_notice,
    fail_notice,
    lease_notice,
    lose_notice,
    note_sending,
    put_off,
)
from shop import clock
from shop.clients.errors import ClientError, Rejected, Unknown
from shop.clients.wechat_mini import TOKEN_ERRORS, Message, WeChatMini, ask_with_token
from shop.customers.consents import end_consent, spend_consent
from shop.errors import Refused
from shop.events.sweeping import watched
from shop.store.selectors import find_template, get_store_settings, get_wechat_mini

logger = logging.getLogger(__name__)
NOT_ACCEPTED = "43101"
LATER = frozenset({*TOKEN_ERRORS, "45009", "45011", "48001", "40164"})
"""What is not about this message: too many today, no permission, an address that WeChat does not let in."""
_TEMPLATES_KEPT_S = 3600
"""WeChat never changes a template under its id."""


@shared_task
@watched("notice.tell")
def tell_buyer(notice_id: int) -> None:
    """Send a notice while it is worth it. One that was tried without an answer is not sent again."""
    notice = lease_notice(notice_id)
    if notice is None:
        return
    if notice.sent_at is not None:
        lose_notice(notice, error=_("The last try went without an answer."))
    elif clock.now() >= notice.expires_at:
        drop_notice(notice, WhyDropped.LATE)
    else:
        _prepare(notice)


def _prepare(notice: BuyerNotice) -> None:
    """Until the message itself is sent nothing has happened at WeChat, so every failure is put off."""
    template_id = find_template(get_store_settings(), KINDS[NoticeKind(notice.kind)].template)
    try:
        client = get_wechat_mini(base_url=settings.WECHAT_MINI_URL)
        content = _read_template(client, template_id) if template_id else ""
    except Refused:
        drop_notice(notice, WhyDropped.NOT_SET_UP)
    except ClientError as error:
        put_off(notice, error=describe_failure(error))
    else:
        if template_id:
            _fill(client, notice, template_id, content)
        else:
            drop_notice(notice, WhyDropped.NOT_SET_UP)


def _read_template(client: WeChatMini, template_id: str) -> str:
    """What stands in a template, "" when WeChat does not know it."""
    key = f"wechat-template-{template_id}"
    if content := cache.get(key):
        return str(content)
    content = ask_with_token(client, lambda token: client.list_templates(token=token)).get(template_id, "")
    cache.set(key, content, _TEMPLATES_KEPT_S)
    return content


def _fill(client: WeChatMini, notice: BuyerNotice, template_id: str, content: str) -> None:
    try:
        values = fill_template(content, notice)
    except Unfit as unfit:
        words = _("The template asks for “%(label)s”, which the shop does not know. Choose another template.")
        fail_notice(notice, error=words % {"label": unfit.label})
        return
    if not values:
        fail_notice(notice, error=describe_failure(NO_TEMPLATE))
        return
    page = get_store_settings().order_page.replace("{number}", notice.order.number)
    message = Message(notice.order.customer.openid, template_id, values, page)
    if note_sending(notice):
        _send(client, notice, message)


def _send(client: WeChatMini, notice: BuyerNotice, message: Message) -> None:
    try:
        ask_with_token(client, lambda token: client.send_message(message, token=token))
    except ClientError as error:
        logger.warning("notice %s: %s", notice.pk, type(error).__name__)
        _take_no(notice, message.template_id, error)
    else:
        apply_sent(notice)
        spend_consent(notice.order.customer_id, message.template_id)


def _take_no(notice: BuyerNotice, template_id: str, error: ClientError) -> None:
    why = describe_failure(error)
    if isinstance(error, Unknown):
        lose_notice(notice, error=why)
    elif not isinstance(error, Rejected) or error.code in LATER:
        put_off(notice, error=why)
    elif error.code == NOT_ACCEPTED:
        end_consent(notice.order.customer_id, template_id)
        drop_notice(notice, WhyDropped.NOT_ACCEPTED)
    else:
        fail_notice(notice, error=why)
