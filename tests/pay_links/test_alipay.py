"""Alipay by a payment link: which browser is offered it, how it pays there, and one payment beside WeChat's."""

from urllib.parse import parse_qs, urlsplit

import pytest

from orders.payments.models import LIVE, AttemptState, Channel, Payment, Refund
from orders.payments.services.attempts import start_payment
from orders.payments.tasks import query_payment
from orders.stages import Stage
from shop.demo.standins.wire import Problem
from shop.store.choices import PayMethod
from shop.store.models import AlipayAccount, StoreSettings
from tests import cast
from tests.console import page_with
from tests.expect import fresh
from tests.pay_links.links import (
    IN_WECHAT,
    ON_DESKTOP,
    ON_PHONE,
    PART,
    link_of,
    newest,
    opened,
    path_of,
    press,
)
from tests.payments.rows import again

IN_ALIPAY = "Mozilla/5.0 (iPhone) Mobile/15E148 AlipayClient/10.5.0"
WECHAT, ALIPAY = "Pay with WeChat", "Pay with Alipay"


def press_alipay(browser, link, **more):
    fen = fresh(link.order).owed_fen
    return browser.post(path_of(link), {"method": "alipay", "amount": str(fen)}, **more)


def led_to(part: str) -> str:
    return part.split('href="')[1].split('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize(
    ("agent", "offered"),
    [
        (IN_WECHAT, {WECHAT}),
        (IN_ALIPAY, {ALIPAY}),
        (ON_PHONE, {WECHAT, ALIPAY}),
        (ON_DESKTOP, {WECHAT, ALIPAY}),
    ],
)
def test_each_browser_is_offered_what_it_can_pay_by(alipay, agent, offered):
    page = page_with(200, opened(agent).get(path_of(link_of(cast.place()))))
    assert {words for words in (WECHAT, ALIPAY) if words in page} == offered


@pytest.mark.parametrize("off", ["switch", "test"])
def test_what_is_off_or_untested_is_neither_offered_nor_begun(alipay, off):
    if off == "switch":
        StoreSettings.objects.update(alipay_on=False)
    else:
        AlipayAccount.objects.update(tested_at=None)
    order = cast.place()
    link, browser = link_of(order), opened(ON_PHONE)
    assert ALIPAY not in page_with(200, browser.get(path_of(link)))
    assert press_alipay(browser, link).status_code == 400
    assert not order.attempts.exists()


@pytest.mark.parametrize("agent", [ON_PHONE, IN_ALIPAY])
def test_a_phone_is_led_to_alipay_and_back(alipay, agent):
    order = cast.place()
    link, browser = link_of(order), opened(agent)
    url = led_to(page_with(200, press_alipay(browser, link, headers=PART)))
    assert parse_qs(urlsplit(url).query)["return_url"][0].endswith(path_of(link))
    attempt = newest(order)
    assert (attempt.method, attempt.channel) == (PayMethod.ALIPAY, Channel.CODE)
    alipay.pay(url)
    query_payment(attempt.pk)
    assert "Paid" in page_with(200, browser.get(path_of(link)))
    assert fresh(order).stage == Stage.TO_CONFIRM
    assert Payment.objects.get().method == PayMethod.ALIPAY


def test_a_desktop_shows_a_code_and_the_phone_opens_the_same_payment(alipay):
    order = cast.place()
    link = link_of(order)
    part = page_with(200, press_alipay(opened(ON_DESKTOP), link, headers=PART))
    assert "data:image/png;base64," in part
    assert "Scan it with Alipay" in part
    press_alipay(opened(ON_PHONE), link)
    attempt = order.attempts.get()
    alipay.pay(attempt.code_url)
    query_payment(attempt.pk)
    assert fresh(order).stage == Stage.TO_CONFIRM


def test_changing_the_mind_ends_the_payment_before(alipay):
    order = cast.place()
    link, browser = link_of(order), opened(ON_DESKTOP)
    assert ALIPAY in page_with(200, press(browser, link, headers=PART))
    by_wechat = newest(order)
    assert WECHAT in page_with(200, press_alipay(browser, link, headers=PART))
    assert again(by_wechat).state == AttemptState.CLOSED
    with pytest.raises(Problem, match="closed"):
        alipay.do("scan", code_url=by_wechat.code_url, openid="anybody")
    by_alipay = newest(order)
    alipay.do("alipay-open", url=by_alipay.code_url)
    press(browser, link)
    assert again(by_alipay).state == AttemptState.CLOSED
    with pytest.raises(Problem):
        alipay.pay(by_alipay.code_url)
    assert order.attempts.filter(state__in=LIVE).count() == 1


def test_a_code_kept_from_before_that_is_paid_too_goes_back(alipay):
    """Alipay cannot close what nobody has opened: who pays it later has paid twice, and gets it back."""
    order = cast.place()
    link, browser = link_of(order), opened(ON_DESKTOP)
    press_alipay(browser, link)
    kept = newest(order)
    press(browser, link)
    shown = newest(order)
    alipay.do("scan", code_url=shown.code_url, openid="passer-by")
    query_payment(shown.pk)
    alipay.pay(kept.code_url)
    query_payment(kept.pk)
    assert [payment.counts for payment in Payment.objects.order_by("pk")] == [True, False]
    assert Refund.objects.get().amount_fen == kept.amount_fen


def test_in_wechat_a_payment_by_alipay_counts_as_begun_elsewhere(alipay):
    order = cast.place()
    link = link_of(order)
    press_alipay(opened(ON_DESKTOP), link)
    assert "begun in another place" in page_with(200, opened(IN_WECHAT).get(path_of(link)))


def test_an_order_by_alipay_has_one_payment_on_both_screens(alipay):
    order = alipay.place()
    start_payment(order.pk, actor=cast.buyer(order))
    press_alipay(opened(ON_DESKTOP), link_of(order))
    assert order.attempts.count() == 1


def test_without_an_answer_it_says_so_and_the_next_press_goes_on(alipay):
    order = cast.place()
    link, browser = link_of(order), opened(ON_PHONE)
    alipay.fail_at("create", "timeout_after")
    assert "Alipay does not answer" in page_with(503, press_alipay(browser, link, headers=PART))
    alipay.recover()
    press_alipay(browser, link)
    assert order.attempts.get().code_url
