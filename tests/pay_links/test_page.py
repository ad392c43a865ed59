"""The page of a payment link: how each browser pays, what it says, and what it never says."""

from datetime import timedelta

import pytest

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.links.services import withdraw_pay_link
from orders.payments.models import AttemptState, Channel, PayAttempt, Payment
from orders.payments.services.attempts import start_payment
from orders.payments.services.native import find_native, start_native
from orders.stages import Stage
from shop import clock
from shop.demo.standins.wire import Problem
from shop.store.choices import PayMethod
from shop.store.models import WeChatAccount
from tests import cast
from tests.console import page_with
from tests.expect import count_queries, fresh
from tests.gateway import Gateway
from tests.pay_links.links import (
    CLERK,
    IN_WECHAT,
    ON_DESKTOP,
    ON_PHONE,
    PART,
    link_of,
    newest,
    opened,
    path_of,
    pay_there,
    press,
    take_transfers,
)
from tests.pickup.counter import unpaid

CHANNELS = {IN_WECHAT: Channel.NATIVE, ON_PHONE: Channel.H5, ON_DESKTOP: Channel.NATIVE}
MANAGER = cast.clerk("manager", name="王店长", id_=2)


@pytest.fixture
def world(gateway: Gateway) -> Gateway:
    return gateway


def seen_by(page: str) -> str:
    return page.split("?seen=")[1].split('"')[0]


@pytest.mark.parametrize("agent", CHANNELS)
def test_each_browser_pays_in_its_way_and_hears_of_it(world, agent):
    order = cast.place()
    link, browser = link_of(order), opened(agent)
    before = page_with(200, browser.get(path_of(link)))
    assert "Pay with WeChat" in before
    assert PayAttempt.objects.count() == 0
    part = page_with(200, press(browser, link, headers=PART))
    attempt = newest(order)
    assert (attempt.channel, attempt.amount_fen) == (CHANNELS[agent], order.owed_fen)
    assert ("data:image/png;base64," in part) == (attempt.channel == Channel.NATIVE)
    assert (f'href="{attempt.code_url.split("?")[0]}' in part) == (attempt.channel == Channel.H5)
    assert "<html" not in part
    path = path_of(link)
    assert browser.get(f"{path}?seen={seen_by(part)}", headers=PART).status_code == 204
    pay_there(world, attempt)
    paid = page_with(200, browser.get(f"{path}?seen={seen_by(part)}", headers=PART))
    assert "Paid" in paid
    assert "data-poll" not in paid
    assert (fresh(order).stage, fresh(order).owed_fen) == (Stage.TO_CONFIRM, 0)
    payment = Payment.objects.get()
    assert (payment.method, payment.store, payment.collected_by_kind) == ("wechat", None, "")
    assert newest(order).openid == "passer-by"


def test_without_scripts_the_press_leads_back_to_the_page(world):
    link, browser = link_of(cast.place()), opened(ON_DESKTOP)
    answer = press(browser, link)
    assert (answer.status_code, answer["Location"]) == (302, path_of(link))
    assert "data:image/png;base64," in page_with(200, browser.get(path_of(link)))


def test_reloading_pressing_again_and_a_second_phone_are_one_payment(world):
    order = cast.place()
    link = link_of(order)
    first, second = opened(ON_DESKTOP), opened(IN_WECHAT)
    for browser in (first, second, first):
        press(browser, link)
        page_with(200, browser.get(path_of(link)))
    assert order.attempts.count() == 1


def test_another_kind_of_browser_ends_the_one_before(world):
    order = cast.place()
    link = link_of(order)
    press(opened(ON_DESKTOP), link)
    code = newest(order)
    on_phone = opened(ON_PHONE)
    assert "begun in another place" in page_with(200, on_phone.get(path_of(link)))
    press(on_phone, link)
    code.refresh_from_db()
    assert (code.state, newest(order).channel) == (AttemptState.CLOSED, Channel.H5)
    with pytest.raises(Problem, match="closed"):
        world.do("scan", code_url=code.code_url, openid="anybody")


