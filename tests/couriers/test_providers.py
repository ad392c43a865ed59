"""Credentials of e-waybills: they go in, pass a real call, and never come out."""

import pytest
from django.db import connection

from shop import clock
from shop.clients.errors import BadCredentials, ClientError, Rejected, Unreachable
from shop.couriers.models import Provider, ProviderAccount
from shop.couriers.services import providers as services
from shop.couriers.services.providers import change_provider, check_provider
from shop.demo.standins import StandInServer
from shop.demo.standins.faults import Fault
from shop.events.models import Event
from tests.cast import clerk
from tests.expect import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
MANAGER = clerk("manager")
OTHER = clerk("manager", name="李经理", id_=2)
SECRET = "kdniao-api-key-0001"
KEYS = {"customer": "1237100", "key": SECRET}


def save(**changes: str) -> ProviderAccount:
    return change_provider(Provider.KDNIAO, KEYS | changes, actor=MANAGER)


def read() -> ProviderAccount:
    return ProviderAccount.objects.get(provider=Provider.KDNIAO)


def test_the_key_is_sealed_and_the_record_holds_only_its_name() -> None:
    save()
    event = Event.objects.get(verb="provider.change")
    assert event.data == {"fields": ["customer", "key"]}
    assert SECRET not in f"{event.data}{event.sealed}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM couriers_provideraccount")
        assert cursor.fetchone()[0].startswith("v2:")


def test_an_empty_key_keeps_the_stored_one_and_a_change_must_be_tested_again() -> None:
    save()
    ProviderAccount.objects.update(tested_at=clock.now())
    save(key="", customer=" 1237100 ")
    assert read().tested_at is not None
    save(key="", customer="1237200")
    assert (read().customer, read().key, read().tested_at) == ("1237200", SECRET, None)


def test_a_form_that_a_colleague_overtook_is_refused() -> None:
    save()
    change_provider(Provider.KDNIAO, {"customer": "1"}, actor=OTHER)
    with refused("stale"):
        change_provider(Provider.KDNIAO, {"customer": "2"}, actor=MANAGER, expected_version=1)


def give_keys(server: StandInServer, provider: Provider) -> None:
    made = server.world.couriers
    keys = {
        Provider.KDNIAO: {"customer": made.kdniao_business_id, "key": made.kdniao_api_key},
        Provider.KUAIDI100: {"customer": made.kuaidi100_key, "key": made.kuaidi100_secret},
    }
    change_provider(provider, keys[provider], actor=MANAGER)


@pytest.mark.parametrize("provider", Provider)
def test_credentials_that_pass_a_real_call_are_remembered(
    provider: Provider, providers: StandInServer
) -> None:
    give_keys(providers, provider)
    check_provider(provider, actor=MANAGER)
    account = ProviderAccount.objects.get(provider=provider)
    assert account.tested_at is not None
    assert Event.objects.filter(verb="provider.test").count() == 1


@pytest.mark.parametrize("provider", Provider)
def test_a_wrong_key_is_said_and_leaves_them_untested(provider: Provider, providers: StandInServer) -> None:
    give_keys(providers, provider)
    change_provider(provider, {"key": "wrong"}, actor=MANAGER)
    with refused("connection_failed", 409) as caught:
        check_provider(provider, actor=MANAGER)
    assert "do not fit together" in str(caught.value)
    assert ProviderAccount.objects.get().tested_at is None


def test_a_provider_that_does_not_answer_is_said(providers: StandInServer) -> None:
    give_keys(providers, Provider.KDNIAO)
    providers.world.faults.add(Fault("/Ebusiness", "error_500", times=1, seconds=0))
    with refused("connection_failed") as caught:
        check_provider(Provider.KDNIAO, actor=MANAGER)
    assert "does not answer at the moment" in str(caught.value)


class Client:
    """A client whose test ends as told."""

    def __init__(self, error: ClientError) -> None:
        self.error = error

    def test(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Rejected("105", "业务错误[没有可用套餐]", 200), "No plan is booked"),
        (Rejected("405", "超过每日限量", 200), "did not accept the credentials: 超过每日限量"),
        (Rejected("999", "", 200), "did not accept the credentials: 999"),
        (BadCredentials("signs"), "cannot be used as it is"),
        (Unreachable("no route"), "does not answer at the moment"),
    ],
)
def test_what_the_provider_says_becomes_a_sentence(
    error: ClientError, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save()
    monkeypatch.setattr(services, "make_client", lambda _account: Client(error))
    with refused("connection_failed") as caught:
        check_provider(Provider.KDNIAO, actor=MANAGER)
    assert sentence in str(caught.value)


def test_nothing_is_asked_before_there_are_credentials() -> None:
    with refused("not_set_up"):
        check_provider(Provider.KDNIAO, actor=MANAGER)
    change_provider(Provider.KDNIAO, {"customer": "1237100"}, actor=MANAGER)
    with refused("not_set_up"):
        check_provider(Provider.KDNIAO, actor=MANAGER)


def test_credentials_that_were_changed_while_they_were_tested_are_not_taken_as_tested(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save()

    class Meanwhile:
        def test(self) -> None:
            change_provider(Provider.KDNIAO, {"key": "another"}, actor=OTHER)

    monkeypatch.setattr(services, "make_client", lambda _account: Meanwhile())
    with refused("stale"):
        check_provider(Provider.KDNIAO, actor=MANAGER)
    assert read().tested_at is None


@pytest.mark.parametrize("role", ["order_clerk", "warehouse", "support", "finance", "store_clerk"])
def test_only_owner_and_manager_set_providers_up(role: str) -> None:
    save()
    with refused("forbidden", 403):
        change_provider(Provider.KDNIAO, {"customer": "1"}, actor=clerk(role))
    with refused("forbidden", 403):
        check_provider(Provider.KDNIAO, actor=clerk(role))
