"""Checking transfers at the desk."""

from django.test import Client

from orders.payments.services.transfers import send_proof
from orders.stages import Stage
from shop import clock
from shop.files.models import Picture
from shop.store.choices import PayMethod
from tests import cast
from tests.desk.buttons import assert_done, assert_refused, post
from tests.desk.conftest import SignIn


def proven():
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")
    order = cast.place(pay_method=PayMethod.TRANSFER)
    picture = Picture.objects.create(
        path="pictures/aa/x.jpg", width=1, height=1, created_at=clock.now(), customer_id=order.customer_id
    )
    send_proof(order.pk, picture_ids=[picture.pk], words="尾号 1111", actor=cast.buyer(order))
    order.refresh_from_db()
    return order


def test_the_queue_and_the_page_show_what_is_to_be_checked(sign_in: SignIn):
    order = proven()
    client = sign_in("finance")
    assert "Transfers to check" in client.get("/console/").content.decode()
    listed = client.get("/console/orders/", {"queue": "transfers"}).content.decode()
    assert order.number in listed
    assert "Transfer to check" in listed
    page = client.get(f"/console/orders/{order.number}/").content.decode()
    assert "/private/pictures/aa/x.jpg" in page
    assert "尾号 1111" in page
    assert "Record the transfer" in page


def test_recording_it(sign_in: SignIn):
    order, client = proven(), sign_in("finance")
    assert_refused(
        post(client, order, "record-transfer", amount="1", reference="r"),
        order,
        409,
        "are owed, not ¥1.00",
    )
    assert_done(post(client, order, "record-transfer", amount="45.00", reference="r"), order)
    assert order.stage == Stage.TO_CONFIRM
    assert order.number not in client.get("/console/orders/", {"queue": "transfers"}).content.decode()


def test_rejecting_it(sign_in: SignIn):
    order, client = proven(), sign_in("finance")
    assert_done(post(client, order, "reject-proof", reason="没有收到款项"), order)
    assert order.proof_sent_at is None
    assert "Rejected: 没有收到款项" in client.get(f"/console/orders/{order.number}/").content.decode()


def test_a_second_one_is_recorded_once_nothing_is_owed_any_more(sign_in: SignIn):
    order, client = proven(), sign_in("finance")
    words = "Record a late or second transfer"
    assert words not in client.get(f"/console/orders/{order.number}/").content.decode()
    assert_done(post(client, order, "record-transfer", amount="45.00", reference="r"), order)
    html = assert_refused(
        post(client, order, "record-excess", amount="45.00", reference="r"),
        order,
        409,
        "already been recorded",
    )
    assert 'value="45.00"' in html
    assert_done(post(client, order, "record-excess", amount="45.00", reference="r2"), order)
    assert "Does not count" in client.get(f"/console/orders/{order.number}/").content.decode()


def test_without_the_capability_nothing_is_offered(sign_in: SignIn):
    order = proven()
    page = sign_in("support").get(f"/console/orders/{order.number}/").content.decode()
    assert "record-transfer" not in page


def test_other_orders_do_not_offer_it(owner: Client):
    order = cast.place()
    assert "Record the transfer" not in owner.get(f"/console/orders/{order.number}/").content.decode()
