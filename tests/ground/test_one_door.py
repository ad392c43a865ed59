"""What holds of every table of moves, and that nobody writes a subject past the door."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from shop.access import CAPABILITIES
from shop.actor import ActorKind
from shop.events.models import Versioned
from shop.moves.table import MOVES, SUBJECTS, Move, Subject, register, stateless

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
    return [path for room in ("shop", "orders", "notifications") for path in (ROOT / room).rglob("*.py")]


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


def test_what_staff_do_asks_for_a_capability_that_there_is() -> None:
    by_staff = [move for move in MOVES.values() if ActorKind.STAFF in move.who]
    assert {move.verb for move in by_staff if not move.capability} == set(FREE)
    named = {name for move in by_staff for name in (move.capability, *move.part_of) if name}
    assert named <= set(CAPABILITIES)


def test_what_is_pressed_has_an_icon_and_a_name() -> None:
    from shop.urls import urlpatterns  # noqa: PLC0415 - with it every button is known

    assert urlpatterns
    from orders.desk.buyers.forms import ACTIONS as OF_BUYERS  # noqa: PLC0415
    from orders.desk.order.actions import ACTIONS as OF_ORDERS  # noqa: PLC0415
    from shop.staff.person_actions import CHANGE, DISABLE, ENABLE  # noqa: PLC0415

    for action in (*OF_ORDERS.values(), *OF_BUYERS, CHANGE, DISABLE, ENABLE):
        assert action.icon_name or action.anchor, action.verb
        assert str(action.heading) and str(action.pressed) and str(action.button), action.verb


def test_steps_lead_to_states_that_there_are() -> None:
    for subject in SUBJECTS.values():
        states = {"", *subject.states}
        for move in subject.moves:
            assert {*move.steps, *move.steps.values()} <= states, move.verb


def test_a_verb_stands_in_one_table() -> None:
    known = SUBJECTS["sku"]
    again = Subject(known.model, "x", (stateless("sku.change", "x", frozenset()),), "x")
    with pytest.raises(ValueError, match=r"sku\.change stands in two tables"):
        register(again)
    assert isinstance(MOVES["sku.change"], Move) and SUBJECTS["sku"] is known
