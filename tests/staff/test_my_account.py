"""/console/staff/me/: one's own password and devices."""

from typing import Any

import pytest
from django.test import Client

from shop.access import ROLES
from shop.events.models import Event
from shop.staff.models import StaffSession, StaffUser
from tests.cast import PASSWORD, make_staff
from tests.console import browser, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
URL = "/console/staff/me/"
NEW = "river-stone-2027"


def change(client: Client, *, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> Any:
    return client.post(f"{URL}password/", {"old_password": old, "new_password1": new, "new_password2": again})


@pytest.mark.parametrize("role", sorted(ROLES))
def test_everybody_has_an_account_page(role: str) -> None:
    page = browser(role).get(URL).content.decode()
    assert "This device" in page


def test_changing_the_password_keeps_this_device_and_ends_the_others() -> None:
    user = make_staff("support")
    here, there = sign_in(user), sign_in(user)
    assert change(here).headers["Location"] == URL
    assert here.get(URL).status_code == 200
    assert there.get(URL).status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert Event.objects.get(verb="staff.change_password").data == {"sessions": 1}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old": "wrong-wrong-wrong"}, "old_password"),
        ({"again": "something-else-9"}, "new_password2"),
        ({"new": "1234567890", "again": "1234567890"}, "new_password1"),
        ({"new": PASSWORD, "again": PASSWORD}, "new_password1"),
    ],
)
def test_a_refused_password_is_said_beside_its_field_and_never_shown(
    typed: dict[str, str], field: str
) -> None:
    user = make_staff("support")
    response = change(sign_in(user), **typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    assert not [word for word in (PASSWORD, NEW, *typed.values()) if word in page]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_one_of_my_devices_is_signed_out() -> None:
    user = make_staff("support")
    here, there = sign_in(user), sign_in(user)
    code = StaffSession.objects.get(pk=there.session.session_key).code
    here.post(f"{URL}sessions/{code}/end/")
    assert there.get(URL).status_code == 302
    assert here.get(URL).status_code == 200


def test_all_my_other_devices_are_signed_out() -> None:
    user = make_staff("support")
    here, there = sign_in(user), sign_in(user)
    here.post(f"{URL}sessions/end/")
    assert [client.get(URL).status_code for client in (here, there)] == [200, 302]


def test_devices_of_others_cannot_be_reached_from_here() -> None:
    other = sign_in(make_staff("owner"))
    code = StaffSession.objects.get().code
    sign_in(make_staff("support")).post(f"{URL}sessions/{code}/end/")
    assert other.get(URL).status_code == 200


def test_who_must_choose_a_password_first_can_do_nothing_else() -> None:
    user = make_staff("owner")
    here = sign_in(user)
    StaffUser.objects.update(must_change_password=True)
    response = here.post("/console/staff/people/hire/", {"username": "mole", "role": "owner"})
    assert response.headers["Location"] == "/console/staff/first-password/"
    assert StaffUser.objects.count() == 1
