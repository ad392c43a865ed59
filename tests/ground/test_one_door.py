"""What holds of every table of moves, and that nobody writes a subject past the door."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from orders.models import Order
from orders.stages import Stage
from shop.access import CAPABILITIES
from shop.actor import SYSTEM, Actor, ActorKind
from shop.catalog.models import Product
from shop.errors import Refused
from shop.events.models import Versioned
from shop.moves.services import begin, find_available, lock_row, lock_single, lock_subject, move
from shop.moves.table import MOVES, SUBJECTS, Move, Subject, register, stateless
from shop.staff.actions.rows import Action
from shop.store.models import StoreSettings
from tests.cast import clerk, make_sku, open_shop, paid_order
from tests.expect import refused

ROOT = Path(settings.BASE_DIR)
DOOR = "shop/moves/services.py"
PAST_THE_DOOR = {"shop/events/nightly.py"}
"""The comparing of the books lies below the door: it locks its one row itself."""
FREE = {
    "job.make": "each kind of job names its own",
    "job.confirm": "each kind of job names its own",
    "job.cancel": "whose job it is decides the scope",
    "file.download": "whose file it is decides the scope",
    "staff.change_password": "everybody's own",
    "staff.sign_in": "everybody's own",
    "staff.end_sessions": "everybody's own; of others `lock_staff` asks for staff.manage",
    "customer.balance_pay": "a part of order.pay, which asks for orders.collect",
}
"""Verbs that staff do without a capability of the table, and why."""


def list_sources() -> list[Path]:
    return [
        path
        for room in ("shop", "orders", "pickup", "aftersales", "notifications", "seeding")
        for path in (ROOT / room).rglob("*.py")
    ]


def test_every_subject_of_events_has_a_table_and_every_verb_its_words() -> None:
    kinds = {model.subject_kind for model in apps.get_models() if issubclass(model, Versioned)}
    assert kinds == set(SUBJECTS)
    assert [verb for verb, move in MOVES.items() if not str(move.done)] == []


@pytest.mark.parametrize("writing", [r"\brecord_event\(", r"\.save_raised\("])
def test_versions_rise_and_events_are_recorded_by_the_door_alone(writing: str) -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in list_sources()
        if re.search(writing, path.read_text()) and "def " + writing[2:10] not in path.read_text()
    }
    defines = {"shop/events/services.py", "shop/events/models.py"}
    assert found - defines == {DOOR} | PAST_THE_DOOR


def test_a_fact_has_one_type_whatever_verb_holds_it() -> None:
    """Only what was replaced, and by what, is of the type of that thing."""
    shapes: dict[str, set[str]] = defaultdict(set)
    for rule in MOVES.values():
        for name, shape in rule.facts.items():
            shapes[name].add(str(shape))
    assert {name for name, found in shapes.items() if len(found) > 1} == {"before", "after"}
    assert "second" not in shapes


def test_what_staff_do_asks_for_a_capability_that_there_is() -> None:
    by_staff = [move for move in MOVES.values() if ActorKind.STAFF in move.who]
    assert {move.verb for move in by_staff if not move.capability} == set(FREE)
    named = {name for move in by_staff for name in (move.capability, *move.part_of) if name}
    assert named <= set(CAPABILITIES)


def list_actions() -> list[Action]:
    """The buttons that have an address."""
    views = [pattern.callback for pattern in walk(get_resolver())]
    return [view.action for view in views if hasattr(view, "action")]


def walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        yield from walk(pattern) if isinstance(pattern, URLResolver) else [pattern]


def test_what_is_pressed_has_an_icon_and_a_name() -> None:
    actions = list_actions()
    assert {action.verb.partition(".")[0] for action in actions} >= {"order", "customer", "staff"}
    for action in actions:
        assert action.icon_name or action.anchor, action.verb
        assert str(action.heading) and str(action.pressed) and str(action.button), action.verb


def test_steps_lead_to_states_that_there_are() -> None:
    for subject in SUBJECTS.values():
        states = {"", *subject.states}
        for rule in subject.moves:
            assert {*rule.steps, *rule.steps.values()} <= states, rule.verb


def test_a_verb_stands_in_one_table() -> None:
    known = SUBJECTS["sku"]
    again = Subject(known.model, "x", (stateless("sku.change", "x", frozenset()),), "x")
    with pytest.raises(ValueError, match=r"sku\.change stands in two tables"):
        register(again)
    assert isinstance(MOVES["sku.change"], Move) and SUBJECTS["sku"] is known


NEVER = Refused("never", "Not now.")


@pytest.mark.parametrize(
    "guards",
    [{"guards": (lambda _product: NEVER,)}, {"own_guards": {SYSTEM.kind: (lambda _product: NEVER,)}}],
)
def test_a_verb_that_begins_something_asks_its_guards_too(db: None, guards: dict[str, Any]) -> None:
    """A row that is not there yet can be refused as any other."""
    rule = replace(MOVES["product.add"], **guards)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Refused, match="Not now"):
        patch.setitem(MOVES, "product.add", rule)
        begin(Product(name="x"), "product.add", actor=SYSTEM)
    assert not Product.objects.exists()


def test_a_row_begins_in_the_state_of_its_verb_or_in_the_one_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "shop.moves.services.record_event", lambda *_said, after, data, **_more: (after, data)
    )
    buyer = Actor(ActorKind.CUSTOMER, id=1)
    for named, expected in (("", Stage.UNPAID), (Stage.PREPARING, Stage.PREPARING)):
        order = Order(stage=Stage.CLOSED)
        told: object = begin(order, "order.place", actor=buyer, state=named, data={"pieces": 1}, save=None)
        assert (told, order.stage) == ((expected, {"pieces": 1}), expected)


def test_a_guard_of_one_kind_of_actor_binds_no_other(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    product = make_sku().product
    rule = replace(MOVES["product.change"], own_guards={ActorKind.STAFF: (lambda _product: NEVER,)})
    monkeypatch.setitem(MOVES, "product.change", rule)
    for actor, expected in ((clerk(), NEVER), (SYSTEM, None)):
        found = find_available(product, "product.change", actor)
        assert found and found.refused is expected
    with refused("never"):
        lock_subject(Product, product.pk, "product.change", actor=clerk())
    assert lock_subject(Product, product.pk, "product.change", actor=SYSTEM) == product


@pytest.mark.parametrize("actor", [clerk("warehouse"), Actor(ActorKind.CUSTOMER, id=1)])
def test_and_whose_it_is_to_begin(actor: Actor) -> None:
    with refused("forbidden", 403):
        begin(Product(name="x"), "product.add", actor=actor, save=None)


def test_what_there_is_one_row_of_is_made_when_it_is_asked_for_first(db: None) -> None:
    assert not StoreSettings.objects.exists()
    assert lock_single(StoreSettings, "settings.change", actor=clerk(), expected_version=0).version == 0
    assert StoreSettings.objects.get().pk == 1


def test_what_was_checked_under_the_lock_is_not_asked_again_and_any_other_verb_is(db: None) -> None:
    product = make_sku().product
    asked: list[str] = []
    rule = replace(MOVES["product.change"], guards=(lambda _product: asked.append("guard"),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MOVES, "product.change", rule)
        locked = lock_subject(Product, product.pk, "product.change", actor=SYSTEM)
        move(locked, "product.change", actor=SYSTEM)
        assert asked == ["guard"]
        move(locked, "product.change", actor=SYSTEM)
        assert asked == ["guard", "guard"]


def test_what_a_timer_did_is_not_called_done_by_it(db: None) -> None:
    open_shop()
    order = paid_order()
    move(lock_row(Order, order.pk), "order.run_short", actor=SYSTEM, changes={"is_short": True})
    with refused("stale") as caught:
        lock_subject(Order, order.pk, "order.confirm", actor=clerk(), expected_version=order.version)
    assert "已于" in str(caught.value) and str(MOVES["order.run_short"].done) in str(caught.value)
    Order.objects.filter(pk=order.pk).update(is_short=False)
