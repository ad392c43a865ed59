"""What WeChat is told as people see it: the list with its sums, one report, the order's page, home and alerts."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import Alert, AlertKind
from orders.wechat_report.live import find_audible_reports
from orders.wechat_report.models import Company, CourierCompany, HeldState, ShippingReport, Standing
from orders.wechat_report.selectors import find_company
from orders.wechat_report.services.pressing import let_report_be, name_courier, retry_report
from orders.wechat_report.uploads import name_companies
from shop import clock
from shop.events.delivery import drain
from shop.live import ALL
from tests import cast
from tests.console import browser, page_with
from tests.expect import refused
from tests.wechat_report.conftest import lack_courier, make_report, refuse, switch, the_only

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


def test_a_courier_that_wechat_does_not_list_is_chosen_once_for_all(owner: Client) -> None:
    report = lack_courier(ShippingReport.objects.get())
    url = reverse("orders:name_courier", args=[report.pk])
    assert find_company("DBLKY") == ""
    assert url in page_with(200, owner.get(f"{URL}{report.pk}/"))
    dialog = page_with(200, owner.get(url, headers={"HX-Request": "true"}))
    assert "德邦快递" in dialog and 'value="DBLKY"' in dialog
    typed = {"courier": "DBLKY", "company": "DBL", "version": report.version}
    assert owner.post(url, typed).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.last_error) == ("waiting", "")
    assert name_companies(report)["parcels"][0]["company"] == find_company("DBLKY") == "DBL"
    assert "德邦快递" in page_with(200, owner.get(f"{URL}{report.pk}/"))


def test_others_that_lack_the_same_courier_go_on_too(owner: Client) -> None:
    report = lack_courier(ShippingReport.objects.get())
    other, same = make_report(cast.paid_order()), make_report(cast.paid_order())
    ShippingReport.objects.filter(pk=same.pk).update(wanted=report.wanted)
    name_courier(report.pk, courier="DBLKY", company="DBL", actor=cast.clerk())
    states = dict(ShippingReport.objects.values_list("pk", "state"))
    assert states == {report.pk: "waiting", same.pk: "waiting", other.pk: "failed"}


@pytest.mark.parametrize(
    "changes",
    [{"courier": "SF"}, {"courier": ""}, {"company": "NONE"}, {"company": ""}, {"company": "D" * 500}],
)
def test_only_what_is_offered_can_be_chosen(changes: dict[str, str], owner: Client) -> None:
    report = lack_courier(ShippingReport.objects.get())
    typed = {"courier": "DBLKY", "company": "DBL", "version": report.version} | changes
    answer = owner.post(reverse("orders:name_courier", args=[report.pk]), typed)
    assert answer.status_code == 422 and not CourierCompany.objects.exists()
    report.refresh_from_db()
    assert report.state == "failed"


def test_what_wechat_lists_no_longer_is_refused_and_counts_no_more() -> None:
    report = lack_courier(ShippingReport.objects.get())
    with refused("no_such_company"):
        name_courier(report.pk, courier="DBLKY", company="GONE", actor=cast.clerk())
    with refused("no_such_courier"):
        name_courier(report.pk, courier="SF1", company="DBL", actor=cast.clerk())
    name_courier(report.pk, courier="DBLKY", company="DBL", actor=cast.clerk())
    Company.objects.create(delivery_id="OTHERS", name="其他")
    Company.objects.filter(delivery_id="DBL").delete()
    assert find_company("DBLKY") == "OTHERS"


def test_where_nothing_lacks_the_button_is_not_there(owner: Client, report: ShippingReport) -> None:
    Company.objects.create(delivery_id="SF", name="顺丰速运")
    assert reverse("orders:name_courier", args=[report.pk]) not in page_with(
        200, owner.get(f"{URL}{report.pk}/")
    )


@pytest.mark.parametrize("path", ["", "{}/"])
def test_what_is_open_follows_wechat(path: str, owner: Client, report: ShippingReport) -> None:
    url = URL + path.format(report.pk)
    page = page_with(200, owner.get(url))
    found = re.search(r'"X-Seen": "([0-9a-f]{16})"', page)
    assert found and f'hx-get="{url}"' in page
    asked = {"HX-Request": "true", "X-Seen": found[1]}
    assert owner.get(url, headers=asked).status_code == 204
    # This column changes without any event.
    ShippingReport.objects.update(last_error="微信的新说法")
    part = page_with(200, owner.get(url, headers=asked))
    assert "微信的新说法" in part and "<html" not in part and found[1] not in part


def test_the_buttons_of_the_head_come_along(owner: Client, report: ShippingReport) -> None:
    anew = '<div class="page-actions" id="page-actions" hx-swap-oob="true">'
    pages = {URL: "Send all again", f"{URL}{report.pk}/": reverse("orders:retry_report", args=[report.pk])}

    def read_head(url: str) -> str:
        return page_with(200, owner.get(url, headers={"HX-Request": "true"})).partition(anew)[2]

    assert all(button in read_head(url) for url, button in pages.items())
    retry_report(report.pk, actor=cast.clerk())
    for url, button in pages.items():
        assert read_head(url) and button not in read_head(url)
        assert anew not in page_with(200, owner.get(url))


def test_who_ships_hears_of_the_list_and_of_what_they_see(report: ShippingReport) -> None:
    gone = report.pk + 1
    assert find_audible_reports(cast.clerk("warehouse"), [ALL, report.pk, gone]) == {ALL, report.pk}
    assert find_audible_reports(cast.clerk("warehouse"), [report.pk]) == {report.pk}
    assert find_audible_reports(cast.clerk("support"), [ALL, report.pk]) == set()


def test_a_change_of_one_is_told_to_who_looks_at_the_list(
    report: ShippingReport, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[str] = []
    monkeypatch.setattr("shop.live.push_soon", lambda _group, message: told.append(message["topic"]))
    with django_capture_on_commit_callbacks(execute=True):
        retry_report(report.pk, actor=cast.clerk())
    assert {f"shipping_report:{report.pk}", "shipping_report:0"} <= set(told) and "order:0" not in told
