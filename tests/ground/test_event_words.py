"""What the record says of an event: a line for each value, in the words of the subject's own fields."""

from typing import Any

import pytest

from shop.actor import ActorKind
from shop.events.models import Event
from shop.events.words import NOTHING, describe_actor, describe_data
from shop.store.choices import OverdueRule
from shop.store.models import StoreSettings

pytestmark = pytest.mark.usefixtures("in_english")


def lines(data: dict[str, Any], model: Any = StoreSettings) -> list[tuple[str, str, str]]:
    """(label, after, before) of every part."""
    return [
        (str(part.label), part.after, part.before)
        for part in describe_data(Event(kind="x", data=data), model)
    ]


def value_of(value: Any, name: str = "x", model: Any = None) -> str:
    ((_label, after, _before),) = lines({name: value}, model)
    return after


def test_each_changed_field_has_its_name_and_both_values() -> None:
    data = {
        "before": {"shop_name": "山野集", "freight_fen": 0},
        "after": {"shop_name": "新名字", "freight_fen": 1000},
    }
    assert lines(data) == [("Shop name", "新名字", "山野集"), ("Flat freight", "¥10.00", "¥0.00")]


def test_a_field_that_was_nowhere_before_has_a_dash_there() -> None:
    assert lines({"after": {"shop_name": "山"}}) == [("Shop name", "山", NOTHING)]
    assert lines({"before": None, "after": {"shop_name": "山"}}) == [("Shop name", "山", NOTHING)]


def test_a_choice_is_told_by_its_words() -> None:
    data = {
        "before": {"overdue_rule": OverdueRule.NOTHING},
        "after": {"overdue_rule": OverdueRule.CLOSE},
    }
    after, before = OverdueRule.CLOSE.label, OverdueRule.NOTHING.label
    assert lines(data) == [("When the time to ship is over", str(after), str(before))]
    assert value_of("close", "overdue_rule") == "close"


def test_one_value_alone_needs_no_name() -> None:
    assert lines({"before": "a", "after": "b"}) == [("", "b", "a")]
    assert lines({"after": "b"}) == [("", "b", NOTHING)]
    assert lines({"before": "a"}) == [("", NOTHING, "a")]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("reason", "Reason"),
        ("second", "Second person"),
        ("looked_at", "Orders looked at"),
        ("broken", "Contradictions"),
        ("amount_fen", "Amount"),
        ("shop_name", "Shop name"),
        ("unheard_of", "Unheard_of"),
    ],
)
def test_a_value_is_called_as_people_call_it(name: str, label: str) -> None:
    assert lines({name: "x"}) == [(label, "x", "")]


def test_without_a_model_its_own_name_must_do() -> None:
    assert lines({"shop_name": "山"}, None) == [("Shop_name", "山", "")]


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "on"), (False, "off"), (7, "7"), (0, "0"), ("茶", "茶"), ([1, 2], "1, 2"), ({"3": 4}, "3 4")],
)
def test_values_in_words(value: Any, words: str) -> None:
    assert value_of(value) == words


def test_the_names_in_a_list_of_fields_are_told_as_fields() -> None:
    assert value_of(["shop_name", "reason"], "fields", StoreSettings) == "Shop name, Reason"
    assert value_of(["shop_name"], "skus", StoreSettings) == "shop_name"


def test_only_whole_numbers_of_fen_are_money() -> None:
    assert value_of(1234, "amount_fen") == "¥12.34"
    assert value_of("1234", "amount_fen") == "1234"
    assert value_of(1234, "pieces") == "1234"


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_what_holds_nothing_takes_no_line(nothing: Any) -> None:
    assert lines({"reason": nothing}) == []


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_value_that_was_taken_away_is_seen(nothing: Any) -> None:
    assert lines({"before": {"x": "a"}, "after": {"x": nothing}}) == [("X", NOTHING, "a")]
    assert lines({"before": {"x": nothing}, "after": {"x": []}}) == [("X", "", NOTHING)]
    assert lines({"before": {"x": []}, "after": {"x": []}}) == []


def test_what_is_left_beside_before_and_after_follows_them() -> None:
    data = {"reason": "涨价", "before": {"x": 1}, "after": {"x": 2}}
    assert lines(data) == [("X", "2", "1"), ("Reason", "涨价", "")]


@pytest.mark.parametrize(
    ("kind", "name", "who"),
    [
        (ActorKind.SYSTEM, "system", "the system"),
        (ActorKind.GATEWAY, "gateway", "WeChat Pay"),
        (ActorKind.CUSTOMER, "小燕子", "the buyer"),
        (ActorKind.STAFF, "王店长", "王店长"),
        (ActorKind.STAFF, "", "staff"),
    ],
)
def test_colleagues_have_names_and_others_are_what_they_are(kind: str, name: str, who: str) -> None:
    assert describe_actor(Event(actor_kind=kind, actor_name=name)) == who
