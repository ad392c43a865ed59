"""What a buyer is to be told is written down once, corrected, or over before it was told."""

from datetime import timedelta

from django.utils import timezone

from orders.desk.testing.services import place_test_order
from orders.models import Order
from orders.notices.erasure import erase_notices
from orders.notices.handlers import leave_notices
from orders.notices.models import BuyerNotice
from orders.notices.services.leaving import follow_order
from orders.payments.changes.cancelling import cancel_paid
from orders.payments.changes.difference import Difference
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.changes.waiving import waive_owed
from orders.services.postponing import postpone_order
from orders.shipping.models import Parcel
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import arrive_parcel, ship_order, undo_ship
from orders.shipping.services.together import ship_together
from shop import clock
from shop.customers.models import Customer
from shop.events.delivery import drain
from shop.events.models import Event
from tests import cast
from tests.conftest import find_broken_books
from tests.notices.conftest import WAREHOUSE, kinds_and_states, left, set_up, the_only, verbs


def replace(parcel: Parcel, number: str) -> None:
    replace_number(parcel.pk, courier="SF", tracking_no=number, why=WhyReplaced.TYPED, actor=WAREHOUSE)


def postpone(order: Order, days: int) -> None:
    day = timezone.localdate(clock.now()) + timedelta(days=days)
    postpone_order(order.pk, ship_on=day, actor=cast.clerk())


def test_each_parcel_leaves_one_whatever_is_told_again(sent_tasks: list[tuple[str, int]]) -> None:
    order = cast.shipped_order()
    parcel = Parcel.objects.get()
    notice = the_only(order)
    assert (notice.kind, notice.state, notice.parcel_id) == ("shipped", "waiting", parcel.pk)
    assert notice.facts == {"courier": parcel.courier, "tracking_no": parcel.tracking_no}
    assert ("tell_buyer", notice.pk) in sent_tasks
    leave_notices(Event.objects.get(verb="order.ship"))
    assert len(left(order)) == 1


def test_each_part_has_its_own() -> None:
    order = cast.prepared_order(basket={cast.make_sku().pk: 2})
    line = order.lines.get()
    ship_order(order.pk, parcels=[cast.parcel({line.pk: 1}) for _ in range(line.quantity)], actor=WAREHOUSE)
    assert line.quantity > 1
    assert kinds_and_states(order) == [("shipped", "waiting")] * line.quantity


def test_orders_in_one_parcel_leave_one_together() -> None:
    customer = cast.make_customer()
    lead, other = (cast.prepared_order(customer=customer) for _ in range(2))
    ship_together(lead.pk, others=[other.pk], parcels=[cast.parcel()], actor=WAREHOUSE)
    drain()
    assert BuyerNotice.objects.count() == 1


def test_a_parcel_taken_back_before_anybody_was_told_is_told_of_by_nobody() -> None:
    order = cast.shipped_order()
    first = the_only(order)
    undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
    assert kinds_and_states(order) == [("shipped", "dropped")]
    assert verbs(first) == ["leave", "drop"]
    ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
    assert kinds_and_states(order) == [("shipped", "dropped"), ("shipped", "waiting")]


def test_undone_before_the_event_was_carried_it_leaves_nothing() -> None:
    order = cast.shipped_order()
    undo_ship(Parcel.objects.get().pk, actor=WAREHOUSE)
    assert left(order) == []


def test_delivered_meanwhile_nobody_need_hear_that_it_was_sent() -> None:
    order = cast.shipped_order()
    assert len(left(order)) == 1
    arrive_parcel(Parcel.objects.get().pk, actor=WAREHOUSE)
    assert kinds_and_states(order) == [("shipped", "dropped")]


def test_another_number_corrects_what_waits_and_is_a_notice_of_its_own_after_that(wechat) -> None:
    order = cast.shipped_order()
    parcel = Parcel.objects.get()
    assert len(left(order)) == 1
    replace(parcel, "SF0000000000009")
    notice = the_only(order)
    assert (notice.facts["tracking_no"], verbs(notice)) == ("SF0000000000009", ["leave", "correct"])
    BuyerNotice.objects.filter(pk=notice.pk).update(sent_at=clock.now())
    replace(parcel, "SF0000000000010")
    assert [notice.kind for notice in left(order)] == ["shipped", "renumbered"]
    assert left(order)[1].facts["tracking_no"] == "SF0000000000010"


