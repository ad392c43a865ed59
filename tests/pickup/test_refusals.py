"""Whoever tries what is not theirs at the counter is refused, and stands on record."""

import pytest

from pickup.codes import make_code
from pickup.models import CounterRefusal
from pickup.services.verifiers import switch_off, verifier_actor
from pickup.services.verifying import Handout, undo_verify, verify_pickup
from pickup.watch.refusals import AN_HOUR, record_refusal, recorded
from shop.store.models import PickupStore
from tests import cast
from tests.api.conftest import Buyer
from tests.caching import forget_cached
from tests.console import browser, page_with, sign_in
from tests.expect import refused
from tests.pickup.counter import appoint, waiting
from tests.pickup.phone import phones
from tests.pickup.phone.phones import all_of, link_of, phone_of

MANAGER = cast.clerk("manager", name="王店长", id_=2)


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    forget_cached()


def press(console, order, **typed: object):
    line = order.lines.get()
    typed = {"version": order.version, f"line_{line.pk}": 1} | typed
    return console.post(f"/console/orders/{order.number}/verify/", typed)


def rows() -> list[tuple[str, str, str]]:
    found = CounterRefusal.objects.order_by("pk").select_related("order")
    return [(row.code, row.actor_kind, row.order.number if row.order else "") for row in found]


def test_a_forged_verifier():
    order = waiting()
    elsewhere, off = appoint(cast.make_store()), appoint(order.pickup_store)
    switch_off(off.pk, actor=MANAGER)
    console = browser("order_clerk")
    for verifier_id in (elsewhere.pk, off.pk, 987654):
        assert press(console, order, verifier=verifier_id).status_code == 422
    assert rows() == [("not_verifier", "staff", order.number)] * 3
    page = page_with(200, browser("owner").get("/console/audit/"))
    assert "A verifier who does not hand out there" in page
    assert "order_clerk 王" in page


def test_staff_of_another_store_and_without_the_capability():
    order, other = waiting(), cast.make_store()
    bound = sign_in(cast.make_staff("order_clerk", stores=[other]))
    assert press(bound, order).status_code in (302, 404)
    assert press(browser("support"), order).status_code == 403
    assert {(code, kind) for code, kind, _number in rows()} == {
        ("not_found", "staff"),
        ("forbidden", "staff"),
    }


@pytest.mark.parametrize("case", ["elsewhere", "off"])
def test_a_verifier_of_another_store_or_switched_off(case):
    order = waiting()
    store: PickupStore = cast.make_store() if case == "elsewhere" else order.pickup_store
    verifier = appoint(store)
    if case == "off":
        switch_off(verifier.pk, actor=MANAGER)
    actor, code = verifier_actor(verifier), "not_found" if case == "elsewhere" else "not_verifier"
    with refused(code), recorded(actor, order_id=order.pk):
        verify_pickup(order.pk, Handout(order.pickup_store_id), actor=actor)
    row = CounterRefusal.objects.get()
    assert (row.code, row.actor_kind, row.actor_id) == (code, "verifier", verifier.pk)


def test_what_is_forged_on_the_phone():
    """Presses on what waits elsewhere, which no card offers, a store that is not theirs, a line of another order."""
    order, other, here = waiting(), waiting(), cast.make_store()
    phone, link = phone_of(appoint(here)), link_of(order)
    body = {"nonce": "a" * 32, "version": order.version, "sure": "1", **all_of(order), "elsewhere": "顺路"}
    assert phone.post(f"{link}/verify/", body).status_code == 409
    assert phone.post(f"{link}/native/").status_code == 409
    assert phone.post("/v/store/", {"store": order.pickup_store_id}).status_code == 404
    assert phones.press(phone_of(appoint(other.pickup_store)), other, **all_of(order)).status_code == 404
    assert [code for code, _kind, _number in rows()] == [
        "wrong_store",
        "wrong_store",
        "not_found",
        "not_found",
    ]
    assert {kind for _code, kind, _number in rows()} == {"verifier"}


def test_showing_a_code_at_the_wrong_counter_is_nobodys_fault():
    order = waiting()
    phone, link = phone_of(appoint(cast.make_store())), link_of(order)
    for path in (link, f"{link}?here=1", f"{link}/native/"):
        phone.get(path)
    assert rows() == []


def test_what_is_forged_in_the_mini_program():
    order, here = waiting(), cast.make_store()
    verifier, off = appoint(here), appoint(here)
    switch_off(off.pk, actor=MANAGER)
    buyer, theirs = Buyer(verifier.customer), {"store_id": str(order.pickup_store_id)}
    line = {"line_id": str(order.lines.get().pk), "quantity": 1}
    body = {"code": make_code(order).short, "version": order.version, "pieces": [line]}
    assert buyer.get("/verifier/waiting", **theirs).status_code == 404
    assert buyer.post("/verifier/verify", {**body, **theirs}, key="k").status_code == 404
    assert buyer.post("/verifier/verify", {**body, "store_id": str(here.pk)}, key="k").status_code == 409
    assert Buyer(off.customer).get("/verifier").status_code == 404
    assert [code for code, _kind, _number in rows()] == [
        "not_found",
        "not_found",
        "wrong_store",
        "switched_off",
    ]
    # Whoever is no verifier has only asked whether they are one.
    assert Buyer(cast.make_customer()).get("/verifier").status_code == 404
    assert len(rows()) == 4


def test_what_everybody_may_be_told_is_no_security_event():
    order = waiting()
    with refused("reason_required"), recorded(MANAGER, order_id=order.pk):
        undo_verify(order.pk, reason="", actor=MANAGER)
    assert rows() == []


def test_nobody_fills_the_record():
    for _time in range(AN_HOUR + 20):
        record_refusal("forged", MANAGER)
    assert CounterRefusal.objects.count() == AN_HOUR
    record_refusal("forged", cast.clerk("owner", id_=9))
    assert CounterRefusal.objects.count() == AN_HOUR + 1
