"""What staff type about a buyer is sealed wherever it lies, read as before, and erased with the buyer."""

from datetime import timedelta

import pytest
from django.db import connection

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import change_price
from orders.payments.models import Refund
from orders.payments.services.transfers import reject_proof, send_proof
from orders.services.steps import hold_order
from orders.shipping.models import Parcel
from orders.shipping.services.ship import NewParcel, ship_order
from shop import clock
from shop.crypto import Sealed
from shop.customers.balance import change_balance
from shop.customers.care import block_customer
from shop.customers.erasure import ask_erasure, erase_when_due
from shop.customers.invariants import erased_have_nothing_unbound
from shop.customers.models import BalanceEntry, Customer
from shop.customers.services import customer_actor
from shop.events.models import Event
from shop.files.services import store_picture
from shop.rotation import rotate_table
from shop.store.choices import Delivery, PayMethod
from tests import cast
from tests.api.conftest import Buyer
from tests.console import browser
from tests.ground.test_files import picture_bytes

pytestmark = pytest.mark.django_db
TYPED = "他住在文三路"


@pytest.fixture(autouse=True)
def shop() -> None:
    transfer = {"transfer_bank": "招商银行", "transfer_name": "茶店", "transfer_number": "62148300"}
    cast.open_shop(transfer_on=True, **transfer)


