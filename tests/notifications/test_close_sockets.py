"""Whatever ends a session, or takes rights away, has the open sockets checked at once."""

import pytest

from notifications import handlers
from shop.events.delivery import drain
from shop.push import CHECK_SESSION
from shop.staff.accounts import change_password, end_sessions, reset_password
from shop.staff.pages import signing_in as views
from shop.staff.services import change_staff, disable_staff
from tests.cast import actor_of, clerk, make_staff
from tests.console import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    for module in (handlers, views):
        monkeypatch.setattr(module, "push_hint", lambda *, hint: sent.append(hint))
    return sent


@pytest.mark.parametrize("what", ["disable", "role", "reset", "password", "devices"])
def test_the_sockets_are_checked_after(
    what: str, hints: list[str], sent_tasks: list[tuple[str, int]]
) -> None:
    make_staff("owner")
    user = make_staff("support")
    sign_in(user)
    match what:
        case "disable":
            disable_staff(user.pk, reason="left", actor=clerk(id_=0))
        case "role":
            change_staff(user.pk, {"role": "warehouse"}, actor=clerk(id_=0))
        case "reset":
            reset_password(user.pk, password="river-stone-2027", actor=clerk(id_=0))
        case "password":
            change_password(user.pk, password="river-stone-2027", actor=actor_of(user), session_key=None)
        case "devices":
            end_sessions(user.pk, actor=clerk(id_=0))
    assert hints == []
    drain()
    assert hints == [CHECK_SESSION]


def test_signing_out_checks_the_other_windows_of_the_browser(hints: list[str]) -> None:
    sign_in(make_staff("support")).post("/console/staff/logout/")
    assert hints == [CHECK_SESSION]
