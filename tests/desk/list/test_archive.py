"""The archive: what ended long ago leaves the lists and their counts, and is found by every search."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Alert, AlertKind
from orders.archive import Archive, find_archive, is_archived, is_kept
from orders.desk.list import counts
from orders.desk.list.bulk import BULK, TENDING, collect_orders, count_results
from orders.desk.list.counts import count_tabs
from orders.desk.list.filters import Filters, Tab
from orders.desk.list.selectors import get_page, search
from orders.models import Order
from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.models import Refund, RefundState
from orders.services.steps import receive_order
from orders.stages import AftersaleMark, Stage
from shop import clock
from shop.actor import SYSTEM
from shop.store.models import StoreSettings
from tests.cast import clerk, make_customer, paid_order, place, shipped_order
from tests.console import page_with
from tests.desk.list.test_list import numbers

URL = "/console/orders/"
NOW = timezone.make_aware(datetime(2026, 6, 30, 12))


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    counts.forget_full()
    StoreSettings.objects.update(archive_days=30)
    yield
    counts.forget_full()


def done(at: datetime, *, placed: datetime | None = None, **kwargs: Any) -> Order:
    with clock.at(placed or at):
        order = shipped_order(**kwargs)
    with clock.at(at):
        return receive_order(order.pk, actor=clerk())


def closed(at: datetime) -> Order:
    with clock.at(at):
        return cancel_unpaid(place().pk, actor=clerk())


def ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


def shown(query: dict[str, str], **cursors: str) -> list[Order]:
    filters = Filters(query)
    return get_page(filters, search(filters, actor=SYSTEM), actor=SYSTEM, **cursors).orders


def refund(order: Order, state: RefundState) -> Refund:
    row = {"payment": order.payments.get(), "order": order, "number": f"{order.number}R-1", "amount_fen": 100}
    return Refund.objects.create(**row, reason="x", state=state, created_at=clock.now())


class TestWhen:
    """Days are counted in the shop's time zone, from the day on which the order ended."""

    @pytest.mark.parametrize("end", [done, closed])
    def test_an_order_leaves_once_more_than_so_many_days_have_passed(self, end: Any) -> None:
        midnight = clock.start_of_day(NOW.date() - timedelta(days=30))
        last, first = end(midnight - timedelta(seconds=1)), end(midnight)
        with clock.at(NOW):
            assert shown({}) == [first]
            assert shown({"tab": "archived"}) == [last]
            assert [is_archived(order, actor=SYSTEM) for order in (last, first)] == [True, False]
        with clock.at(NOW + timedelta(days=1)):
            assert shown({}) == []
            assert shown({"tab": "archived"}) == [first, last]

    def test_what_is_not_over_stays_however_old(self) -> None:
        with clock.at(ago(400)):
            orders = [place(), paid_order(), shipped_order()]
        assert shown({}) == orders[::-1]
        assert shown({"tab": "archived"}) == []

    def test_one_that_was_placed_long_ago_and_ended_since_stays(self) -> None:
        late = done(ago(3), placed=ago(90))
        assert shown({}) == shown({"tab": "done"}) == [late]
        assert count_tabs(SYSTEM, find_archive()).tabs[Tab.DONE] == 1

    def test_without_days_nothing_is_archived(self, owner: Client) -> None:
        StoreSettings.objects.update(archive_days=0)
        order = done(ago(900))
        assert (find_archive(), shown({})) == (None, [order])
        assert shown({"tab": "archived"}) == []
        assert "tab=archived" not in page_with(200, owner.get(URL))


