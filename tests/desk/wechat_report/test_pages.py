"""What WeChat is told as people see it: the list with its sums, one report, the order's page, home and alerts."""

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import Alert, AlertKind
from orders.wechat_report.models import HeldState, ShippingReport, Standing
from orders.wechat_report.services.pressing import let_report_be, retry_report
from shop import clock
from shop.events.delivery import drain
from tests import cast
from tests.console import browser, page_with
from tests.wechat_report.conftest import make_report, refuse, switch, the_only

URL = "/console/orders/wechat/"


@pytest.fixture(autouse=True)
def report(owner: Client, sent_tasks: object) -> ShippingReport:
    switch(wechat_report_on=True)
    return make_report(cast.paid_order())


def test_the_list_says_what_wechat_refused_and_why(owner: Client, report: ShippingReport) -> None:
    page = page_with(200, owner.get(URL))
    assert report.last_error in page and f"{URL}{report.pk}/" in page
    assert "WeChat was not told" in page and "Send all again" in page
    assert f"{URL}{report.pk}/" not in page_with(200, owner.get(URL, {"show": "waiting"}))


def test_money_that_wechat_keeps_is_summed_and_listed(owner: Client, report: ShippingReport) -> None:
    ShippingReport.objects.update(held_state=HeldState.SETTLING, checked_at=clock.now())
    page = page_with(200, owner.get(URL, {"show": "held6"}))
    assert f"¥{report.payment.amount_fen / 100:.2f}" in page and "1 payment<" in page
    assert f"{URL}{report.pk}/" in page


@pytest.mark.parametrize("show", ["", "x", "held9", "held1'"])
def test_a_tab_that_is_none_is_the_first(show: str, owner: Client, report: ShippingReport) -> None:
    assert report.last_error in page_with(200, owner.get(URL, {"show": show}))


def test_the_page_says_how_the_shop_stands_with_wechat(owner: Client) -> None:
    assert "has not been asked yet" in page_with(200, owner.get(URL))
    Standing.objects.create(pk=1, is_managed=False)
    assert "does not manage the trade" in page_with(200, owner.get(URL))
    Standing.objects.update(is_managed=True, last_error="WeChat could not be reached.")
    assert "could not be reached" in page_with(200, owner.get(URL))
    switch(wechat_report_on=False)
    assert "switched off" in page_with(200, owner.get(URL))


def test_one_report_is_sent_again_or_left(owner: Client, report: ShippingReport) -> None:
    page = page_with(200, owner.get(f"{URL}{report.pk}/"))
    assert report.wanted["parcels"][0]["goods"] in page
    owner.post(reverse("orders:retry_report", args=[report.pk]), {"version": report.version})
    report.refresh_from_db()
    assert (report.state, report.last_error) == ("waiting", "")
    assert page_with(200, owner.get(f"{URL}{report.pk}/")).count("Next try") == 1


def test_all_that_was_refused_is_sent_again_at_once(owner: Client) -> None:
    make_report(cast.paid_order())
    page = page_with(200, owner.post(f"{URL}again/", follow=True))
    assert "2 reports are sent again." in page
    assert set(ShippingReport.objects.values_list("state", flat=True)) == {"waiting"}


def test_the_order_says_it_beside_its_payment(owner: Client, report: ShippingReport) -> None:
    address = f"/console/orders/{report.order.number}/"
    page = page_with(200, owner.get(address))
    assert report.last_error in page and reverse("orders:retry_report", args=[report.pk]) in page
    ShippingReport.objects.update(state="told", told_at=clock.now(), last_error="")
    assert "Told WeChat" in page_with(200, owner.get(address))
    assert f"{URL}{report.pk}/" not in page_with(200, browser("support").get(address))


def ring() -> ShippingReport:
    report = refuse(the_only(cast.shipped_order()))
    drain()
    alert = Alert.objects.get(kind=AlertKind.WECHAT_UNTOLD, order=report.order_id)
    assert alert.handled_at is None
    return report


def test_it_rings_and_stops_when_somebody_sees_to_it() -> None:
    retry_report(ring().pk, actor=cast.clerk())
    let_report_be(ring().pk, actor=cast.clerk())
    drain()
    ringing = Alert.objects.filter(kind=AlertKind.WECHAT_UNTOLD, handled_at=None)
    assert not ringing.exists() and Alert.objects.filter(kind=AlertKind.WECHAT_UNTOLD).count() >= 2
