"""`manage.py seed_demo`: all or nothing, once, and the same again from the same seed."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from orders.models import Order
from shop import clock
from shop.access import ROLES
from shop.staff.models import StaffUser
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings
from tests import cast
from tests.demo.seeding import copy_keys, seed

pytestmark = pytest.mark.django_db


@pytest.fixture
def data_dir(key_dir: Path, tmp_path: Path) -> Path:
    return copy_keys(key_dir, tmp_path)


def test_the_same_seed_lives_the_same_past_again(data_dir: Path) -> None:
    def live() -> list[Any]:
        with transaction.atomic():
            seed(data_dir, seed=3, orders=25, buyers=8)
            columns = (
                "number",
                "stage",
                "close_reason",
                "payable_fen",
                "paid_fen",
                "refunded_fen",
                "placed_at",
            )
            orders = list(Order.objects.order_by("pk").values_list(*columns))
            transaction.set_rollback(True)
        return orders

    with clock.at(clock.now()):
        assert live() == live() != []


def test_a_seeding_that_breaks_off_leaves_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("seeding.living._check_nothing_is_left", fail)
    with pytest.raises(RuntimeError):
        seed(data_dir, orders=3, buyers=2)

    assert not StoreSettings.objects.exists()
    assert Counter(Order.objects.values_list("stage")) == Counter()


def test_it_leaves_a_shop_that_exists_alone(data_dir: Path) -> None:
    StoreSettings.objects.create(pk=1, shop_name="别家")

    seed(data_dir, orders=3, buyers=2)

    assert get_store_settings().shop_name == "别家"
    assert not Order.objects.exists()


def test_it_refuses_outside_the_demo(data_dir: Path, settings: Any) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError):
        seed(data_dir, orders=3, buyers=2)


def test_the_printed_logins_open_the_console(
    data_dir: Path, capsys: pytest.CaptureFixture[str], client: Any
) -> None:
    seed(data_dir, orders=1, buyers=1)
    capsys.readouterr()

    call_command("demo_logins")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ROLES)
    for line in lines:
        role, _, login = line.partition(": ")
        username, _, password = login.partition(" / ")
        user = StaffUser.objects.get(username=username)
        assert (user.role, user.check_password(password)) == (role, True)


def test_no_password_is_printed_that_does_not_work(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed(data_dir, orders=1, buyers=1)
    owner = StaffUser.objects.get(username="owner")
    owner.set_password("a password of her own")
    owner.save()
    capsys.readouterr()

    call_command("demo_logins")

    assert "owner: owner / the password it has had so far" in capsys.readouterr().out.splitlines()


def test_a_restored_shop_without_demo_staff_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    cast.make_staff("owner", username="linda")

    call_command("demo_logins")

    assert capsys.readouterr().out == "staff: their own names / the passwords they have had so far\n"
