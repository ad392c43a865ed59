"""WeChat is told once what was shipped; what it answers decides, and without an answer it is asked before."""

from datetime import timedelta

import pytest

from orders.models import Order
from orders.shipping.models import Parcel
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.wechat_report.models import ReportState, ShippingReport
from orders.wechat_report.selectors import list_due
from orders.wechat_report.services.answers import lease_report, note_sending
from orders.wechat_report.uploads import name_companies
from shop import clock
from shop.store.models import WeChatAccount
from tests import cast
from tests.gateway import Gateway
from tests.wechat_report.conftest import (
    UPLOAD,
    WAREHOUSE,
    content,
    know,
    left,
    numbers,
    shipments,
    switch,
    tell,
    the_only,
    verbs,
)


@pytest.fixture
def order(wechat: Gateway) -> Order:
    order = cast.shipped_order()
    know(order, wechat)
    return order


def replace(number: str) -> None:
    parcel = Parcel.objects.get()
    replace_number(parcel.pk, courier="SF", tracking_no=number, why=WhyReplaced.TYPED, actor=WAREHOUSE)


def test_one_parcel_that_holds_everything_is_told_whole(order: Order, wechat: Gateway) -> None:
    report = tell(the_only(order))
    assert (report.state, report.next_try_at, verbs(report)) == ("told", None, ["leave", "tell"])
    (entry,) = content(wechat)["shipping_list"]
    parcel = Parcel.objects.get()
    assert content(wechat)["delivery_mode"] == content(wechat)["logistics_type"] == 1
    assert (entry["tracking_no"], entry["express_company"]) == (parcel.tracking_no, "SF")
    assert entry["item_desc"].endswith("×1")
    assert entry["contact"]["receiver_contact"].endswith(order.phone[-4:])
    assert order.phone not in str(entry)


def test_told_again_it_stays_told(order: Order, wechat: Gateway) -> None:
    report = tell(the_only(order))
    assert tell(report).version == report.version
    assert len(shipments(wechat)) == 1


@pytest.mark.parametrize("errcode", [10060001, 10060012, 10060019])
def test_what_may_be_taken_later_is_tried_again_ever_more_seldom(
    errcode: int, order: Order, wechat: Gateway
) -> None:
    wechat.behave(shipping_refusal=errcode)
    report = tell(the_only(order))
    assert (report.state, report.sent_at) == ("waiting", None)
    assert report.next_try_at - clock.now() > timedelta(seconds=59)
    hour_ago = clock.now() - timedelta(hours=1)
    ShippingReport.objects.filter(pk=report.pk).update(asked_at=hour_ago)
    assert tell(report).next_try_at - clock.now() > timedelta(minutes=59)
    ShippingReport.objects.filter(pk=report.pk).update(asked_at=clock.now() - timedelta(days=1, hours=20))
    assert tell(report).next_try_at - clock.now() <= timedelta(days=1)
    wechat.behave(shipping_refusal=0)
    assert tell(report).state == ReportState.TOLD


def test_a_payment_that_stays_unknown_is_left_to_a_person(order: Order, wechat: Gateway) -> None:
    wechat.behave(shipping_refusal=10060001)
    report = the_only(order)
    ShippingReport.objects.filter(pk=report.pk).update(asked_at=clock.now() - timedelta(days=3))
    report = tell(report)
    assert (report.state, "10060001" in report.last_error) == ("failed", True)


def test_a_payment_of_just_now_is_not_known_at_once(order: Order, wechat: Gateway) -> None:
    wechat.behave(shipping_fresh_seconds=60)
    report = tell(the_only(order))
    assert (report.state, shipments(wechat)) == ("waiting", [])
    wechat.behave(shipping_fresh_seconds=0)
    assert tell(report).state == ReportState.TOLD


def test_nothing_new_is_as_good_as_told(order: Order, wechat: Gateway) -> None:
    wechat.behave(shipping_refusal=10060023)
    assert tell(the_only(order)).state == ReportState.TOLD


@pytest.mark.parametrize("errcode", [10060002, 10060003])
def test_what_wechat_takes_no_more_is_left_to_a_person(errcode: int, order: Order, wechat: Gateway) -> None:
    wechat.behave(shipping_refusal=errcode)
    report = tell(the_only(order))
    assert (report.state, report.next_try_at) == ("fixed", None)
    assert str(errcode) in report.last_error
    assert verbs(report) == ["leave", "fix"]


def test_what_somebody_entered_at_the_platform_counts_as_told(order: Order, wechat: Gateway) -> None:
    told = tell(the_only(order))
    ShippingReport.objects.filter(pk=told.pk).update(taken={}, wanted={})
    wechat.behave(shipping_refusal=10060002)
    replace("SF0000000000077")
    number = Parcel.objects.get().tracking_no
    text = shipments(wechat)[0]["content"].replace(numbers(wechat)[0], number)
    wechat.server.world.ledger.write("UPDATE shipments SET content = ?", text)
    assert tell(the_only(order)).state == ReportState.TOLD


