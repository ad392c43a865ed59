"""`POST /console/alerts/handle/`: one click, by name, once."""

import pytest
from django.test import Client

from notifications.models import Alert
from notifications.services import handle_alerts
from shop.events.delivery import drain
from tests.cast import clerk, make_staff, paid_order
from tests.expect import refused

URL = "/console/alerts/handle/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alert() -> Alert:
    paid_order()
    drain()
    return Alert.objects.get()


def test_a_click_handles_it_and_says_who(client: Client, alert: Alert) -> None:
    user = make_staff("warehouse")
    client.force_login(user)
    answer = client.post(URL, {"id": alert.pk})
    alert.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/console/alerts/")
    assert (alert.handled_how, alert.handled_by_id, alert.handled_by_name) == ("pressed", user.pk, str(user))
    assert alert.handled_at is not None


def test_htmx_gets_the_new_table_and_tells_the_voice(client: Client, alert: Alert) -> None:
    client.force_login(make_staff("order_clerk"))
    answer = client.post(URL, {"id": alert.pk}, headers={"HX-Request": "true"})
    assert answer["HX-Trigger"] == "alerts-look"
    assert 'id="alerts-table"' in answer.content.decode()
    assert f'data-alert-id="{alert.pk}"' not in answer.content.decode()


def test_several_at_once_leave_what_others_handled(client: Client, alert: Alert) -> None:
    paid_order()
    drain()
    handle_alerts([alert.pk], actor=clerk(name="李仓库"))
    client.force_login(make_staff("manager"))
    client.post(URL, {"id": list(Alert.objects.values_list("pk", flat=True))})
    assert Alert.objects.filter(handled_at=None).count() == 0
    alert.refresh_from_db()
    assert alert.handled_by_name == "李仓库"


def test_the_second_one_is_told_who_was_first(client: Client, alert: Alert) -> None:
    handle_alerts([alert.pk], actor=clerk(name="李仓库"))
    with refused("already_done", 409) as caught:
        handle_alerts([alert.pk], actor=clerk(name="王店长"))
    assert "李仓库" in str(caught.value)
    client.force_login(make_staff("manager"))
    answer = client.post(URL, {"id": alert.pk}, headers={"HX-Request": "true"})
    assert (answer.status_code, "李仓库" in answer.content.decode()) == (409, True)


def test_finance_may_look_but_not_press(client: Client, alert: Alert) -> None:
    client.force_login(make_staff("finance"))
    assert client.post(URL, {"id": alert.pk}).status_code == 403
    alert.refresh_from_db()
    assert alert.handled_at is None


def test_strangers_are_sent_to_the_door(client: Client, alert: Alert) -> None:
    assert client.post(URL, {"id": alert.pk})["Location"].startswith("/console/staff/")
    alert.refresh_from_db()
    assert alert.handled_at is None


def test_looking_changes_nothing(client: Client, alert: Alert) -> None:
    client.force_login(make_staff("owner"))
    assert client.get(URL, {"id": alert.pk}).status_code == 405


@pytest.mark.parametrize("ids", [[], ["x"], [""], ["-1"], ["9" * 40], ["²"], ["0"]])
def test_nonsense_is_refused_in_words(client: Client, alert: Alert, ids: list[str]) -> None:
    client.force_login(make_staff("owner"))
    answer = client.post(URL, {"id": ids}, headers={"HX-Request": "true"})
    assert answer.status_code == 400
    alert.refresh_from_db()
    assert alert.handled_at is None


def test_an_alert_that_does_not_exist_is_not_found(client: Client, alert: Alert) -> None:
    client.force_login(make_staff("owner"))
    answer = client.post(URL, {"id": alert.pk + 1000}, headers={"HX-Request": "true"})
    assert answer.status_code == 404