class TestWhatStays:
    def test_a_refund_under_way_keeps_its_order_until_it_is_done(self) -> None:
        order = done(ago(60))
        row = refund(order, RefundState.FAILED)
        assert shown({}) == [order]
        assert count_tabs(SYSTEM, find_archive()).tabs[Tab.DONE] == 1
        assert not is_archived(order, actor=SYSTEM)
        Refund.objects.filter(pk=row.pk).update(state=RefundState.DONE)
        assert shown({}) == []
        assert count_tabs(SYSTEM, find_archive()).tabs[Tab.DONE] == 0
        assert is_archived(order, actor=SYSTEM)

    def test_an_open_alert_keeps_its_order_until_it_is_handled(self) -> None:
        order, other = closed(ago(60)), closed(ago(60))
        alert = Alert.objects.create(
            kind=AlertKind.LATE_PAYMENT, order=order, event_id=1, event_number=1, raised_at=clock.now()
        )
        Alert.objects.create(kind=AlertKind.LOW_STOCK, event_id=2, event_number=1, raised_at=clock.now())
        assert shown({}) == [order]
        assert shown({"tab": "archived"}) == [other]
        Alert.objects.filter(pk=alert.pk).update(handled_at=clock.now(), handled_how="person")
        assert shown({"tab": "archived"}) == [other, order]

    def test_an_open_after_sale_keeps_its_order(self) -> None:
        order = done(ago(60))
        Order.objects.filter(pk=order.pk).update(aftersale_mark=AftersaleMark.OPEN)
        assert [found.pk for found in shown({})] == [order.pk]
        assert Order.objects.filter(is_kept()).count() == 1


class TestLists:
    def test_what_is_archived_is_in_no_other_tab_and_in_no_count(self, owner: Client) -> None:
        old = [done(ago(50)), closed(ago(40))]
        new = [done(ago(20)), closed(ago(10)), paid_order()]
        assert numbers(owner) == [order.number for order in new[::-1]]
        assert numbers(owner, "?tab=done") == [new[0].number]
        assert numbers(owner, "?tab=closed") == [new[1].number]
        assert numbers(owner, "?tab=archived") == [order.number for order in old[::-1]]
        assert numbers(owner, "?tab=archived&stage=closed") == [old[1].number]
        found = count_tabs(SYSTEM, find_archive()).tabs
        assert (found[Tab.ALL], found[Tab.DONE], found[Tab.CLOSED]) == (3, 1, 1)
        assert [tab["count"] for tab in owner.get(URL).context["tabs"]] == [
            "3",
            "0",
            "1",
            "0",
            "0",
            "1",
            "1",
            "",
        ]

    def test_the_last_page_and_an_empty_one_lead_to_what_fits_in_the_archive(self, owner: Client) -> None:
        done(ago(50))
        page = page_with(200, owner.get(f"{URL}?tab=done&pay=wechat"))
        assert 'href="/console/orders/?tab=archived&amp;stage=done&amp;pay=wechat"' in page
        assert "archived&amp;stage" not in page_with(200, owner.get(f"{URL}?tab=closed"))
        assert "archived&amp;stage" not in page_with(200, owner.get(f"{URL}?tab=done&pay=cod"))

    def test_pages_go_over_the_edge_and_back_without_gaps(self) -> None:
        orders = [done(ago(2), placed=ago(90 - n)) if n % 3 else done(ago(80)) for n in range(12)]
        with clock.at(ago(70)):
            orders.insert(0, paid_order())
        refund(orders[1], RefundState.PROCESSING)
        orders += [done(ago(1)) for _ in range(12)]
        kept = [order for order in orders if not is_archived(order, actor=SYSTEM)]
        assert len(kept) == 22
        expected = sorted((order.pk for order in kept), reverse=True)
        filters, cursor, found = Filters({"size": "20"}), "", []
        while True:
            page = get_page(filters, None, actor=SYSTEM, older=cursor)
            found += [order.pk for order in page.orders]
            if not page.older:
                break
            cursor = page.older
        assert found == expected
        back = get_page(filters, None, actor=SYSTEM, newer=str(expected[-1]))
        assert [order.pk for order in back.orders] == expected[1:21]

    def test_numbers_of_orders_need_not_rise_with_their_dates(self) -> None:
        """What is imported later may have been placed long before."""
        new, old = done(ago(3)), done(ago(60))
        assert new.pk < old.pk
        assert (shown({}), shown({"tab": "archived"})) == ([new], [old])

    def test_the_archive_turns_its_pages(self) -> None:
        orders = [done(ago(90 - n)) for n in range(23)]
        first = get_page(Filters({"tab": "archived"}), None, actor=SYSTEM)
        rest = get_page(Filters({"tab": "archived"}), None, actor=SYSTEM, older=first.older)
        assert [*first.orders, *rest.orders] == orders[::-1]


