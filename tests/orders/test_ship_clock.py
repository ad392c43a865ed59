"""The time to ship: a warning before its end and one at its end, once each, none for what is held or sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Alert, AlertKind
from orders.desk.labels import describe_deadline
from orders.models import Order
from orders.services.postponing import postpone_order
from orders.services.ship_clock import note_ship_over, note_ship_soon
from orders.services.steps import hold_order, release_order
from orders.shipping.services.ship import ship_order
from shop import clock
from shop.actor import SYSTEM
from shop.events.delivery import drain
from shop.events.models import Event
from shop.events.sweeping import sweep
from shop.store.choices import OverdueRule
from tests import cast
from tests.expect import fresh, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean", "sent_tasks", "in_english")]


@pytest.fixture(autouse=True)
def open_shop(db: None, sent_tasks: object) -> None:
    cast.open_shop(ship_within_hours=48)


def warn(order: Order, *, hours: float) -> list[str]:
    """What open alerts of shipping there are so many hours after now, once all timers have rung."""
    with clock.at(clock.now() + timedelta(hours=hours)):
        sweep()
        drain()
    kinds = (AlertKind.SHIP_SOON, AlertKind.SHIP_OVER)
    return list(order.alerts.filter(kind__in=kinds, handled_at=None).values_list("kind", flat=True))


def count_told(order: Order) -> dict[str, int]:
    events = Event.objects.filter(kind="order", subject_id=order.pk, verb__startswith="order.ship_")
    verbs = list(events.values_list("verb", flat=True))
    return {verb: verbs.count(verb) for verb in verbs}


def test_it_rings_a_day_before_and_at_the_end_once_each() -> None:
    order = cast.paid_order()
    assert warn(order, hours=23.9) == []
    assert warn(order, hours=24.1) == ["ship_soon"]
    assert warn(order, hours=30) == ["ship_soon"]
    assert warn(order, hours=48.1) == ["ship_over"]
    assert warn(order, hours=60) == ["ship_over"]
    assert count_told(order) == {"order.ship_soon": 1, "order.ship_over": 1}
    assert fresh(order).warn_at is None


def test_a_short_time_is_half_over_before_it_rings() -> None:
    cast.open_shop(ship_within_hours=12)
    order = cast.paid_order()
    assert warn(order, hours=5.9) == []
    assert warn(order, hours=6.1) == ["ship_soon"]


def test_a_look_of_the_clock_makes_no_form_too_old() -> None:
    order = cast.prepared_order()
    seen = order.version
    warn(order, hours=24.1)
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"), expected_version=seen)


def test_time_on_hold_is_respected_and_a_hold_ends_the_alert() -> None:
    order = cast.paid_order()
    assert warn(order, hours=24.1) == ["ship_soon"]
    hold_order(order.pk, reason="缺配件", actor=cast.clerk())
    drain()
    assert warn(order, hours=100) == []
    with clock.at(clock.now() + timedelta(hours=100)):
        release_order(order.pk, actor=cast.clerk())
        assert order.pk and fresh(order).warn_at == fresh(order).ship_by
    assert warn(order, hours=140) == []
    assert warn(order, hours=149) == ["ship_over"]


def test_shipping_ends_it() -> None:
    order = cast.prepared_order()
    assert warn(order, hours=49) == ["ship_over"]
    ship_order(order.pk, parcels=[cast.parcel()], actor=cast.clerk("warehouse"))
    drain()
    assert warn(order, hours=60) == []
    assert Alert.objects.get(kind=AlertKind.SHIP_OVER).handled_how == "moved"


def test_another_day_ends_it_too() -> None:
    order = cast.paid_order()
    assert warn(order, hours=24.1) == ["ship_soon"]
    later = timezone.localdate(clock.now()) + timedelta(days=9)
    postpone_order(order.pk, ship_on=later, actor=cast.clerk())
    drain()
    assert warn(order, hours=49) == []


def test_the_verbs_look_again_under_the_lock() -> None:
    order = cast.paid_order()
    with refused("not_due"):
        note_ship_soon(order.pk, actor=SYSTEM)
    with refused("not_due"):
        note_ship_over(order.pk, actor=SYSTEM)
    with clock.at(clock.now() + timedelta(hours=49)), refused("not_due"):
        note_ship_soon(order.pk, actor=SYSTEM)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (OverdueRule.NOTHING, "", ""),
        (OverdueRule.BUYER, "The buyer may cancel from", "The buyer may cancel alone"),
        (OverdueRule.CLOSE, "Will be refunded and closed at", "Will be refunded and closed at"),
    ],
)
def test_what_the_rule_will_do_is_told_before_it_does_it(rule: str, before: str, after: str) -> None:
    cast.open_shop(ship_within_hours=48, overdue_rule=rule)
    order = cast.paid_order()

    def tell(hours: float) -> str:
        deadline = describe_deadline(order, clock.now() + timedelta(hours=hours))
        assert deadline is not None
        return deadline.rule

    assert tell(1) == ""
    assert tell(30).startswith(before) and bool(tell(30)) == bool(before)
    assert tell(49).startswith(after) and bool(tell(49)) == bool(after)
    if rule == OverdueRule.CLOSE and order.ship_by:
        assert f"{timezone.localtime(order.ship_by):%m-%d %H:%M}" in tell(30)
