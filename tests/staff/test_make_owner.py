"""The first owner of a new shop."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from shop.staff.models import StaffUser

pytestmark = pytest.mark.django_db


def test_it_makes_an_owner_who_can_sign_in_with_the_printed_password(client: Client) -> None:
    out = StringIO()
    call_command("make_owner", "lin", name="林山野", stdout=out)
    username, password = out.getvalue().strip().split(" / ")
    owner = StaffUser.objects.get(username=username)
    assert (owner.role, str(owner)) == ("owner", "林山野")
    answer = client.post("/console/staff/login/", {"username": username, "password": password})
    assert answer.status_code == 302
    assert client.get("/console/").headers["Location"] == "/console/staff/first-password/"


def test_a_name_that_is_taken_is_said_so() -> None:
    call_command("make_owner", "lin", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("make_owner", "lin", stdout=StringIO())
