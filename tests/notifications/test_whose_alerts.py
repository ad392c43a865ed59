"""Kinds belong to those who can do something about them: only these see, hear and handle them."""

import pytest
from django.test import Client

from notifications.kinds import KINDS, kinds_of
from notifications.models import Alert, AlertKind
from notifications.services import handle_alerts, handle_alerts_up_to
from orders.payments.services.refund_evidence import apply_refund_evidence
from shop.access import CAPABILITIES, ROLES
from shop.actor import GATEWAY
from shop.events.delivery import drain
from shop.staff.services import staff_actor
from tests.cast import clerk, make_staff, paid_order, refund_payment
from tests.expect import refused

OPEN, HANDLE, ALL = "/console/alerts/open.json", "/console/alerts/handle/", "/console/alerts/handle-all/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both() -> dict[str, Alert]:
    """An order that came in, and a refund of it that failed."""
    order = paid_order()
    refund = refund_payment(order.payments.get().pk, amount_fen=1_00, reason="少发", actor=clerk())
    apply_refund_evidence(refund.number, status="ABNORMAL", amount_fen=1_00, gateway_id="50", actor=GATEWAY)
    drain()
    return {alert.kind: alert for alert in Alert.objects.all()}


def test_every_kind_belongs_to_somebody_and_every_role_has_some() -> None:
    assert set(KINDS) == set(AlertKind)
    assert {name for row in KINDS.values() for name in row.whose} <= set(CAPABILITIES)
    for role in ROLES:
        assert kinds_of(clerk(role)), role
    assert set(kinds_of(clerk("owner"))) == set(AlertKind)


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("finance", {"refund_failed"}),
        ("store_clerk", {"new_order", "refund_failed"}),
        ("owner", {"new_order", "refund_failed"}),
    ],
)
def test_each_role_sees_hears_and_counts_its_own(
    client: Client, both: dict[str, Alert], role: str, kinds: set[str]
) -> None:
    client.force_login(make_staff(role))
    state = client.get(OPEN).json()
    assert ({alert["kind"] for alert in state["alerts"]}, state["count"]) == (kinds, len(kinds))
    html = client.get("/console/alerts/").content.decode()
    for kind, alert in both.items():
        assert (f'data-alert-id="{alert.pk}"' in html) == (kind in kinds)


def test_finance_handles_what_is_meant_for_it(client: Client, both: dict[str, Alert]) -> None:
    user = make_staff("finance")
    client.force_login(user)
    assert 'name="id"' in client.get("/console/alerts/").content.decode()
    assert client.post(HANDLE, {"id": both["refund_failed"].pk}).status_code == 302
    assert Alert.objects.get(kind="refund_failed").handled_by_id == user.pk


def test_nobody_handles_what_belongs_to_others(both: dict[str, Alert]) -> None:
    with refused("forbidden"):
        handle_alerts([both["new_order"].pk], actor=clerk("finance"))
    assert Alert.objects.filter(handled_at=None).count() == 2


def test_the_desk_handles_what_finance_does_not_come_to(both: dict[str, Alert]) -> None:
    assert handle_alerts([both["refund_failed"].pk], actor=clerk("warehouse")) == 1


def test_of_several_only_ones_own_are_handled(both: dict[str, Alert]) -> None:
    assert handle_alerts([alert.pk for alert in both.values()], actor=clerk("finance")) == 1
    assert Alert.objects.get(kind="new_order").handled_at is None


def test_all_at_once_leaves_what_belongs_to_others(client: Client, both: dict[str, Alert]) -> None:
    newest = max(alert.pk for alert in both.values())
    client.force_login(make_staff("finance"))
    assert client.get(ALL).status_code == 200
    client.post(ALL, {"newest": newest})
    assert Alert.objects.get(kind="refund_failed").handled_at is not None
    assert Alert.objects.get(kind="new_order").handled_at is None
    assert handle_alerts_up_to(newest, actor=clerk("warehouse")) == 1


def test_whoever_may_do_nothing_yet_has_none(client: Client, both: dict[str, Alert]) -> None:
    user = make_staff("owner")
    user.must_change_password = True
    user.save()
    client.force_login(user)
    assert kinds_of(staff_actor(user)) == ()
    assert client.get("/private/pictures/no/one.jpg").status_code == 404


def test_a_kind_of_a_later_version_is_passed_over(client: Client, both: dict[str, Alert]) -> None:
    Alert.objects.filter(kind="refund_failed").update(kind="of_a_later_version")
    client.force_login(make_staff("owner"))
    assert client.get("/console/alerts/").status_code == 200
    assert [alert["kind"] for alert in client.get(OPEN).json()["alerts"]] == ["new_order"]
    assert client.get("/console/").status_code == 200