@pytest.mark.parametrize(
    ("errcode", "words"),
    [
        (10060004, "发货"),
        (10060009, "公众平台"),
        (10060014, "快递公司"),
        (10060031, "AppID"),
        (268485216, "时间"),
    ],
)
def test_what_wechat_does_not_take_fails_with_a_sentence(
    errcode: int, words: str, order: Order, wechat: Gateway
) -> None:
    wechat.behave(shipping_refusal=errcode)
    report = tell(the_only(order))
    assert (report.state, report.next_try_at, report.sent_at) == ("failed", None, None)
    assert words in report.last_error and str(errcode) in report.last_error


@pytest.mark.parametrize("errcode", [48001, 45009, 40164])
def test_what_is_not_about_this_payment_puts_all_off(errcode: int, order: Order, wechat: Gateway) -> None:
    other = the_only(cast.shipped_order())
    ShippingReport.objects.filter(pk=other.pk).update(next_try_at=clock.now(), asked_at=clock.now())
    wechat.behave(shipping_refusal=errcode)
    report = tell(the_only(order))
    assert (report.state, report.sent_at) == ("waiting", None)
    assert list_due(clock.now() + timedelta(minutes=59), (), 9) == []
    assert set(list_due(clock.now() + timedelta(minutes=61), (), 9)) == {report.pk, other.pk}


def test_a_token_that_holds_no_more_is_renewed(order: Order, wechat: Gateway) -> None:
    report = the_only(order)
    tell(the_only(cast.shipped_order()))
    wechat.behave(revoke_tokens=True)
    assert tell(report).state == ReportState.TOLD


@pytest.mark.parametrize("kind", ["timeout_after", "truncated", "html"])
def test_without_an_answer_wechat_is_asked_what_it_knows(kind: str, order: Order, wechat: Gateway) -> None:
    wechat.fail(kind, UPLOAD)
    report = tell(the_only(order))
    assert (report.state, bool(report.sent_at)) == ("unknown", True)
    moment = shipments(wechat)[0]["moment"]
    report = tell(report)
    assert (report.state, verbs(report)) == ("told", ["leave", "lose", "tell"])
    assert (shipments(wechat)[0]["moment"], shipments(wechat)[0]["corrections"]) == (moment, 0)


@pytest.mark.parametrize("kind", ["timeout_before", "error_500"])
def test_what_did_not_arrive_is_sent_again(kind: str, order: Order, wechat: Gateway) -> None:
    wechat.fail(kind, UPLOAD)
    report = tell(the_only(order))
    assert (report.state, shipments(wechat)) == ("unknown", [])
    first = report.upload_at
    report = tell(report)
    assert (report.state, len(shipments(wechat))) == ("told", 1)
    assert report.upload_at > first


def test_while_wechat_does_not_say_what_it_knows_it_is_not_told(order: Order, wechat: Gateway) -> None:
    wechat.fail("timeout_before", UPLOAD)
    report = tell(the_only(order))
    wechat.fail("timeout_before", "/wxa/sec/order/get_order")
    report = tell(report)
    assert (report.state, bool(report.sent_at), shipments(wechat)) == ("unknown", True, [])


def test_killed_while_it_was_sent_wechat_is_asked_first(order: Order, wechat: Gateway) -> None:
    report = the_only(order)
    ShippingReport.objects.filter(pk=report.pk).update(asked_at=clock.now())
    leased = lease_report(report.pk)
    assert leased and note_sending(leased, name_companies(leased))
    assert lease_report(report.pk) is None
    report = tell(report)
    assert (report.state, verbs(report)) == ("told", ["leave", "tell"])


def test_changed_without_an_answer_the_correction_follows(order: Order, wechat: Gateway) -> None:
    wechat.fail("timeout_after", UPLOAD)
    report = tell(the_only(order))
    replace("SF0000000000078")
    assert the_only(order).state == ReportState.UNKNOWN
    report = tell(report)
    assert (report.state, report.taken["parcels"] == report.wanted["parcels"]) == ("waiting", False)
    report = tell(report)
    assert (report.state, numbers(wechat)) == ("told", ["SF0000000000078"])


def test_wechat_is_corrected_once(order: Order, wechat: Gateway) -> None:
    report = tell(the_only(order))
    replace("SF0000000000079")
    report = the_only(order)
    assert (report.state, report.next_try_at > clock.now()) == ("waiting", True)
    assert tell(report).state == ReportState.TOLD
    replace("SF0000000000080")
    report = tell(the_only(order))
    assert (report.state, numbers(wechat)) == ("fixed", ["SF0000000000079"])
    replace("SF0000000000081")
    assert the_only(order).state == ReportState.FIXED


def test_switched_off_nothing_is_told(order: Order, wechat: Gateway) -> None:
    report = the_only(order)
    switch(wechat_report_on=False)
    assert tell(report).state == ReportState.WAITING
    assert shipments(wechat) == []
    assert left(cast.shipped_order()) == []


def test_wechat_without_an_account_is_asked_later(order: Order, wechat: Gateway) -> None:
    report = the_only(order)
    WeChatAccount.objects.all().delete()
    report = tell(report)
    assert (report.state, bool(report.last_error)) == ("waiting", True)


def test_the_stand_in_refuses_a_time_that_does_not_grow(order: Order, wechat: Gateway) -> None:
    tell(the_only(order))
    wechat.server.world.ledger.write("UPDATE shipments SET moment = moment + 3600")
    replace("SF0000000000082")
    report = tell(the_only(order))
    assert (report.state, "268485216" in report.last_error) == ("failed", True)
