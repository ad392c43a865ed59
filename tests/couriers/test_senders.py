"""Where the shop ships from: senders are added, changed, chosen, laid aside."""

from typing import Any

import pytest

from shop.couriers.models import Sender
from shop.couriers.services import senders
from shop.couriers.services.senders import (
    add_sender,
    change_sender,
    choose_sender,
    retire_sender,
    take_up_sender,
)
from shop.events.models import Event
from shop.moves.services import begin
from tests.cast import SENDER, clerk, make_sender
from tests.expect import refused

pytestmark = pytest.mark.django_db
MANAGER = clerk("manager")
OTHER = clerk("manager", name="李经理", id_=2)


def find_default() -> int:
    return Sender.objects.get(is_default=True).pk


def test_the_first_sender_is_the_default_and_the_second_is_not() -> None:
    first, second = make_sender(), make_sender(name="李仓管")
    assert (first.is_default, second.is_default) == (True, False)
    assert Event.objects.filter(verb="sender.add").count() == 2


def test_who_was_overtaken_by_another_first_sender_is_asked_to_look_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def come_second(sender: Sender, *args: Any, **kwargs: Any) -> None:
        Sender.objects.create(**SENDER, is_default=True)
        begin(sender, *args, **kwargs)

    monkeypatch.setattr(senders, "begin", come_second)
    with refused("stale"):
        make_sender()


def test_a_change_is_recorded_with_what_it_replaced() -> None:
    sender = make_sender()
    change_sender(sender.pk, SENDER | {"postcode": "310000"}, actor=MANAGER, expected_version=1)
    change = Event.objects.get(verb="sender.change")
    assert change.data == {"before": {"postcode": "311113"}, "after": {"postcode": "310000"}}


def test_what_is_saved_as_it_was_is_no_event() -> None:
    sender = make_sender()
    assert change_sender(sender.pk, SENDER, actor=MANAGER, expected_version=1).version == 1


def test_a_form_that_a_colleague_overtook_is_refused() -> None:
    sender = make_sender()
    change_sender(sender.pk, {"postcode": "310000"}, actor=OTHER)
    with refused("stale"):
        change_sender(sender.pk, {"postcode": "310001"}, actor=MANAGER, expected_version=1)
    sender.refresh_from_db()
    assert sender.postcode == "310000"


def test_another_sender_takes_the_place_of_the_default() -> None:
    first, second = make_sender(), make_sender()
    choose_sender(second.pk, actor=MANAGER)
    assert find_default() == second.pk
    first.refresh_from_db()
    told = Event.objects.filter(kind="sender", subject_id=first.pk).order_by("number")
    assert list(told.values_list("verb", flat=True)) == ["sender.add", "sender.step_back"]


def test_the_default_is_retired_only_after_another_was_chosen() -> None:
    first, second = make_sender(), make_sender()
    with refused("is_default"):
        retire_sender(first.pk, actor=MANAGER)
    choose_sender(second.pk, actor=MANAGER)
    retire_sender(first.pk, actor=MANAGER)
    assert list(Sender.objects.filter(is_in_use=True)) == [second]


def test_a_retired_sender_is_chosen_only_when_it_was_taken_up_again() -> None:
    make_sender()
    sender = make_sender()
    retire_sender(sender.pk, actor=MANAGER)
    for again in (choose_sender, retire_sender):
        with refused("not_in_use"):
            again(sender.pk, actor=MANAGER)
    take_up_sender(sender.pk, actor=MANAGER)
    choose_sender(sender.pk, actor=MANAGER)
    assert find_default() == sender.pk


def test_what_is_so_already_is_not_done_twice() -> None:
    sender = make_sender()
    with refused("is_default"):
        choose_sender(sender.pk, actor=MANAGER)
    with refused("already_done"):
        take_up_sender(sender.pk, actor=MANAGER)


def test_a_button_that_a_colleague_overtook_is_refused() -> None:
    make_sender()
    sender = make_sender()
    change_sender(sender.pk, {"postcode": "310000"}, actor=OTHER)
    for press in (choose_sender, retire_sender):
        with refused("stale"):
            press(sender.pk, actor=MANAGER, expected_version=1)


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support", "finance", "store_clerk"])
def test_only_owner_and_manager_set_senders_up(role: str) -> None:
    make_sender()
    sender, actor = make_sender(), clerk(role)
    with refused("forbidden", 403):
        add_sender(SENDER, actor=actor)
    with refused("forbidden", 403):
        change_sender(sender.pk, {"postcode": "310000"}, actor=actor)
    for press in (choose_sender, retire_sender):
        with refused("forbidden", 403):
            press(sender.pk, actor=actor)
    assert Sender.objects.count() == 2
