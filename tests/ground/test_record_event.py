"""What one event holds, and which deliveries are written with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from shop import clock, queues
from shop.actor import SYSTEM, Actor, ActorKind
from shop.catalog.models import Product
from shop.events import registry
from shop.events.facts import check_facts, fits
from shop.events.models import Event, EventDelivery
from shop.events.services import record_event
from shop.store.choices import PayMethod

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wires")]
WANG = Actor(ActorKind.STAFF, id=7, name="王" * 90)


def record(actor: Actor = WANG, **kwargs: object) -> Event:
    with transaction.atomic():
        product = Product.objects.create(name="茶", created_at=clock.now(), version=3)
        event = record_event(product, "product.add", actor, **kwargs)
    return Event.objects.get(pk=event.pk)


def test_who_did_what_to_which_version_and_when() -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        event = record(before="a", after="b", data={"name": "x"})
        assert event.at == clock.now()
    assert (event.kind, event.verb, event.number) == ("product", "product.add", 3)
    assert (event.subject_id, event.order_id) == (Product.objects.get().pk, None)
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("staff", 7, "王" * 80)
    assert (event.before, event.after, event.data, event.sealed) == ("a", "b", {"name": "x"}, "")


@pytest.mark.parametrize(("data", "kept"), [({"name": "x"}, {"name": "x"}), (None, {})])
def test_a_second_person_stands_beside_whatever_else_is_said(data, kept) -> None:
    second = replace(WANG, id=8, name="李四")
    assert record(replace(WANG, second=second), data=data).data == kept | {"second": "李四"}
    assert record(data=data).data == kept


@pytest.mark.parametrize(
    "data", [{"nmae": "x"}, {"name": 1}, {"name": None}, {"added": "x"}, {"added": [1]}, {"second": "x"}]
)
def test_what_no_row_names_or_is_of_another_type_is_a_mistake_that_loses_nothing(
    data: dict[str, object], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TypeError, match=f"product.add holds what its row does not say: {next(iter(data))}"):
        record(data=data)
    settings.STRICT = False
    assert record(data=data).data == data
    assert f"product.add holds what its row does not say: {next(iter(data))}" in caplog.text


@pytest.mark.parametrize(
    ("value", "shape", "is_fitting"),
    [
        (1, int, True),
        (True, int, False),
        (True, bool, True),
        (PayMethod.COD, str, True),
        (None, str | None, True),
        (1, str | None, False),
        ({"1": 2}, dict[str, int], True),
        ({1: 2}, dict[str, int], False),
        ({"1": "2"}, dict[str, int], False),
        ({"1": [None]}, dict[str, object], True),
        ([{"id": True}], list[dict[str, object]], True),
        ({"1": 2, "2": "x"}, dict[str, int], False),
        ({}, dict[str, int], True),
        (("x",), list[str], False),
        (["x", 1], list[str], False),
        ([], list[str], True),
    ],
)
def test_a_fact_has_one_type_to_its_last_part(value: object, shape: object, is_fitting: bool) -> None:
    assert fits(value, shape) == is_fitting


def test_of_what_is_right_nothing_is_logged_and_a_verb_without_a_row_holds_nothing(caplog) -> None:
    check_facts("product.add", {"name": "x"})
    check_facts("nobody.knows", {})
    assert caplog.text == ""
    with pytest.raises(TypeError, match=r"nobody\.knows"):
        check_facts("nobody.knows", {"name": "x"})


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


def test_whom_it_does_not_concern_is_left_out() -> None:
    @registry.on("product.add", only=lambda product: product.name == "茶")
    def concerned(event: Event) -> None: ...

    @registry.on("product.add", only=lambda product: product.version > 3)
    def unconcerned(event: Event) -> None: ...

    record()
    assert [row.handler.rsplit(".", 1)[-1] for row in EventDelivery.objects.all()] == ["concerned"]


def test_handlers_and_timers_stay_inside_and_in_the_general_queue_unless_they_say_so() -> None:
    registry.on("a")(len)
    registry.on("b", outside=True, queue=queues.PAYMENTS, pushes=True)(sum)
    plain, told = registry.HANDLERS["builtins.len"], registry.HANDLERS["builtins.sum"]
    assert (plain.priority, plain.pushes, plain.outside, plain.queue) == (5, False, False, queues.GENERAL)
    assert plain.only is None
    assert (told.pushes, told.outside, told.queue) == (True, True, queues.PAYMENTS)
    registry.due("c", find=lambda *_: [])(len)
    registry.due("d", find=lambda *_: [], outside=True, queue=queues.PAYMENTS)(len)
    timers = [(timer.outside, timer.queue) for timer in registry.TIMERS.values()]
    assert timers == [(False, queues.GENERAL), (True, queues.PAYMENTS)]
