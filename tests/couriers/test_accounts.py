"""Couriers in use: switched on and off, put into order, and the account that their e-waybills need."""

import pytest
from django.db import connection

from orders.waybills.providers import make_account
from shop import clock
from shop.couriers.models import CourierAccount, PayType, Provider, ProviderAccount
from shop.couriers.selectors import list_accounts, list_label_accounts
from shop.couriers.services.accounts import change_courier, drop_courier, rank_courier, take_courier
from shop.couriers.services.providers import change_provider
from shop.events.models import Event
from tests.cast import clerk
from tests.expect import refused

pytestmark = pytest.mark.django_db
MANAGER = clerk("manager")
OTHER = clerk("manager", name="李经理", id_=2)
SECRET = "zto-password-0001"
ZTO = {"provider": Provider.KDNIAO, "customer_name": "K1000", "customer_pwd": SECRET}


def take(code: str) -> CourierAccount:
    return take_courier(code, actor=MANAGER)


def list_codes() -> list[str]:
    return [account.code for account in list_accounts()]


def test_a_courier_is_switched_on_at_the_end_of_the_list() -> None:
    for code in ("ZTO", "SF", "EMS"):
        take(code)
    assert list_codes() == ["ZTO", "SF", "EMS"]


def test_a_courier_that_comes_back_is_last_and_keeps_its_account() -> None:
    account = take("ZTO")
    take("SF")
    change_courier(account.pk, ZTO, actor=MANAGER)
    drop_courier(account.pk, actor=MANAGER)
    assert list_codes() == ["SF"]
    assert take("ZTO").customer_pwd == SECRET
    assert list_codes() == ["SF", "ZTO"]


def test_a_courier_is_switched_on_once() -> None:
    take("SF")
    with refused("already_done"):
        take("SF")
    with refused("not_found", 404):
        take("NOBODY")
    assert list_codes() == ["SF"]


def test_couriers_move_up_and_down_and_not_beyond_the_ends() -> None:
    first, second, third = (take(code).pk for code in ("SF", "ZTO", "EMS"))
    rank_courier(third, step=-1, actor=MANAGER)
    assert list_codes() == ["SF", "EMS", "ZTO"]
    rank_courier(first, step=1, actor=MANAGER)
    assert list_codes() == ["EMS", "SF", "ZTO"]
    rank_courier(third, step=-1, actor=MANAGER)
    rank_courier(second, step=1, actor=MANAGER)
    assert list_codes() == ["EMS", "SF", "ZTO"]
    with refused("not_found"):
        rank_courier(999, step=1, actor=MANAGER)


def test_a_place_in_the_list_makes_no_form_grow_old() -> None:
    account = take("SF")
    take("ZTO")
    rank_courier(account.pk, step=1, actor=OTHER)
    change_courier(account.pk, {"product": "2"}, actor=MANAGER, expected_version=account.version)
    account.refresh_from_db()
    assert account.product == "2"


def test_what_a_provider_cannot_do_without_is_named() -> None:
    account = take("STO")
    with refused("account_incomplete", 400) as caught:
        change_courier(account.pk, ZTO | {"customer_pwd": ""}, actor=MANAGER)
    assert caught.value.extra["fields"] == ["customer_pwd", "send_site"]
    account.refresh_from_db()
    assert account.customer_name == ""


def test_a_monthly_code_is_needed_for_monthly_bills_alone() -> None:
    account = take("SF")
    change_courier(account.pk, {"pay_type": PayType.RECEIVER}, actor=MANAGER)
    with refused("account_incomplete"):
        change_courier(account.pk, {"pay_type": PayType.MONTHLY}, actor=MANAGER)
    change_courier(account.pk, {"pay_type": PayType.MONTHLY, "month_code": "5710123456"}, actor=MANAGER)


def test_where_numbers_are_typed_nothing_is_needed() -> None:
    change_courier(take("ZTO").pk, {"customer_name": "K1000"}, actor=MANAGER)
    change_courier(take("SF").pk, {"provider": ""}, actor=MANAGER)
    assert list_label_accounts() == []


