"""Hiring, changing, disabling: what the services allow whom."""

import pytest
from django.core.exceptions import ValidationError

from orders.payments.services.refunds import check_refund_limit
from shop.access import ROLES
from shop.actor import SYSTEM, Actor
from shop.events.models import Event
from shop.staff.models import StaffUser
from shop.staff.services import (
    change_staff,
    disable_staff,
    enable_staff,
    hire_staff,
    staff_actor,
)
from tests.cast import PASSWORD, actor_of, clerk, make_staff, make_store, open_shop, paid_order
from tests.expect import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]


def hire(actor: Actor, username: str = "wang", role: str = "order_clerk", **values: object) -> StaffUser:
    return hire_staff(username, display_name="小王", role=role, password=PASSWORD, actor=actor, **values)


def deputy(*capabilities: str, limit: int | None = None) -> Actor:
    """Somebody of a role that may manage staff but not everything."""
    rights = ROLES["order_clerk"] | {"staff.manage", *capabilities}
    return Actor(clerk().kind, id=0, name="副店长", capabilities=rights, refund_limit_fen=limit)


def last_event() -> Event:
    return Event.objects.filter(kind="staff").latest("id")


def test_hiring_is_on_the_record_and_the_password_is_not() -> None:
    user = hire(clerk(), refund_limit_fen=200_00)
    assert user.check_password(PASSWORD)
    event = last_event()
    assert (event.verb, event.subject_id, event.actor_name) == ("staff.hire", user.pk, "王店长")
    assert event.data == {
        "username": "wang",
        "role": "order_clerk",
        "refund_limit_fen": 200_00,
        "money_limit_fen": None,
        "store_ids": [],
    }


def test_a_password_that_a_colleague_knows_must_be_changed() -> None:
    assert hire(clerk()).must_change_password
    assert not hire(SYSTEM, "li").must_change_password


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"owner"}))
def test_only_the_owner_hires(role: str) -> None:
    with refused("forbidden", 403):
        hire(clerk(role))


def test_a_weak_password_is_refused() -> None:
    with pytest.raises(ValidationError):
        hire_staff("wang", display_name="小王", role="support", password="12345", actor=clerk())


@pytest.mark.parametrize("username", ["wang", "WANG", "ｗａｎｇ"])
def test_a_user_name_is_given_once_however_it_is_written(username: str) -> None:
    hire(clerk())
    with refused("username_taken"):
        hire(clerk(), username)


def test_nobody_gives_more_rights_than_they_have() -> None:
    for role in ("owner", "finance", "warehouse"):
        with refused("more_rights", 403):
            hire(deputy(), role=role)
    hire(deputy(), role="order_clerk")


@pytest.mark.parametrize("limit", [None, 500_01])
def test_nobody_gives_a_higher_refund_limit_than_their_own(limit: int | None) -> None:
    rights = tuple(ROLES["finance"])
    with refused("more_rights", 403):
        hire(deputy(*rights, limit=500_00), role="finance", refund_limit_fen=limit)
    hire(deputy(*rights, limit=500_00), role="finance", refund_limit_fen=500_00)


@pytest.mark.parametrize("role", ["order_clerk", "support", "warehouse", "finance", "manager"])
def test_an_owner_with_a_limit_hires_nobody_without_one_who_can_make_money_go_back(role: str) -> None:
    owner = clerk(limit=500_00)
    with refused("more_rights", 403):
        hire(owner, role=role)
    hire(owner, role=role, refund_limit_fen=500_00)


def test_who_can_neither_cancel_nor_refund_nor_settle_cases_needs_no_limit() -> None:
    hire(clerk(limit=500_00), role="store_clerk", store_ids=[make_store().pk])


def test_a_change_says_what_was_before() -> None:
    user = make_staff("support")
    changed = change_staff(user.pk, {"role": "finance", "refund_limit_fen": 100_00}, actor=clerk())
    assert (changed.role, changed.refund_limit_fen) == ("finance", 100_00)
    assert last_event().data == {
        "before": {"role": "support", "refund_limit_fen": None},
        "after": {"role": "finance", "refund_limit_fen": 100_00},
    }


