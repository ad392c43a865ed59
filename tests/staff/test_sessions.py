"""Devices that are signed in: listed, seen, revoked at once; passwords end them."""

from datetime import timedelta

import pytest
from django.test import Client

from shop import clock
from shop.events.models import Event
from shop.staff.accounts import (
    change_password,
    end_session,
    end_sessions,
    make_password_once,
    reset_password,
)
from shop.staff.models import StaffSession, StaffUser
from shop.staff.services import disable_staff
from shop.staff.signing_in.devices import name_device
from tests.cast import PASSWORD, actor_of, clerk, make_staff
from tests.console import ENGLISH, sign_in
from tests.expect import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
LOGIN, HOME = "/console/staff/login/", "/console/"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
NEW = "river-stone-2027"


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def row_of(client: Client) -> StaffSession:
    return StaffSession.objects.get(pk=client.session.session_key)


def test_signing_in_keeps_whose_device_it_is_and_from_where() -> None:
    user = make_staff(username="wang")
    client = Client(headers={"user-agent": CHROME})
    client.post(LOGIN, {"username": "wang", "password": PASSWORD})
    row = row_of(client)
    assert (row.staff, row.ip, row.device) == (user, "127.0.0.1", "Chrome · Windows")
    assert row.session_key not in row.code


def test_signing_in_is_on_the_record() -> None:
    make_staff(username="wang")
    Client(headers={"user-agent": CHROME}).post(LOGIN, {"username": "wang", "password": PASSWORD})
    event = Event.objects.get(verb="staff.sign_in")
    assert event.data == {"device": "Chrome · Windows", "ip": "127.0.0.1"}


def test_an_address_written_by_the_client_is_not_believed() -> None:
    client = Client(headers={"x-forwarded-for": "203.0.113.9"})
    make_staff(username="wang")
    client.post(LOGIN, {"username": "wang", "password": PASSWORD})
    assert row_of(client).ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome · Windows"),
        (CHROME + " Edg/142.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0 Safari",
            "WeChat · iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18 Safari/605.1", "Safari · macOS"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_in_two_words(user_agent: str, name: str) -> None:
    assert name_device(user_agent) == name


def test_a_revoked_device_is_out_at_its_next_request_and_the_others_are_not() -> None:
    user = make_staff()
    here, there = sign_in(user), sign_in(user)
    end_session(user.pk, row_of(there).code, actor=actor_of(user))
    assert is_in(here)
    assert not is_in(there)
    event = Event.objects.get(verb="staff.end_sessions")
    assert event.data["sessions"] == 1


def test_a_revoked_device_does_nothing_more() -> None:
    user = make_staff()
    here = sign_in(user)
    end_sessions(user.pk, actor=actor_of(user))
    response = here.post("/console/staff/people/hire/", {"username": "mole", "role": "owner"})
    assert response.headers["Location"].startswith(LOGIN)
    assert StaffUser.objects.count() == 1


def test_all_devices_but_this_one_are_signed_out() -> None:
    user = make_staff()
    here, *others = (sign_in(user) for _ in range(3))
    assert end_sessions(user.pk, actor=actor_of(user), keep=here.session.session_key) == 2
    assert [is_in(client) for client in (here, *others)] == [True, False, False]


def test_nothing_to_end_records_nothing() -> None:
    assert end_sessions(make_staff().pk, actor=clerk(id_=0)) == 0
    assert not Event.objects.exists()


def test_a_device_of_somebody_else_needs_the_right() -> None:
    user, colleague = make_staff("support"), make_staff("manager")
    code = row_of(sign_in(user)).code
    with refused("forbidden", 403):
        end_session(user.pk, code, actor=actor_of(colleague))
    with refused("forbidden", 403):
        end_sessions(user.pk, actor=actor_of(colleague))
    end_session(user.pk, code, actor=clerk(id_=0))
    assert not StaffSession.objects.exists()


def test_a_device_is_found_only_with_its_owner() -> None:
    user, other = make_staff(), make_staff()
    code = row_of(sign_in(other)).code
    with refused("not_found", 404):
        end_session(user.pk, code, actor=actor_of(user))


def test_seen_is_written_at_most_once_a_minute() -> None:
    client = sign_in(make_staff())
    first = row_of(client).seen_at
    client.get(HOME)
    assert row_of(client).seen_at == first
    with clock.at(first + timedelta(seconds=59)):
        client.get(HOME)
    assert row_of(client).seen_at == first
    with clock.at(first + timedelta(seconds=61)):
        client.get(HOME)
        assert row_of(client).seen_at == first + timedelta(seconds=61)


def test_who_is_disabled_is_out_and_stays_out_when_enabled() -> None:
    user = make_staff("support")
    here = sign_in(user)
    disable_staff(user.pk, reason="离职", actor=clerk(id_=0))
    StaffUser.objects.update(is_active=True)
    assert not is_in(here)


def test_expired_sessions_are_cleared_at_the_next_sign_in() -> None:
    user = make_staff()
    sign_in(user)
    StaffSession.objects.update(expire_date=clock.now() - timedelta(days=1))
    sign_in(user)
    assert StaffSession.objects.count() == 1


def test_a_reset_ends_all_sessions_and_the_old_password() -> None:
    user = make_staff("support")
    here = sign_in(user)
    reset_password(user.pk, password=NEW, actor=clerk(id_=0))
    assert not is_in(here)
    user.refresh_from_db()
    assert user.check_password(NEW) and user.must_change_password
    event = Event.objects.get(verb="staff.reset_password")
    assert event.data == {"sessions": 1}


def test_nobody_resets_their_own_password() -> None:
    me = make_staff()
    with refused("own_account"):
        reset_password(me.pk, password=NEW, actor=actor_of(me))


@pytest.mark.parametrize("role", ["manager", "support"])
def test_a_reset_needs_the_right(role: str) -> None:
    with refused("forbidden", 403):
        reset_password(make_staff("support").pk, password=NEW, actor=clerk(role))


def test_changing_the_own_password_keeps_this_device_only() -> None:
    user = make_staff()
    here, there = sign_in(user), sign_in(user)
    change_password(user.pk, password=NEW, actor=actor_of(user), session_key=here.session.session_key)
    assert list(StaffSession.objects.values_list("pk", flat=True)) == [here.session.session_key]
    assert not is_in(there)


def test_nobody_changes_the_password_of_somebody_else_that_way() -> None:
    with refused("forbidden", 403):
        change_password(make_staff().pk, password=NEW, actor=clerk(id_=0), session_key=None)


def test_the_present_password_is_not_a_new_one() -> None:
    user = make_staff()
    with refused("same_password", 400):
        change_password(user.pk, password=PASSWORD, actor=actor_of(user), session_key=None)


def test_passwords_to_hand_over_are_all_different_and_easy_to_read() -> None:
    made = {make_password_once() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("0o1li")
    assert {len(password) for password in made} == {14}


def test_the_sign_in_page_is_not_kept_as_a_device() -> None:
    Client(headers=ENGLISH).get(LOGIN)
    assert not StaffSession.objects.exists()