class TestSearch:
    def test_the_box_and_every_filter_that_looks_for_orders_find_it(self, owner: Client) -> None:
        customer = make_customer()
        order = done(ago(60), customer=customer)
        day = timezone.localdate(order.received_at)
        for query in (
            f"?q={order.number}",
            "?q=13800005678",
            f"?number={order.number}",
            "?phone=5678",
            f"?recipient={order.recipient}",
            f"?buyer={customer.pk}",
            f"?since={day}",
            f"?until={day}",
            f"?date=received&since={day}&until={day}",
            f"?product={order.lines.get().product_name}",
        ):
            response = owner.get(f"{URL}{query}")
            assert [row.order.number for row in response.context["rows"]] == [order.number], query
            rows = response.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
            assert "Archived" in rows

    def test_the_tab_takes_the_same_search_and_filters(self, owner: Client) -> None:
        order, other = done(ago(60)), closed(ago(60))
        done(ago(2))
        assert numbers(owner, f"?tab=archived&q={order.number}") == [order.number]
        assert numbers(owner, "?tab=archived&pay=wechat&phone=5678") == [other.number, order.number]
        assert numbers(owner, f"?tab=archived&since={timezone.localdate(ago(59))}") == []
        assert numbers(owner, "?tab=archived&remark=yes&above=9999") == []

    def test_its_page_says_so_and_offers_what_it_offered(self, owner: Client) -> None:
        old, new = done(ago(60)), done(ago(2))
        page, other = (owner.get(f"{URL}{order.number}/") for order in (old, new))
        assert "Archived" in page_with(200, page)
        assert "Archived" not in page_with(200, other)
        assert list(page.context["page"].offers) == list(other.context["page"].offers)


class TestBulk:
    def test_all_results_are_those_that_were_seen(self) -> None:
        old, new = done(ago(60)), done(ago(2))
        remark = next(action for action in TENDING if action.verb == "order.remark")
        assert count_results(Filters({}), remark, actor=SYSTEM) == 1
        assert count_results(Filters({"tab": "archived"}), remark, actor=SYSTEM) == 1
        for query, order in (("", new), ("tab=archived", old)):
            parameters = {
                "filter": dict(part.split("=") for part in query.split("&") if part),
                "newest": new.pk + old.pk,
            }
            found, cursor = [], ""
            while True:
                batch = collect_orders(remark, parameters, cursor, SYSTEM)
                found += [subject.id for subject in batch.subjects]
                if not (cursor := batch.cursor):
                    break
            assert found == [order.pk]

    def test_what_is_archived_can_be_chosen_one_by_one(self, owner: Client) -> None:
        order = done(ago(60))
        dialog = page_with(200, owner.get(f"{URL}bulk/remark/?number={order.number}"))
        assert "Remark on 1 order" in dialog
        assert BULK

    def test_exports_hold_it(self, owner: Client) -> None:
        done(ago(60)), done(ago(2))
        response = owner.get("/console/exports/new/?filter=tab%3Ddone")
        assert "2 orders are meant" in " ".join(page_with(200, response).split())
        assert "Archived orders are always part of it." in response.content.decode()


class TestSettings:
    def test_the_page_says_how_many_are_archived(self, owner: Client) -> None:
        done(ago(60)), closed(ago(60)), done(ago(3))
        assert "2 orders are archived now." in page_with(200, owner.get("/console/settings/"))

    def test_switched_off_it_says_how_many_it_would_be(self, owner: Client) -> None:
        StoreSettings.objects.update(archive_days=0)
        done(ago(200)), done(ago(60))
        words = "Nothing is archived; after 180 days it would be 1 order now."
        assert words in page_with(200, owner.get("/console/settings/"))


def test_a_stage_that_is_full_is_full_for_its_own_archive_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "CAP", 1)
    done(ago(60)), done(ago(60)), done(ago(2))
    assert count_tabs(SYSTEM).tabs[Tab.DONE] == 2
    assert count_tabs(SYSTEM, find_archive()).tabs[Tab.DONE] == 1


def test_a_stage_in_sight_is_in_parts_that_have_nothing_in_common() -> None:
    orders = [done(ago(60)), done(ago(60)), done(ago(2))]
    refund(orders[0], RefundState.FAILED)
    refund(orders[2], RefundState.FAILED)
    archive = find_archive()
    assert isinstance(archive, Archive)
    parts = [list(part) for part in archive.split(Order.objects.all(), Stage.DONE)]
    assert parts == [[orders[2]], [orders[0]]]