def test_events_carried_late_say_what_is_true_now() -> None:
    order = cast.shipped_order()
    parcel = Parcel.objects.get()
    replace(parcel, "SF0000000000009")
    assert the_only(order).facts["tracking_no"] == "SF0000000000009"


def test_a_day_later_is_told_and_the_last_one_counts() -> None:
    order = cast.prepared_order()
    postpone(order, 3)
    assert kinds_and_states(order) == [("postponed", "waiting")]
    postpone(order, 5)
    assert kinds_and_states(order) == [("postponed", "dropped"), ("postponed", "waiting")]
    day = timezone.localdate(clock.now()) + timedelta(days=5)
    assert left(order)[1].facts == {"day": str(day)}
    ship_order(order.pk, parcels=[cast.parcel()], actor=WAREHOUSE)
    assert kinds_and_states(order)[1:] == [("postponed", "dropped"), ("shipped", "waiting")]


def swap(order: Order, price_fen: int) -> None:
    line = order.lines.get()
    sku = cast.make_sku(price_fen=price_fen)
    change = Swap(line.pk, line.quantity, sku.pk, line.quantity)
    change_lines(order.pk, change, difference=Difference.SETTLE, actor=cast.clerk())


def test_dearer_goods_ask_for_the_rest_until_it_is_settled(gateway) -> None:
    order = cast.prepared_order()
    swap(order, 90_00)
    assert kinds_and_states(order) == [("owes", "waiting")]
    waive_owed(order.pk, reason="老客户", actor=cast.clerk())
    assert kinds_and_states(order) == [("owes", "dropped")]


def test_other_goods_at_the_same_price_are_told_and_so_is_a_cancellation(gateway) -> None:
    order = cast.prepared_order()
    swap(order, 35_00)
    assert kinds_and_states(order) == [("changed", "waiting")]
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    assert kinds_and_states(order) == [("changed", "dropped"), ("cancelled", "waiting")]


def test_without_a_template_the_record_says_why_nobody_was_told(
    sent_tasks: list[tuple[str, int]],
) -> None:
    set_up(template_shipped="")
    order = cast.shipped_order()
    notice = the_only(order)
    assert (notice.state, notice.next_try_at, verbs(notice)) == ("dropped", None, ["spare"])
    spared = Event.objects.get(verb="notice.spare")
    assert (spared.order_id, spared.data) == (order.pk, {"told": "shipped", "untold": "not_set_up"})
    assert ("tell_buyer", notice.pk) not in sent_tasks


def test_the_books_find_a_parcel_of_which_nobody_was_told() -> None:
    first, second = cast.shipped_order(), cast.shipped_order()
    assert len(left(first)) == len(left(second)) == 1
    kept = BuyerNotice.objects.get(order=second)
    BuyerNotice.objects.filter(pk=kept.pk).delete()
    assert [row[:4] for row in find_broken_books()] == ["B7.7"]
    BuyerNotice.objects.bulk_create([kept])
    BuyerNotice.objects.filter(pk=kept.pk).update(next_try_at=None)
    assert [row[:4] for row in find_broken_books()] == ["B7.6"]
    BuyerNotice.objects.filter(pk=kept.pk).update(next_try_at=kept.next_try_at)


def test_of_a_test_order_nobody_hears() -> None:
    cast.make_sku()
    order = place_test_order(actor=cast.clerk())
    day = timezone.localdate(clock.now()) + timedelta(days=3)
    postpone_order(order.pk, ship_on=day, actor=cast.clerk())
    assert left(order) == []


def test_an_erased_buyer_has_no_notices_left() -> None:
    order = cast.shipped_order()
    assert len(left(order)) == 1
    erase_notices(order.customer)
    assert not BuyerNotice.objects.exists()
    Customer.objects.filter(pk=order.customer_id).update(erased_at=clock.now())
    follow_order(Event.objects.get(verb="order.ship"))
    assert not BuyerNotice.objects.exists()
    Customer.objects.filter(pk=order.customer_id).update(erased_at=None)
    follow_order(Event.objects.get(verb="order.ship"))
    assert BuyerNotice.objects.count() == 1
