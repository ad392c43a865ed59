"""What lies at the counters of the demo's stores."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from orders.models import Note, Order
from orders.payments.links.standing import Standing, find_standing
from orders.payments.models import Means, PayLink, Payment
from orders.stages import TO_SHIP, Stage
from pickup.models import Verification, Verifier
from shop.database.connections import nobody_else
from shop.store.choices import Delivery, PayMethod
from shop.store.models import PickupStore
from shop.store.selectors import get_store_settings, list_deliveries
from tests.conftest import find_broken_books
from tests.demo.seeding import copy_keys, seed

pytestmark = pytest.mark.django_db
ORDERS, BUYERS = 40, 10


@pytest.fixture(scope="module")
def lived(
    django_db_setup: None, django_db_blocker: Any, key_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    data_dir = copy_keys(key_dir, tmp_path_factory.mktemp("lived"))
    with django_db_blocker.unblock(), nobody_else(), transaction.atomic():
        seed(data_dir, orders=ORDERS, buyers=BUYERS)
        yield
        transaction.set_rollback(True)


def test_two_stores_serve_with_four_verifiers(lived: None) -> None:
    assert Delivery.PICKUP in list_deliveries(get_store_settings())
    assert PickupStore.objects.filter(PickupStore.SERVES).count() == 2
    verifiers = Verifier.objects.filter(is_on=True)
    assert (verifiers.count(), verifiers.filter(stores=PickupStore.objects.first()).count()) == (4, 3)


def test_orders_wait_at_both_stores_paid_and_to_be_paid_there(lived: None) -> None:
    assert Order.objects.exclude(delivery=Delivery.PICKUP).count() == ORDERS
    orders = Order.objects.filter(delivery=Delivery.PICKUP)
    waiting = orders.filter(stage__in=TO_SHIP)
    assert waiting.values("pickup_store").distinct().count() == 2
    assert waiting.filter(pay_method=PayMethod.COD, paid_fen=0).exists()
    assert {Stage.UNPAID, Stage.TO_CONFIRM, Stage.DONE} <= set(orders.values_list("stage", flat=True))


def test_one_that_is_to_be_paid_there_has_a_payment_link(lived: None) -> None:
    link = PayLink.objects.get(withdrawn_at=None)
    assert find_standing(link, link.order) == Standing.TO_PAY
    assert link.order.delivery == Delivery.PICKUP


def test_goods_went_in_part_for_cash_by_hand_and_back(lived: None) -> None:
    rows = Verification.objects.all()
    part = rows.get(is_last=False)
    assert 0 < part.order.pieces_shipped < part.order.pieces
    assert rows.filter(undone_at__isnull=False).count() == 1
    assert rows.filter(verifier=None, operator_kind="staff").exists()
    assert rows.filter(verifier__isnull=False, operator_kind="verifier").count() >= 3
    assert Payment.objects.get(means=Means.CASH).collected_by_kind == "verifier"


def test_one_buyer_was_in_the_wrong_store_first(lived: None) -> None:
    note = next(note for note in Note.objects.filter(order__delivery=Delivery.PICKUP) if "走错" in note.text)
    assert note.order.pickup_store is not None
    assert note.order.pickup_store.name in note.text
    assert note.order.stage == Stage.DONE


def test_the_books_balance(lived: None) -> None:
    assert find_broken_books() == []