def test_saving_what_is_there_already_records_nothing() -> None:
    user = make_staff("support")
    change_staff(user.pk, {"role": "support"}, actor=clerk())
    assert not Event.objects.exists()


def test_other_columns_cannot_be_written() -> None:
    user = make_staff("support")
    change_staff(user.pk, {"is_active": False, "username": "x", "password": "x"}, actor=clerk())
    user.refresh_from_db()
    assert user.is_active and user.username != "x" and user.check_password(PASSWORD)


def test_somebody_elses_change_in_between_is_not_overwritten() -> None:
    user = make_staff("support")
    change_staff(user.pk, {"role": "finance"}, actor=clerk())
    with refused("stale"):
        change_staff(user.pk, {"role": "warehouse"}, actor=clerk(), expected_version=0)


def test_nobody_changes_somebody_with_more_rights() -> None:
    owner, manager = make_staff("owner"), make_staff("manager")
    for user in (owner, manager):
        with refused("more_rights", 403):
            change_staff(user.pk, {"role": "order_clerk"}, actor=deputy())
        with refused("more_rights", 403):
            disable_staff(user.pk, reason="离职", actor=deputy())


def test_nobody_raises_their_own_role() -> None:
    me = make_staff("order_clerk")
    actor = Actor(clerk().kind, id=me.pk, name="我", capabilities=deputy().capabilities)
    with refused("more_rights", 403):
        change_staff(me.pk, {"role": "manager"}, actor=actor)


def test_an_owner_with_a_limit_cannot_lift_it() -> None:
    make_staff("owner")
    me = make_staff("owner")
    StaffUser.objects.filter(pk=me.pk).update(refund_limit_fen=100_00)
    me.refresh_from_db()
    with refused("more_rights", 403):
        change_staff(me.pk, {"refund_limit_fen": None}, actor=actor_of(me))


def test_the_last_owner_stays_owner() -> None:
    me = make_staff("owner")
    with refused("last_owner"):
        change_staff(me.pk, {"role": "manager"}, actor=actor_of(me))
    make_staff("owner")
    assert change_staff(me.pk, {"role": "manager"}, actor=actor_of(me)).role == "manager"


def test_a_disabled_owner_does_not_count() -> None:
    me, gone = make_staff("owner"), make_staff("owner")
    disable_staff(gone.pk, reason="离职", actor=actor_of(me))
    with refused("last_owner"):
        change_staff(me.pk, {"role": "manager"}, actor=actor_of(me))


def test_the_last_owner_cannot_be_disabled() -> None:
    owner = make_staff("owner")
    with refused("last_owner"):
        disable_staff(owner.pk, reason="离职", actor=clerk(id_=0))


def test_nobody_disables_themselves() -> None:
    me, _other = make_staff("owner"), make_staff("owner")
    with refused("own_account"):
        disable_staff(me.pk, reason="休息", actor=actor_of(me))


def test_disabling_and_enabling_say_why() -> None:
    user = make_staff("support")
    with refused("reason_required", 400):
        disable_staff(user.pk, reason="  ", actor=clerk())
    disable_staff(user.pk, reason="离职", actor=clerk())
    event = last_event()
    assert (event.verb, event.before, event.after) == ("staff.disable", "active", "disabled")
    assert event.data == {"reason": "离职"}
    with refused("already_done"):
        disable_staff(user.pk, reason="离职", actor=clerk())
    assert enable_staff(user.pk, reason="回来了", actor=clerk()).is_active
    assert last_event().verb == "staff.enable"


def test_who_is_not_there_is_not_found() -> None:
    with refused("not_found", 404):
        change_staff(987654, {"role": "support"}, actor=clerk())


def test_the_limit_set_here_is_the_one_that_refunds_ask() -> None:
    user = make_staff("finance")
    change_staff(user.pk, {"refund_limit_fen": 100_00}, actor=clerk())
    user.refresh_from_db()
    open_shop()
    order = paid_order()
    check_refund_limit(order, staff_actor(user), 100_00)
    with refused("over_refund_limit", 403):
        check_refund_limit(order, staff_actor(user), 100_01)
