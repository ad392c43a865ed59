"""/console/staff/people/: the list, hiring, one person."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop import clock
from shop.events.models import Event
from shop.staff.models import StaffSession, StaffUser
from shop.staff.services import change_staff
from tests.cast import actor_of, clerk, make_staff, make_store
from tests.console import ENGLISH, browser, page_with, sign_in
from tests.expect import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books_are_clean")]
URL = "/console/staff/people/"
HIRE = f"{URL}hire/"
TYPED = {"display_name": "小陈", "username": "chen", "role": "order_clerk", "refund_limit_fen": "200"}


def page_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def do(client: Client, user: StaffUser, what: str, **data: str) -> Any:
    return client.post(f"{URL}{user.pk}/{what}/", data)


@pytest.fixture
def user() -> StaffUser:
    return make_staff("support")


def test_the_list_shows_who_works_here_with_role_and_limit() -> None:
    finance = make_staff("finance")
    StaffUser.objects.filter(pk=finance.pk).update(refund_limit_fen=500_00)
    gone = make_staff("support", username="gone-one")
    StaffUser.objects.filter(pk=gone.pk).update(is_active=False)
    page = page_of(browser(), URL)
    assert "Finance" in page and "¥500.00" in page
    assert "gone-one" not in page
    assert "gone-one" in page_of(browser(), f"{URL}?state=disabled")


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("order_clerk", "no limit"),
        ("support", "no limit"),
        ("warehouse", "no limit"),
        ("store_clerk", "no refunds"),
    ],
)
def test_the_page_says_what_somebody_may_refund(role: str, words: str) -> None:
    assert words in page_of(browser(), f"{URL}{make_staff(role).pk}/")


@pytest.mark.parametrize("people", [1, 30])
def test_the_list_costs_the_same_however_many_they_are(
    people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(people):
        sign_in(make_staff("support"))
    client = browser()
    with django_assert_num_queries(4):
        client.get(URL)


@pytest.fixture
def team() -> Client:
    """200 colleagues and the owner who looks at them: 张伟 and his namesake among them, who does not work here now."""
    StaffUser.objects.bulk_create(
        StaffUser(username=f"clerk-{n}", display_name=f"店员{n}", role="support", created_at=clock.now())
        for n in range(198)
    )
    make_staff("warehouse", username="zhang-wei")
    StaffUser.objects.filter(username="zhang-wei").update(display_name="张伟")
    gone = StaffUser(username="wei-2", display_name="小张伟", role="finance", is_active=False)
    gone.created_at = clock.now()
    gone.save()
    return browser()


def names(client: Client, **query: str) -> list[str]:
    return [person.username for person in client.get(URL, query).context["page"].rows]


def test_one_of_two_hundred_is_found_by_a_part_of_either_name_and_by_role(team: Client) -> None:
    assert len(names(team)) == 50
    assert names(team, name="张") == names(team, name="ZHANG") == ["zhang-wei"]
    assert names(team, role="warehouse") == ["zhang-wei"]
    assert names(team, name="张", role="support") == []
    assert names(team, name="张", state="disabled") == ["wei-2"]


def test_tabs_and_pages_keep_what_was_asked_for(team: Client) -> None:
    answer = team.get(URL, {"name": "店员", "role": "support"})
    working, disabled = answer.context["tabs"]
    assert (working["count"], disabled["count"]) == (198, 0)
    assert disabled["url"] == f"{URL}?name=%E5%BA%97%E5%91%98&role=support&state=disabled"
    older = team.get(answer.context["page"].older_url).context["page"].rows
    assert {person.role for person in older} == {"support"}


@pytest.mark.parametrize("name", ["没有这个人", "a\0b", "x" * 61])
def test_a_name_that_nobody_has_shows_nobody_and_the_way_back(team: Client, name: str) -> None:
    page = page_with(200, team.get(URL, {"name": name}))
    assert "Nobody found" in page and f'href="{URL}"' in page


def test_a_manager_sees_and_does_not_touch(user: StaffUser) -> None:
    page = page_of(browser("manager"), f"{URL}{user.pk}/")
    assert "support 王" in page
    assert "dialog-change" not in page and "dialog-reset" not in page
    assert "Hire somebody" not in page_of(browser("manager"), URL)


def test_hiring_shows_a_password_that_works_once_and_is_kept_nowhere() -> None:
    response = browser().post(HIRE, TYPED)
    password = response.context["password"]
    assert response.status_code == 200 and password in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    user = StaffUser.objects.get(username="chen")
    assert user.check_password(password)
    assert (user.role, user.refund_limit_fen, user.display_name) == ("order_clerk", 200_00, "小陈")
    assert password not in str(list(Event.objects.values_list("data", flat=True)))
    assert password not in page_of(browser(), f"{URL}{user.pk}/")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "", "Please fill this in."),
        ("username", "chen wei", "Use letters, digits"),
        ("username", "a\nb", "Use letters, digits"),
        ("display_name", "", "Please fill this in."),
        ("role", "emperor", "Choose one of those that are offered."),
        ("refund_limit_fen", "-1", ""),
        ("refund_limit_fen", "9999999", "Type an amount of at most"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(field: str, value: str, words: str) -> None:
    client = browser()
    response = client.post(HIRE, TYPED | {field: value})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert field in response.context["form"].errors
    assert StaffUser.objects.count() == 1


def test_a_taken_user_name_is_said_beside_the_field() -> None:
    make_staff("support", username="Chen")
    response = browser().post(HIRE, TYPED)
    assert response.status_code == 422
    assert "Somebody has this user name already" in str(response.context["form"].errors["username"])


def test_fields_that_are_not_offered_are_not_written() -> None:
    browser().post(
        HIRE, TYPED | {"is_active": "", "must_change_password": "", "version": "9", "password": "x"}
    )
    user = StaffUser.objects.get(username="chen")
    assert (user.is_active, user.must_change_password, user.version) == (True, True, 1)


def test_a_new_role_counts_at_the_next_click(user: StaffUser) -> None:
    theirs = sign_in(user)
    assert theirs.get("/console/settings/").status_code == 403
    response = do(
        browser(), user, "change", display_name="新名字", role="finance", refund_limit_fen="", version="0"
    )
    assert response.status_code == 302
    assert theirs.get("/console/settings/").status_code == 200


def test_an_old_form_comes_back_open_with_the_reason(user: StaffUser) -> None:
    values = {"display_name": "甲", "role": "support", "refund_limit_fen": ""}
    do(browser(), user, "change", **values, version="0")
    page = page_with(409, do(browser(), user, "change", **(values | {"display_name": "乙"}), version="0"))
    assert "changed this at" in page
    assert "Staff changed" in page
    assert StaffUser.objects.get(pk=user.pk).display_name == "甲"


def test_a_form_that_was_wrong_is_as_old_as_before(user: StaffUser) -> None:
    """Mending a typing error must not write over what a colleague did while it was open."""
    do(browser(), user, "change", display_name="甲", role="finance", refund_limit_fen="", version="0")
    client, typed = browser(), {"role": "support", "refund_limit_fen": ""}
    wrong = do(client, user, "change", **typed, display_name="", version="0")
    assert wrong.status_code == 422
    again = str(wrong.context["dialog"].form["version"].value())
    assert f'name="version" value="{again}"' in wrong.content.decode()
    told = do(client, user, "change", **typed, display_name="乙", version=again)
    assert "changed this at" in page_with(409, told)
    assert StaffUser.objects.get(pk=user.pk).role == "finance"
    again = str(told.context["dialog"].form["version"].value())
    assert do(client, user, "change", **typed, display_name="乙", version=again).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000])
def test_a_form_that_does_not_say_how_old_it_is_does_nothing(user: StaffUser, version: str) -> None:
    typed = {"display_name": "甲", "role": "finance", "refund_limit_fen": ""}
    wrong = do(browser(), user, "change", **typed, version=version)
    assert "This form is damaged" in page_with(422, wrong)
    assert StaffUser.objects.get(pk=user.pk).role == "support"
    again = str(wrong.context["dialog"].form["version"].value())
    assert do(browser(), user, "change", **typed, version=again).status_code == 302


def test_the_last_owner_is_told_beside_the_role() -> None:
    me = make_staff("owner")
    response = do(sign_in(me), me, "change", display_name="我", role="manager", version="0")
    assert response.status_code == 409
    assert "This is the last owner" in str(response.context["dialog"].form.errors["role"])


def test_disabling_needs_a_reason_and_signs_out(user: StaffUser) -> None:
    theirs, owner = sign_in(user), browser()
    assert do(owner, user, "disable", version="0").status_code == 422
    assert theirs.get("/console/").status_code == 200
    do(owner, user, "disable", reason="离职", version="0")
    assert theirs.get("/console/").status_code == 302
    assert "离职" in page_of(owner, f"{URL}{user.pk}/")
    do(owner, user, "enable", reason="回来了", version="1")
    assert StaffUser.objects.get(pk=user.pk).is_active


def test_a_reset_shows_the_new_password_once(user: StaffUser) -> None:
    response = do(browser(), user, "password")
    user.refresh_from_db()
    assert user.check_password(response.context["password"])
    assert "no-store" in response.headers["Cache-Control"]


def test_devices_of_a_person_are_listed_and_revoked(user: StaffUser) -> None:
    theirs, owner = sign_in(user), browser()
    code = StaffSession.objects.get(staff=user).code
    page = page_of(owner, f"{URL}{user.pk}/")
    assert f"/sessions/{code}/end/" in page
    assert theirs.session.session_key not in page
    do(owner, user, f"sessions/{code}/end")
    assert theirs.get("/console/").status_code == 302


def test_all_devices_of_a_person_are_revoked(user: StaffUser) -> None:
    clients = [sign_in(user) for _ in range(2)]
    do(browser(), user, "sessions/end")
    assert {client.get("/console/").status_code for client in clients} == {302}


def test_signing_oneself_out_everywhere_keeps_this_device() -> None:
    me = make_staff("owner")
    here, there = sign_in(me), sign_in(me)
    do(here, me, "sessions/end")
    assert here.get("/console/").status_code == 200
    assert there.get("/console/").status_code == 302


@pytest.mark.parametrize(
    "what", ["change", "disable", "enable", "password", "sessions/end", "sessions/abc/end"]
)
def test_only_who_may_manage_gets_through(what: str, user: StaffUser) -> None:
    for role in ("manager", "order_clerk", "finance"):
        assert do(browser(role), user, what, reason="x").status_code == 403
    user.refresh_from_db()
    assert user.version == 0


def test_markup_in_a_name_stays_text() -> None:
    browser().post(HIRE, TYPED | {"display_name": "<script>alert(1)</script>"})
    user = StaffUser.objects.get(username="chen")
    for path in (URL, f"{URL}{user.pk}/", "/console/audit/"):
        page = page_of(browser(), path)
        assert "<script>alert(1)" not in page


def test_the_new_colleague_chooses_a_password_before_anything_else() -> None:
    password = browser().post(HIRE, TYPED).context["password"]
    theirs = Client(headers=ENGLISH)
    theirs.post("/console/staff/login/", {"username": "chen", "password": password})
    first = "/console/staff/first-password/"
    for path in ("/console/", "/console/orders/", "/console/alerts/open.json", "/console/staff/me/"):
        response = theirs.get(path)
        assert (response.status_code, response.headers["Location"]) == (302, first), path
    assert theirs.get(first).status_code == 200
    same = theirs.post(first, {"new_password1": password, "new_password2": password})
    assert same.status_code == 422
    weak = theirs.post(first, {"new_password1": "1234567890", "new_password2": "1234567890"})
    assert weak.status_code == 422
    typed = "river-stone-2027"
    assert theirs.post(first, {"new_password1": typed, "new_password2": typed}).status_code == 302
    assert theirs.get("/console/").status_code == 200
    assert theirs.get(first).headers["Location"] == "/console/staff/me/"


def test_a_store_clerk_is_offered_once_there_is_a_store() -> None:
    assert 'value="store_clerk"' not in page_of(browser(), HIRE)
    store = make_store("文三路店")
    for path in (HIRE, f"{URL}{make_staff('support').pk}/change/"):
        page = page_of(browser(), path)
        assert 'value="store_clerk"' in page and "文三路店" in page
    answer = browser().post(HIRE, TYPED | {"role": "store_clerk"})
    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["store_ids"])
    sent = TYPED | {"role": "store_clerk", "store_ids": [str(store.pk)]}
    assert browser().post(HIRE, sent).status_code == 200
    hired = StaffUser.objects.get(role="store_clerk")
    assert hired.store_ids == [store.pk]
    assert "文三路店" in page_of(browser(), f"{URL}{hired.pk}/")
    assert "文三路店" in page_of(browser(), "/console/audit/")


def test_whoever_is_bound_to_stores_can_be_given_others() -> None:
    here, there = make_store(), make_store()
    user = make_staff("store_clerk", stores=[here])
    sent = {"display_name": "小陈", "role": "store_clerk", "version": str(user.version)}
    assert do(browser(), user, "change", **sent, store_ids=str(there.pk)).status_code == 302
    user.refresh_from_db()
    assert (user.store_ids, actor_of(user).store_ids) == ([there.pk], {there.pk})
    assert do(browser(), user, "change", **sent | {"version": str(user.version)}).status_code == 400


def test_an_owner_sees_every_store_and_a_store_must_exist() -> None:
    store, user = make_store(), make_staff("manager")
    with refused("sees_every_store", 400):
        change_staff(user.pk, {"role": "owner", "store_ids": [store.pk]}, actor=clerk())
    with refused("not_found", 404):
        change_staff(user.pk, {"store_ids": [store.pk + 1]}, actor=clerk())
    bound = replace(clerk(), store_ids=frozenset({store.pk}))
    for stores in ([], [store.pk, make_store().pk]):
        with refused("more_rights", 403):
            change_staff(user.pk, {"store_ids": stores, "display_name": "x"}, actor=bound)
    change_staff(user.pk, {"store_ids": [store.pk]}, actor=bound)