def test_the_mini_program_and_the_link_take_each_other_s_place(world):
    order = cast.place()
    link = link_of(order)
    before = world.open(order)
    press(opened(ON_DESKTOP), link)
    before.refresh_from_db()
    assert before.state == AttemptState.CLOSED
    code = newest(order)
    start_payment(order.pk, actor=cast.buyer(order))
    code.refresh_from_db()
    assert (code.state, newest(order).channel) == (AttemptState.CLOSED, Channel.JSAPI)


def test_the_counter_does_not_take_the_link_s_code_for_its_own(world):
    order = unpaid(pay_method=PayMethod.COD)
    press(opened(ON_DESKTOP), link_of(order))
    assert find_native(order) is None
    start_native(order.pk, actor=CLERK)
    assert [a.state for a in order.attempts.order_by("pk")] == [AttemptState.CLOSED, AttemptState.OPEN]


def test_a_price_that_changes_ends_the_payment_and_the_page_says_the_new_one(world):
    order = cast.place()
    link, browser = link_of(order), opened(ON_DESKTOP)
    before_fen = order.owed_fen
    seen = seen_by(page_with(200, press(browser, link, headers=PART)))
    code = newest(order)
    change_price(order.pk, goods_fen=1_00, freight_fen=0, reason="熟客", actor=MANAGER)
    page = page_with(200, browser.get(f"{path_of(link)}?seen={seen}", headers=PART))
    assert "The amount has changed" in page
    assert "¥1.00" in page
    with pytest.raises(Problem, match="closed"):
        world.do("scan", code_url=code.code_url, openid="anybody")
    refusal = page_with(409, press(browser, link, before_fen, headers=PART))
    assert "The amount has changed: it is ¥1.00 now." in refusal
    assert order.attempts.count() == 1
    press(browser, link, 1_00)
    assert newest(order).amount_fen == 1_00


def test_a_lost_answer_is_asked_for_again_under_the_same_number(world):
    order = cast.place()
    link, browser = link_of(order), opened(ON_PHONE)
    world.fail("timeout_after", "/v3/pay/transactions/h5")
    assert "does not answer" in page_with(503, press(browser, link, headers=PART))
    world.recover()
    press(browser, link)
    attempt = order.attempts.get()
    assert attempt.code_url
    assert world.calls(attempt.number)["create"] == 2


def test_from_another_address_it_is_a_payment_of_its_own(world):
    """Where the phone is on the net is part of what the gateway was told: the same number cannot say another one."""
    order = cast.place()
    link = link_of(order)
    world.fail("timeout_after", "/v3/pay/transactions/h5")
    press(opened(ON_PHONE), link, REMOTE_ADDR="192.0.2.1")
    world.recover()
    press(opened(ON_PHONE), link, REMOTE_ADDR="192.0.2.2")
    states = [attempt.state for attempt in order.attempts.order_by("pk")]
    assert states == [AttemptState.CLOSED, AttemptState.OPEN]


def test_what_opens_wechat_is_good_for_five_minutes(world):
    order = cast.place()
    link, browser = link_of(order), opened(ON_PHONE)
    press(browser, link)
    first = newest(order)
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert "Pay with WeChat" in page_with(200, browser.get(path_of(link)))
        press(browser, link)
    assert newest(order).pk != first.pk
    assert world.trade(first.number)["state"] == "CLOSED"


def test_a_link_that_is_none_any_more_says_so(world):
    order = cast.place()
    link, browser = link_of(order), opened(ON_PHONE)
    withdraw_pay_link(order.pk, actor=CLERK)
    for answer in (browser.get(path_of(link)), press(browser, link)):
        assert "not valid any more" in page_with(410, answer)
    assert "does not exist" in page_with(404, browser.get("/p/AAAAAAAAAAAAAAAAAAAAAA/"))
    assert PayAttempt.objects.count() == 0


