"""WeChat is asked whether it manages the trade, which couriers it knows, and which money it keeps."""

from datetime import timedelta

import pytest

from orders.wechat_report import tasks
from orders.wechat_report.models import Company, HeldState, ShippingReport, Standing
from orders.wechat_report.reporting import get_standing, is_reporting
from orders.wechat_report.selectors import list_held, list_standing_due, sum_held
from orders.wechat_report.tasks import check_wechat
from shop import clock
from shop.clients import wechat_shipping
from shop.store.models import WeChatAccount
from tests import cast
from tests.gateway import Gateway
from tests.wechat_report.conftest import know, left, switch, tell, the_only

LIST = "/wxa/sec/order/get_order_list"


def check() -> Standing:
    """All that is due, its time come."""
    Standing.objects.filter(pk=1).update(check_at=clock.now(), lease_until=None)
    check_wechat(1)
    return get_standing()


def told(wechat: Gateway, count: int = 1) -> list[ShippingReport]:
    orders = [cast.shipped_order() for _ in range(count)]
    for order in orders:
        know(order, wechat)
    return [tell(the_only(order)) for order in orders]


def test_a_shop_that_wechat_does_not_manage_tells_nothing(wechat: Gateway) -> None:
    wechat.behave(is_trade_managed=False)
    assert check().is_managed is False
    assert not is_reporting()
    assert left(cast.shipped_order()) == []
    wechat.behave(is_trade_managed=True)
    Standing.objects.update(ask_at=clock.now())
    assert check().is_managed is True
    assert len(left(cast.shipped_order())) == 1


def test_it_is_asked_at_once_and_then_each_day() -> None:
    assert list_standing_due(clock.now(), (), 9) == [1]
    check()
    assert list_standing_due(clock.now(), (), 9) == []
    assert list_standing_due(clock.now() + timedelta(hours=25), (), 9) == [1]
    switch(wechat_report_on=False)
    assert list_standing_due(clock.now() + timedelta(hours=25), (), 9) == []


def test_couriers_that_wechat_does_not_list_any_more_go() -> None:
    Company.objects.create(delivery_id="OLD", name="旧快递")
    Company.objects.create(delivery_id="SF", name="顺丰")
    check()
    assert not Company.objects.filter(delivery_id="OLD").exists()
    assert Company.objects.get(delivery_id="SF").name == "顺丰速运"


def test_money_that_wechat_keeps_is_told_by_its_state(wechat: Gateway) -> None:
    first, second = told(wechat, 2)
    unsent = the_only(cast.shipped_order())
    know(unsent.order, wechat)
    check()
    assert set(list_held("all", HeldState.SHIPPED)) == {first, second}
    assert list(list_held("all", HeldState.TO_SHIP)) == [unsent]
    sums = {row.state: (row.count, row.fen) for row in sum_held("all")}
    fen = first.payment.amount_fen + second.payment.amount_fen
    assert sums[HeldState.SHIPPED] == (2, fen)
    assert sums[HeldState.SETTLING] == (0, 0)


def test_it_goes_on_and_what_was_settled_is_kept_no_more(wechat: Gateway) -> None:
    (report,) = told(wechat)
    number = report.payment.attempt.number
    for state, held in ((6, HeldState.SETTLING), (4, None)):
        check()
        wechat.do("shipments", number=number, state=state)
        assert check().check_began_at is None
        report.refresh_from_db()
        assert report.held_state == held


def test_pages_are_read_to_the_end(wechat: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wechat_shipping, "PAGE_SIZE", 1)
    told(wechat, 3)
    check()
    assert list_held("all", HeldState.SHIPPED).count() == 3


def test_a_round_goes_on_where_it_was_broken_off(wechat: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wechat_shipping, "PAGE_SIZE", 1)
    monkeypatch.setattr(tasks, "PAGES_AT_ONCE", 2)
    told(wechat, 3)
    began = check().check_began_at
    assert began and list_held("all", HeldState.SHIPPED).count() == 1
    wechat.fail("error_500", LIST)
    broken = check()
    assert (broken.check_began_at, bool(broken.last_error)) == (began, True)
    assert check().check_began_at == began
    assert list_held("all", HeldState.SHIPPED).count() == 3
    assert check().check_began_at is None
    assert list_held("all", HeldState.SHIPPED).count() == 3


def test_a_shop_without_credentials_is_put_off() -> None:
    cast.open_shop(wechat_report_on=True)
    WeChatAccount.objects.all().delete()
    assert check().last_error
    assert list_standing_due(clock.now(), (), 9) == []
