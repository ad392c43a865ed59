"""WeChat is told once; what it answers decides, and without an answer nobody is told again."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.notices.models import BuyerNotice, NoticeState
from orders.notices.selectors import list_due
from orders.notices.services.answers import lease_notice, note_sending
from orders.notices.tasks import tell_buyer
from orders.shipping.models import Parcel
from orders.shipping.services.ship import undo_ship
from shop import clock
from shop.customers.consents import accept_messages
from shop.events.models import Event
from shop.store.models import StoreSettings, WeChatAccount
from tests import cast
from tests.gateway import Gateway
from tests.notices.conftest import (
    SHIPPED,
    UNKNOWN,
    WAREHOUSE,
    messages,
    set_up,
    subscribe,
    tell,
    the_only,
    verbs,
)

SEND = "/cgi-bin/message/subscribe/send"


@pytest.fixture
def order(wechat: Gateway) -> Order:
    order = cast.shipped_order()
    subscribe(order, wechat)
    return order


def test_the_buyer_is_told_where_the_parcel_is(order: Order, wechat: Gateway) -> None:
    (consent,) = accept_messages(order.customer, [SHIPPED])
    notice = tell(the_only(order))
    assert (notice.state, notice.next_try_at, verbs(notice)) == (NoticeState.SENT, None, ["leave", "send"])
    (message,) = messages(wechat)
    parcel = Parcel.objects.get()
    assert (message["openid"], message["template"]) == (order.customer.openid, SHIPPED)
    assert message["page"] == f"pages/order/detail?number={order.number}"
    assert all(word in message["content"] for word in (order.number, "顺丰速运", parcel.tracking_no))
    assert not any(
        word in message["content"] for word in (order.recipient, order.phone, order.address_detail)
    )
    consent.refresh_from_db()
    assert consent.times == 0
    assert Event.objects.get(verb="notice.send").actor_name == "wechat"


def test_told_again_it_stays_told(order: Order, wechat: Gateway) -> None:
    notice = tell(the_only(order))
    assert tell(notice).state == NoticeState.SENT
    assert len(messages(wechat)) == 1


def test_a_buyer_who_has_accepted_none_is_left_alone(order: Order, wechat: Gateway) -> None:
    (consent,) = accept_messages(order.customer, [SHIPPED])
    wechat.behave(unsubscribed=[order.customer.openid])
    notice = tell(the_only(order))
    assert (notice.state, verbs(notice)) == (NoticeState.DROPPED, ["leave", "drop"])
    assert Event.objects.get(verb="notice.drop").data["untold"] == "not_accepted"
    consent.refresh_from_db()
    assert consent.times == 0
    wechat.behave(unsubscribed=[])


@pytest.mark.parametrize("kind", ["timeout_after", "truncated", "html", "error_500"])
def test_without_a_believable_answer_nobody_is_told_again(kind: str, order: Order, wechat: Gateway) -> None:
    wechat.fail(kind, SEND)
    notice = tell(the_only(order))
    assert (notice.state, notice.next_try_at) == (NoticeState.UNKNOWN, None)
    assert tell(notice).state == NoticeState.UNKNOWN
    assert len(messages(wechat)) <= 1


def test_killed_while_it_was_sent_it_is_not_sent_again(order: Order, wechat: Gateway) -> None:
    notice = the_only(order)
    leased = lease_notice(notice.pk)
    assert leased and note_sending(leased)
    assert tell(notice).state == NoticeState.UNKNOWN
    assert messages(wechat) == []


def test_a_token_that_holds_no_more_is_renewed_once(order: Order, wechat: Gateway) -> None:
    notice = the_only(order)
    wechat.behave(message_refusal=40001)
    put_off = tell(notice)
    assert (put_off.state, put_off.sent_at) == (NoticeState.WAITING, None)
    assert put_off.next_try_at > clock.now()
    wechat.behave(message_refusal=0)
    assert tell(notice).state == NoticeState.SENT


@pytest.mark.parametrize("errcode", [45009, 48001, 40164])
def test_what_is_not_about_this_message_is_tried_later(errcode: int, order: Order, wechat: Gateway) -> None:
    wechat.behave(message_refusal=errcode)
    notice = tell(the_only(order))
    assert (notice.state, notice.sent_at, notice.pk in list_due(clock.now(), (), 9)) == (
        "waiting",
        None,
        False,
    )
    assert notice.last_error
    wechat.behave(message_refusal=0)
    assert tell(notice).state == NoticeState.SENT


@pytest.mark.parametrize(
    ("errcode", "words"), [(47003, "模板"), (41030, "页面"), (40003, "买家"), (99999, "99999")]
)
def test_what_wechat_does_not_take_fails_with_a_sentence(
    errcode: int, words: str, order: Order, wechat: Gateway
) -> None:
    wechat.behave(message_refusal=errcode)
    notice = tell(the_only(order))
    assert (notice.state, words in notice.last_error) == (NoticeState.FAILED, True)
    assert Event.objects.get(verb="notice.fail").data["error"] == notice.last_error
    wechat.behave(message_refusal=0)


def test_before_the_message_itself_is_sent_every_failure_is_put_off(order: Order, wechat: Gateway) -> None:
    wechat.fail("html", "/cgi-bin/stable_token")
    notice = tell(the_only(order))
    assert (notice.state, notice.sent_at) == (NoticeState.WAITING, None)
    WeChatAccount.objects.update(mini_secret="other")
    assert "AppID" in tell(notice).last_error
    wechat.lend_credentials()
    assert tell(notice).state == NoticeState.SENT


def test_after_its_time_nobody_is_told(order: Order, wechat: Gateway) -> None:
    notice = the_only(order)
    BuyerNotice.objects.filter(pk=notice.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert tell(notice).state == NoticeState.DROPPED
    assert Event.objects.get(verb="notice.drop").data["untold"] == "late"
    assert messages(wechat) == []


def test_a_template_that_was_taken_out_meanwhile_is_not_used(order: Order, wechat: Gateway) -> None:
    notice = the_only(order)
    set_up(template_shipped="")
    assert tell(notice).state == NoticeState.DROPPED
    assert Event.objects.get(verb="notice.drop").data["untold"] == "not_set_up"


@pytest.mark.parametrize(("template", "words"), [(UNKNOWN, "会议地点"), ("gone" * 8, "模板")])
def test_a_template_that_does_not_fit_fails_and_says_why(
    template: str, words: str, order: Order, wechat: Gateway
) -> None:
    notice = the_only(order)
    set_up(template_shipped=template)
    failed = tell(notice)
    assert (failed.state, words in failed.last_error) == (NoticeState.FAILED, True)
    assert messages(wechat) == []


def test_undone_between_lease_and_sending_it_is_not_sent(
    order: Order, wechat: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = the_only(order)

    def undo_first(leased: BuyerNotice) -> bool:
        undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
        the_only(order)
        return note_sending(leased)

    monkeypatch.setattr("orders.notices.tasks.note_sending", undo_first)
    tell_buyer(notice.pk)
    assert the_only(order).state == NoticeState.DROPPED
    assert messages(wechat) == []


def test_without_a_page_the_message_opens_nothing(order: Order, wechat: Gateway) -> None:
    StoreSettings.objects.update(order_page="")
    assert tell(the_only(order)).state == NoticeState.SENT
    assert messages(wechat)[0]["page"] == ""