def test_secrets_are_sealed_and_the_record_holds_only_their_names() -> None:
    change_courier(take("ZTO").pk, ZTO, actor=MANAGER)
    change = Event.objects.get(verb="courier.change")
    assert change.data == {"fields": ["provider", "customer_name", "customer_pwd"]}
    assert all(SECRET not in f"{event.data}{event.sealed}" for event in Event.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_pwd FROM couriers_courieraccount")
        assert cursor.fetchone()[0].startswith("v2:")


def test_an_empty_secret_keeps_the_stored_one() -> None:
    account = take("ZTO")
    change_courier(account.pk, ZTO, actor=MANAGER)
    change_courier(account.pk, ZTO | {"customer_pwd": "", "customer_name": "K2000"}, actor=MANAGER)
    account.refresh_from_db()
    assert (account.customer_name, account.customer_pwd) == ("K2000", SECRET)


def test_a_courier_that_is_switched_off_is_not_changed() -> None:
    account = take("SF")
    drop_courier(account.pk, actor=MANAGER)
    with refused("switched_off"):
        change_courier(account.pk, {"product": "2"}, actor=MANAGER)
    with refused("switched_off"):
        drop_courier(account.pk, actor=MANAGER)


def test_a_form_that_a_colleague_overtook_is_refused() -> None:
    account = take("SF")
    change_courier(account.pk, {"product": "2"}, actor=OTHER)
    with refused("stale"):
        change_courier(account.pk, {"product": "3"}, actor=MANAGER, expected_version=account.version)
    with refused("stale"):
        drop_courier(account.pk, actor=MANAGER, expected_version=account.version)


def test_a_new_courier_gets_its_waybills_from_a_provider_that_works() -> None:
    assert take("SF").provider == Provider.KDNIAO
    change_provider(Provider.KUAIDI100, {"customer": "key", "key": "secret"}, actor=MANAGER)
    assert take("YZPY").provider == Provider.KDNIAO
    ProviderAccount.objects.update(tested_at=clock.now())
    assert take("EMS").provider == Provider.KUAIDI100


def test_a_new_courier_that_needs_an_account_gets_its_waybills_when_it_is_entered() -> None:
    account = take("ZTO")
    assert account.provider == ""
    assert change_courier(account.pk, ZTO, actor=MANAGER).provider == Provider.KDNIAO


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support", "finance", "store_clerk"])
def test_only_owner_and_manager_set_couriers_up(role: str) -> None:
    account, actor = take("SF"), clerk(role)
    take("ZTO")
    for press in (
        lambda: take_courier("EMS", actor=actor),
        lambda: drop_courier(account.pk, actor=actor),
        lambda: rank_courier(account.pk, step=1, actor=actor),
        lambda: change_courier(account.pk, {"product": "2"}, actor=actor),
    ):
        with refused("forbidden", 403):
            press()
    assert list_codes() == ["SF", "ZTO"]
    assert not CourierAccount.objects.filter(code="EMS").exists()


@pytest.mark.parametrize(
    ("code", "name", "usual"),
    [("JTSD", "delivery_method", 3), ("DBL", "delivery_method", 3), ("JD", "trans_type", 1)],
)
def test_where_kdniao_wants_a_number_chosen_the_usual_one_is(code: str, name: str, usual: int) -> None:
    assert getattr(take(code), name) == usual


def test_what_was_not_chosen_is_missing_at_kdniao_alone() -> None:
    account = take("DBL")
    known = {"customer_name": "K1", "delivery_method": 0}
    with refused("account_incomplete", 400) as caught:
        change_courier(account.pk, known | {"provider": Provider.KDNIAO}, actor=MANAGER)
    assert caught.value.extra["fields"] == ["delivery_method"]
    change_courier(account.pk, known | {"provider": Provider.KUAIDI100}, actor=MANAGER)
    change_courier(account.pk, {"provider": Provider.KDNIAO, "delivery_method": 4}, actor=MANAGER)
    sent = make_account("DBL")
    assert (sent.delivery_method, sent.trans_type) == (4, 0)


def test_of_what_nobody_knows_the_meaning_nothing_is_chosen() -> None:
    account = take("ZYE")
    assert (account.delivery_method, account.provider) == (0, "")
    assert [account.provider for account in (take("SF"), take("JTSD"))] == ["kdniao", "kdniao"]