def test_who_guesses_waits_with_the_right_one_too(world):
    link, browser = link_of(cast.place()), opened(ON_PHONE)
    heard = [browser.get(f"/p/{number:022d}/").status_code for number in range(16)]
    assert heard == [404] * 15 + [429]
    # The right one waits as well: nothing tells it from a wrong one.
    assert browser.get(path_of(link)).status_code == 429
    assert opened(ON_PHONE).get(path_of(link), REMOTE_ADDR="192.0.2.9").status_code == 200


def test_closed_and_too_late_say_so_and_begin_nothing(world):
    closed, late = cast.place(), cast.place()
    links, browser = [link_of(closed), link_of(late)], opened(ON_PHONE)
    cancel_unpaid(closed.pk, reason="不要了", actor=CLERK)
    assert "This order is closed" in page_with(200, browser.get(path_of(links[0])))
    assert (
        press(browser, links[0], 100).status_code == 302 or press(browser, links[0], 100).status_code == 409
    )
    with clock.at(late.pay_by):
        assert "The time to pay has passed" in page_with(200, browser.get(path_of(links[1])))
        assert press(browser, links[1]).status_code == 409
    assert PayAttempt.objects.count() == 0


@pytest.mark.parametrize(
    "posted", [{}, {"method": "cash", "amount": "1"}, {"method": "wechat", "amount": "x"}]
)
def test_a_press_that_was_made_up_is_refused(world, posted):
    link = link_of(cast.place())
    assert opened(ON_PHONE).post(path_of(link), posted).status_code == 400
    assert PayAttempt.objects.count() == 0


def test_a_press_too_often_waits(world):
    order = cast.place()
    link, browser = link_of(order), opened(ON_DESKTOP)
    heard = {press(browser, link, 1).status_code for _ in range(12)}
    assert heard == {409, 429}


def test_without_wechat_pay_it_says_whom_to_ask(world):
    link = link_of(cast.place())
    WeChatAccount.objects.update(tested_at=None)
    page = page_with(200, opened(ON_PHONE).get(path_of(link)))
    assert "Please ask the shop" in page
    assert "<form" not in page


def test_a_transfer_shows_the_account_and_the_collection_code(world):
    take_transfers(collection_code="pictures/x.jpg")
    page = page_with(200, opened(ON_PHONE).get(path_of(link_of(cast.place(pay_method=PayMethod.TRANSFER)))))
    for text in ("招商银行", "山野集", "6225 8888", 'src="/media/pictures/x.jpg"', "in the mini-program"):
        assert text in page
    assert "6225" not in page_with(200, opened(ON_PHONE).get(path_of(link_of(cast.place()))))


def test_it_holds_nothing_about_the_buyer_or_the_goods(world):
    customer = cast.make_customer("微信昵称")
    order = cast.place(customer, remark="不要辣")
    link, browser = link_of(order), opened(ON_PHONE)
    pages = [page_with(200, browser.get(path_of(link))), page_with(200, press(browser, link, headers=PART))]
    line, home = order.lines.get(), cast.HOME
    private = [home.recipient, home.phone, home.phone[-4:], home.city, home.detail, "微信昵称", "不要辣"]
    private += [line.product_name, line.sku_name, order.number, customer.openid]
    for page in pages:
        # The number of the attempt stands nowhere either; only the end of the order's.
        shown = page.replace(newest(order).code_url, "")
        assert [text for text in private if text and text in shown] == []
        assert f"ending in {order.number[-4:]}" in page


def test_nobody_keeps_it_finds_it_or_runs_other_scripts(world):
    link = link_of(cast.place())
    answer = opened(ON_PHONE).get(path_of(link))
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "strict-origin"
    assert answer["X-Robots-Tag"] == "noindex"
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src=") == 1


def test_it_is_chinese_where_nobody_says_otherwise(world):
    link = link_of(cast.place())
    page = page_with(200, opened(ON_PHONE).get(path_of(link), headers={"accept-language": "zh-CN"}))
    assert "微信支付付款" in page
    assert 'lang="zh-hans"' in page


def test_a_look_asks_the_database_little(world):
    link, browser = link_of(cast.place()), opened(ON_DESKTOP)
    press(browser, link)
    assert count_queries(lambda: browser.get(path_of(link))) <= 6
