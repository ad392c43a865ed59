"""`POST /console/alerts/handle/`: one click, by name, once; and all that was there when somebody asked."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications import services
from notifications.models import Alert
from notifications.services import handle_alerts, handle_alerts_up_to
from shop.events.delivery import drain
from tests.cast import clerk, make_staff, paid_order
from tests.console import ENGLISH, browser
from tests.expect import refused

URL = "/console/alerts/handle/"
ALL = "/console/alerts/handle-all/"
ASKED = {"HX-Request": "true"}
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


def test_htmx_gets_the_new_table_and_tells_the_voice(alert: Alert) -> None:
    answer = browser("order_clerk").post(URL, {"id": alert.pk}, headers={"HX-Request": "true"})
    assert answer["HX-Trigger"] == "alerts-look"
    assert 'id="alerts-table"' in answer.content.decode()
    assert f'data-alert-id="{alert.pk}"' not in answer.content.decode()


def test_several_at_once_leave_what_others_handled(alert: Alert) -> None:
    paid_order()
    drain()
    handle_alerts([alert.pk], actor=clerk(name="李仓库"))
    browser("manager").post(URL, {"id": list(Alert.objects.values_list("pk", flat=True))})
    assert Alert.objects.filter(handled_at=None).count() == 0
    alert.refresh_from_db()
    assert alert.handled_by_name == "李仓库"


def test_the_second_one_is_told_who_was_first(alert: Alert) -> None:
    handle_alerts([alert.pk], actor=clerk(name="李仓库"))
    with refused("already_done", 409) as caught:
        handle_alerts([alert.pk], actor=clerk(name="王店长"))
    assert "李仓库" in str(caught.value)
    answer = browser("manager").post(URL, {"id": alert.pk}, headers={"HX-Request": "true"})
    assert (answer.status_code, "李仓库" in answer.content.decode()) == (409, True)


def test_finance_may_look_but_not_press(alert: Alert) -> None:
    assert browser("finance").post(URL, {"id": alert.pk}).status_code == 403
    alert.refresh_from_db()
    assert alert.handled_at is None


def test_strangers_are_sent_to_the_door(client: Client, alert: Alert) -> None:
    assert client.post(URL, {"id": alert.pk})["Location"].startswith("/console/staff/")
    alert.refresh_from_db()
    assert alert.handled_at is None


def test_looking_changes_nothing(alert: Alert) -> None:
    assert browser().get(URL, {"id": alert.pk}).status_code == 405


@pytest.mark.parametrize("ids", [[], ["x"], [""], ["-1"], ["9" * 40], ["²"], ["0"]])
def test_nonsense_is_refused_in_words(alert: Alert, ids: list[str]) -> None:
    answer = browser().post(URL, {"id": ids}, headers={"HX-Request": "true"})
    assert answer.status_code == 400
    alert.refresh_from_db()
    assert alert.handled_at is None


def test_an_alert_that_does_not_exist_is_not_found(alert: Alert) -> None:
    answer = browser().post(URL, {"id": alert.pk + 1000}, headers={"HX-Request": "true"})
    assert answer.status_code == 404


class TestAll:
    """The dialog that is fetched when it is opened, and what it sends."""

    def test_it_says_how_many_there_are_now(self, alert: Alert) -> None:
        paid_order()
        drain()
        answer = browser("order_clerk").get(ALL, headers={**ASKED, **ENGLISH})
        page = answer.content.decode()
        newest = Alert.objects.latest("pk").pk
        assert (answer.status_code, page.count("<html")) == (200, 0)
        assert 'id="dialog-handle-all"' in page
        assert f'action="{ALL}"' in page
        assert f'name="newest" value="{newest}"' in page
        assert "Mark 2 alerts as handled" in page

    def test_without_scripts_it_stands_open_on_the_page(self, alert: Alert) -> None:
        page = browser("order_clerk").get(ALL).content.decode()
        assert 'id="dialog-handle-all"' in page
        assert "data-dialog-auto" in page
        assert f'data-alert-id="{alert.pk}"' in page

    def test_the_page_draws_it_only_when_asked(self, alert: Alert) -> None:
        paid_order()
        drain()
        page = browser("order_clerk").get("/console/alerts/").content.decode()
        assert f'href="{ALL}"' in page
        assert 'id="dialog-handle-all"' not in page

    def test_what_came_after_it_was_opened_goes_on_ringing(self, client: Client, alert: Alert) -> None:
        user = make_staff("order_clerk")
        client.force_login(user)
        paid_order()
        drain()
        seen = client.get(ALL, headers=ASKED).context["dialog"].subject["newest"]
        later = paid_order()
        drain()
        assert client.post(ALL, {"newest": seen})["Location"] == "/console/alerts/"
        assert [left.order_id for left in Alert.objects.filter(handled_at=None)] == [later.pk]
        done = Alert.objects.filter(handled_how="pressed", handled_by_id=user.pk, handled_by_name=str(user))
        assert done.count() == 2

    def test_it_says_how_many_it_were_and_a_second_press_is_harmless(
        self, client: Client, alert: Alert
    ) -> None:
        client.force_login(make_staff("order_clerk"))
        first = client.post(ALL, {"newest": alert.pk}, follow=True, headers=ENGLISH).content.decode()
        assert "1 alert is handled." in first
        alert.refresh_from_db()
        at = alert.handled_at
        second = client.post(ALL, {"newest": alert.pk}, follow=True, headers=ENGLISH).content.decode()
        assert "Somebody else has just done this." in second
        alert.refresh_from_db()
        assert alert.handled_at == at

    def test_many_are_handled_in_batches_of_their_own(
        self, alert: Alert, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(4):
            paid_order()
        drain()
        monkeypatch.setattr(services, "BATCH", 2)
        with CaptureQueriesContext(connection) as queries:
            assert handle_alerts_up_to(Alert.objects.latest("pk").pk, actor=clerk()) == 5
        updates = [query for query in queries if query["sql"].startswith("UPDATE")]
        assert len(updates) == 3
        assert not Alert.objects.filter(handled_at=None).exists()

    def test_when_all_is_handled_there_is_a_sentence_and_no_dialog(
        self, client: Client, alert: Alert
    ) -> None:
        handle_alerts([alert.pk], actor=clerk())
        client.force_login(make_staff("manager"))
        answer = client.get(ALL, headers={**ASKED, **ENGLISH})
        assert (answer.status_code, answer.content.decode()) == (409, "No alert waits for you now.")
        page = client.get(ALL, headers=ENGLISH).content.decode()
        assert "No alert waits for you now." in page
        assert "data-dialog-auto" not in page

    def test_whose_kinds_are_not_open_gets_a_sentence(self, client: Client, alert: Alert) -> None:
        client.force_login(make_staff("finance"))
        answer = client.get(ALL, headers=ASKED)
        assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
        assert client.post(ALL, {"newest": alert.pk}).status_code == 302
        assert handle_alerts_up_to(alert.pk, actor=clerk("finance")) == 0
        alert.refresh_from_db()
        assert alert.handled_at is None

    @pytest.mark.parametrize("newest", ["", "x", "-1", "0", "9" * 40, "²"])
    def test_nonsense_is_refused_in_words(self, alert: Alert, newest: str) -> None:
        assert browser().post(ALL, {"newest": newest}, headers=ASKED).status_code == 400
        alert.refresh_from_db()
        assert alert.handled_at is None