def list_tables_with_it() -> list[str]:
    """Every table with the words as they were typed."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{TYPED}%"])  # noqa: S608
            found += [table] if cursor.fetchone()[0] else []
    return found


def page_of(order: Order) -> str:
    return browser().get(f"/console/orders/{order.number}/").content.decode()


def cancel_of_two(order: Order) -> None:
    cancel_lines(order.pk, quantities={order.lines.get().pk: 1}, reason=TYPED, actor=cast.clerk())


def reject(order: Order) -> None:
    picture = store_picture(picture_bytes(), customer_id=order.customer_id)
    send_proof(order.pk, picture_ids=[picture.pk], actor=cast.buyer(order))
    reject_proof(order.pk, reason=TYPED, actor=cast.clerk())


def drive(order: Order) -> None:
    ship_order(order.pk, parcels=[NewParcel(driver_name=TYPED)], actor=cast.clerk())


STEPS = {
    "hold": (cast.paid_order, lambda order: hold_order(order.pk, reason=TYPED, actor=cast.clerk())),
    "cancel": (cast.place, lambda order: cancel_unpaid(order.pk, reason=TYPED, actor=cast.clerk())),
    "refund": (
        cast.paid_order,
        lambda order: cast.refund_payment(
            order.payments.get().pk, amount_fen=1_00, reason=TYPED, actor=cast.clerk()
        ),
    ),
    "close": (
        cast.paid_order,
        lambda order: cancel_paid(order.pk, reason=TYPED, notice=TYPED, actor=cast.clerk()),
    ),
    "lines": (lambda: cast.paid_order(basket={cast.make_sku().pk: 2}), cancel_of_two),
    "price": (
        cast.place,
        lambda order: change_price(order.pk, goods_fen=100, freight_fen=0, reason=TYPED, actor=cast.clerk()),
    ),
    "proof": (lambda: cast.place(pay_method=PayMethod.TRANSFER), reject),
    "driver": (lambda: cast.prepared_order(delivery=Delivery.LOCAL), drive),
}


@pytest.mark.parametrize("step", STEPS)
def test_an_order_shows_it_and_no_table_does(step: str) -> None:
    make, act = STEPS[step]
    order = make()
    act(order)
    assert list_tables_with_it() == []
    assert TYPED in page_of(order)


@pytest.mark.parametrize("step", ["close", "lines", "proof", "driver"])
def test_the_buyer_reads_what_they_are_told(step: str) -> None:
    make, act = STEPS[step]
    order = make()
    act(order)
    buyer = Buyer(order.customer)
    path = f"/orders/{order.number}"
    seen = buyer.get(f"{path}/timeline").content + buyer.get(path).content
    assert TYPED in seen.decode()


def test_the_page_of_a_buyer_and_the_record_show_it() -> None:
    customer = cast.make_customer()
    change_balance(customer.pk, delta_fen=500, reason=TYPED, actor=cast.clerk())
    block_customer(customer.pk, reason=TYPED, actor=cast.clerk())
    assert list_tables_with_it() == []
    client = browser()
    assert client.get(f"/console/customers/{customer.pk}/").content.decode().count(TYPED) == 4
    assert client.get("/console/audit/").content.decode().count(TYPED) == 2


def test_lists_of_held_orders_show_it() -> None:
    hold_order(cast.paid_order().pk, reason=TYPED, actor=cast.clerk())
    client = browser()
    for path in ("/console/", "/console/orders/?tab=all"):
        assert TYPED in client.get(path).content.decode()


def erase(customer: Customer) -> None:
    ask_erasure(customer.pk, actor=customer_actor(customer))
    with clock.at(clock.now() + timedelta(hours=25)):
        erase_when_due(customer.pk)
    assert Customer.objects.get(pk=customer.pk).erased_at


def test_it_is_erased_with_the_buyer() -> None:
    order = cast.paid_order()
    cancel_paid(order.pk, reason=TYPED, actor=cast.clerk())
    refund = order.refunds.get()
    Refund.objects.filter(pk=refund.pk).update(state="done")
    block_customer(order.customer_id, reason=TYPED, actor=cast.clerk())
    erase(order.customer)
    assert TYPED not in page_of(order)
    assert TYPED not in browser().get(f"/console/customers/{order.customer_id}/").content.decode()
    assert "erased" in str(Refund.objects.get(pk=refund.pk).reason)
    assert list(erased_have_nothing_unbound()) == []


def test_money_of_a_buyer_who_was_erased_goes_back_without_a_reason() -> None:
    order = cast.shipped_order()
    Order.objects.filter(pk=order.pk).update(stage="done", received_at=clock.now())
    erase(order.customer)
    refund = cast.refund_payment(order.payments.get().pk, amount_fen=1_00, reason=TYPED, actor=cast.clerk())
    assert Refund.objects.get(pk=refund.pk).reason == ""
    assert list_tables_with_it() == []


class TestFormerVersions:
    """What processes of the version before write, and what they wrote before."""

    def test_plain_columns_are_read_and_sealed_by_rotation(self) -> None:
        order = cast.prepared_order(delivery=Delivery.LOCAL)
        drive(order)
        change_balance(order.customer_id, delta_fen=500, reason="x", actor=cast.clerk())
        plain = Sealed(TYPED)
        Order.objects.filter(pk=order.pk).update(hold_reason=plain)
        Customer.objects.filter(pk=order.customer_id).update(blocked_reason=plain)
        Parcel.objects.update(driver_name=plain)
        BalanceEntry._base_manager.update(reason=plain)
        rows = [Order.objects.get(pk=order.pk).hold_reason, Parcel.objects.get().driver_name]
        rows += [Customer.objects.get(pk=order.customer_id).blocked_reason, BalanceEntry.objects.get().reason]
        assert rows == [TYPED] * 4
        assert len(list_tables_with_it()) == 4
        for model in (Order, Customer, Parcel, BalanceEntry):
            assert rotate_table(model).remaining == 0
        assert list_tables_with_it() == []
        assert Order.objects.get(pk=order.pk).hold_reason == TYPED

    def test_plain_columns_are_sealed_before_their_buyer_is_erased(self) -> None:
        customer = cast.make_customer()
        Customer.objects.filter(pk=customer.pk).update(blocked_reason=Sealed(TYPED))
        erase(customer)
        assert list_tables_with_it() == []

    def test_an_event_keeps_its_reason_where_it_was_written(self) -> None:
        order = cast.paid_order()
        hold_order(order.pk, reason="x", actor=cast.clerk())
        event = Event.objects.get(verb="order.hold")
        old = Event(kind="order", subject_id=order.pk, number=90, verb="order.hold", data={"reason": TYPED})
        assert (event.words, old.words) == ({"reason": "x"}, {"reason": TYPED})


def test_the_ledger_lets_nothing_but_its_reasons_be_sealed_anew() -> None:
    customer = cast.make_customer()
    change_balance(customer.pk, delta_fen=500, reason="x", actor=cast.clerk())
    with pytest.raises(Exception, match="append-only"):
        BalanceEntry._base_manager.update(delta_fen=1)
