"""Two owners at once: one of them always stays."""

from shop.staff import services
from shop.staff.models import StaffUser
from shop.staff.services import change_staff, disable_staff
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together


def count_owners() -> int:
    return StaffUser.objects.filter(role="owner", is_active=True).count()


def disable_each_other():
    first, second = cast.make_staff("owner"), cast.make_staff("owner")
    return run_together(
        [
            lambda: disable_staff(second.pk, reason="离职", actor=cast.actor_of(first)),
            lambda: disable_staff(first.pk, reason="离职", actor=cast.actor_of(second)),
        ]
    )


def test_two_owners_who_disable_each_other_leave_one():
    assert codes_of(disable_each_other()) == ["last_owner", "ok"]
    assert count_owners() == 1


def test_two_owners_who_step_down_at_once_leave_one():
    owners = [cast.make_staff("owner") for _ in range(2)]
    acts = [lambda u=user: change_staff(u.pk, {"role": "manager"}, actor=cast.actor_of(u)) for user in owners]
    assert codes_of(run_together(acts)) == ["last_owner", "ok"]
    assert count_owners() == 1


def test_without_the_lock_nobody_would_be_left(monkeypatch):
    rendezvous, check = Rendezvous(2), services._check_owner_stays

    def check_and_wait(user):
        check(user)
        rendezvous.meet()

    monkeypatch.setattr(services, "lock_staff", lambda pk, _verb, **_options: StaffUser.objects.get(pk=pk))
    monkeypatch.setattr(services, "_check_owner_stays", check_and_wait)
    assert codes_of(disable_each_other()) == ["ok", "ok"]
    assert count_owners() == 0
