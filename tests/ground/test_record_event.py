"""What one event holds, and which deliveries are written with it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from shop import clock, queues
from shop.actor import SYSTEM, Actor, ActorKind
from shop.catalog.models import Product
from shop.events import registry
from shop.events.models import Event, EventDelivery
from shop.events.services import record_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wires")]
WANG = Actor(ActorKind.STAFF, id=7, name="王" * 90)


def record(actor: Actor = WANG, **kwargs: object) -> Event:
    with transaction.atomic():
        product = Product.objects.create(name="茶", created_at=clock.now(), version=3)
        event = record_event(product, "product.add", actor, **kwargs)
    return Event.objects.get(pk=event.pk)


def test_who_did_what_to_which_version_and_when() -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        event = record(before="a", after="b", data={"reason": "x"})
        assert event.at == clock.now()
    assert (event.kind, event.verb, event.number) == ("product", "product.add", 3)
    assert (event.subject_id, event.order_id) == (Product.objects.get().pk, None)
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("staff", 7, "王" * 80)
    assert (event.before, event.after, event.data, event.sealed) == ("a", "b", {"reason": "x"}, "")


@pytest.mark.parametrize(("data", "kept"), [({"reason": "x"}, {"reason": "x"}), (None, {})])
def test_a_second_person_stands_beside_whatever_else_is_said(data, kept) -> None:
    second = replace(WANG, id=8, name="李四")
    assert record(replace(WANG, second=second), data=data).data == kept | {"second": "李四"}
    assert record(data=data).data == kept


def test_each_handler_gets_a_delivery_that_is_due_at_once() -> None:
    @registry.on("product.add", priority=0)
    def first(event: Event) -> None: ...

    @registry.on("product.add", "product.change", outside=True, queue=queues.PAYMENTS, pushes=True)
    def second(event: Event) -> None: ...

    @registry.on("product.change")
    def another(event: Event) -> None: ...

    with clock.at(clock.now()):
        event = record(SYSTEM)
        rows = EventDelivery.objects.order_by("priority")
        assert [(row.event_id, row.priority, row.due_at, row.attempts) for row in rows] == [
            (event.pk, 0, clock.now(), 0),
            (event.pk, 5, clock.now(), 0),
        ]
    assert [row.handler.rsplit(".", 1)[-1] for row in rows] == ["first", "second"]


def test_handlers_and_timers_stay_inside_and_in_the_general_queue_unless_they_say_so() -> None:
    registry.on("a")(len)
    registry.on("b", outside=True, queue=queues.PAYMENTS, pushes=True)(sum)
    plain, told = registry.HANDLERS["builtins.len"], registry.HANDLERS["builtins.sum"]
    assert (plain.priority, plain.pushes, plain.outside, plain.queue) == (5, False, False, queues.GENERAL)
    assert (told.pushes, told.outside, told.queue) == (True, True, queues.PAYMENTS)
    registry.due("c", find=lambda *_: [])(len)
    registry.due("d", find=lambda *_: [], outside=True, queue=queues.PAYMENTS)(len)
    timers = [(timer.outside, timer.queue) for timer in registry.TIMERS.values()]
    assert timers == [(False, queues.GENERAL), (True, queues.PAYMENTS)]
