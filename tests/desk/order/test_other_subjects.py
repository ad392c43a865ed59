"""What belongs to an order stands on its timeline in its own words, and is no step of the order itself."""

import pytest
from django.utils import translation

from notifications.models import Alert, AlertKind
from notifications.services import raise_alert
from orders.desk.order.stage_line import make_stage_line
from orders.desk.timeline import make_timeline
from orders.models import Order
from shop import clock
from shop.events.models import Event
from shop.moves.services import lock_row
from tests.cast import open_shop, paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    open_shop()
    with translation.override("en"):
        yield


def of_another(order: Order, **facts: object) -> Event:
    """An event of something that belongs to the order, whose number is not the order's."""
    values = {"kind": "job", "subject_id": 77, "number": 1, "before": "running", "after": "done"} | facts
    return Event.objects.create(
        order_id=order.pk, verb="job.finish", actor_kind="system", at=clock.now(), **values
    )


def test_its_states_are_no_stages_of_the_order() -> None:
    order = paid_order()
    events = list(Event.objects.of_order(order.pk))
    before = make_stage_line(order, events)
    for state in ("closed", "done", "confirmed"):
        events.append(of_another(order, subject_id=len(events) + 100, after=state))
    assert make_stage_line(order, events) == before


def test_the_timeline_calls_its_states_as_its_own_table_does() -> None:
    order = paid_order()
    entry = make_timeline([of_another(order)], [])[0]
    assert entry.words == "Job finished"
    assert (entry.stage_change.before, entry.stage_change.after) == ("Running", "Finished")


def test_an_alert_about_it_is_one_of_its_order() -> None:
    order = paid_order()
    lock_row(Order, order.pk)
    raise_alert(AlertKind.URGE, of_another(order))
    assert Alert.objects.get(kind=AlertKind.URGE).order == order
