"""/console/settings/couriers/: what an owner does there on the first day, without scripts."""

import logging
from typing import Any

import pytest
from django.test import Client

from orders.tracking.providers import make_salt
from shop.couriers.models import STUCK_HOURS, CourierAccount, PayType, Provider, ProviderAccount, Sender
from shop.couriers.services.accounts import change_courier, take_courier
from shop.couriers.services.providers import change_provider
from shop.couriers.services.senders import change_sender, retire_sender
from shop.demo.standins import StandInServer
from tests.cast import clerk, make_sender
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db
URL = "/console/settings/couriers/"
SECRETS = ("zto-password-0001", "month-code-0001", "kdniao-key-0001")
TYPED = {
    "recipient": "王店长",
    "phone": "0571-88886666",
    "province": "浙江省",
    "city": "杭州市",
    "district": "余杭区",
    "detail": "良渚街道勾运路 8 号",
    "postcode": "311113",
}


@pytest.fixture
def manager() -> Client:
    return browser("manager")


def errors_of(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 422
    return dict(response.context["form"].errors)


class TestOverview:
    def test_a_new_shop_is_told_what_to_do(self, manager: Client) -> None:
        page = page_with(200, manager.get(URL))
        assert "No courier chosen yet" in page
        assert "No sender yet" in page
        assert page.count("Still to do") == 3
        assert page.count("btn-primary") == 1

    def test_a_courier_is_switched_on_and_moved_by_buttons(self, manager: Client) -> None:
        for code in ("SF", "EMS"):
            assert manager.post(f"{URL}take/", {"code": code}).status_code == 302
        last = CourierAccount.objects.get(code="EMS")
        answer = manager.post(f"{URL}rank/", {"up": last.pk})
        assert answer["Location"] == f"{URL}#courier-EMS"
        page = page_with(200, manager.get(URL))
        assert page.index("accounts/EMS/") < page.index("accounts/SF/")
        assert "EMS (China Post) one place down" in page

    def test_a_courier_that_needs_an_account_leads_to_it(self, manager: Client) -> None:
        answer = manager.post(f"{URL}take/", {"code": "ZTO"}, follow=True)
        assert answer.redirect_chain[-1][0] == f"{URL}accounts/ZTO/?provider=kdniao"
        page = page_with(200, answer)
        assert "fill it in here" in page
        assert '<option value="kdniao" selected>' in page
        assert "The account at ZTO Express is not complete." in page_with(200, manager.get(URL))

    def test_an_account_that_its_courier_finds_incomplete_is_named(self, manager: Client) -> None:
        """What couriers need changes with the table of couriers, not with what was entered."""
        take_courier("ZTO", actor=clerk())
        CourierAccount.objects.update(provider="kdniao")
        assert "Missing: Account, Account password" in page_with(200, manager.get(URL))

    @pytest.mark.parametrize(
        ("action", "posted"), [("take", {"code": "X"}), ("rank", {"up": "x"}), ("rank", {})]
    )
    def test_nonsense_is_a_sentence(self, action: str, posted: dict[str, str], manager: Client) -> None:
        page = page_with(200, manager.post(f"{URL}{action}/", posted, follow=True))
        assert "There is no such courier." in page
        assert not CourierAccount.objects.exists()


class TestSender:
    def test_a_pasted_line_fills_what_was_left_empty(self, manager: Client) -> None:
        line = "王店长 13900001111 浙江省杭州市余杭区良渚街道勾运路8号"
        assert manager.post(f"{URL}senders/new/", {"pasted": line, "postcode": "311113"}).status_code == 302
        sender = Sender.objects.get()
        assert (sender.name, sender.phone, sender.district) == ("王店长", "13900001111", "余杭区")
        assert sender.is_default

    def test_what_the_line_lacks_is_asked_for_and_the_rest_is_kept(self, manager: Client) -> None:
        answer = manager.post(
            f"{URL}senders/new/", {"pasted": "王店长 13900001111 浙江省杭州市余杭区勾运路8号"}
        )
        assert list(errors_of(answer)) == ["postcode"]
        assert 'value="勾运路8号"' in answer.content.decode()

    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"province": "浙江"}, "province", "Did you mean 浙江省?"),
            ({"city": "杭州"}, "city", "Did you mean 杭州市?"),
            ({"district": "余杭"}, "district", "Did you mean 余杭区?"),
            ({"district": ""}, "district", "required"),
            ({"postcode": "3111"}, "postcode", "6 digits"),
            ({"postcode": "３１１１１３"}, "postcode", "6 digits"),
            ({"phone": "call me"}, "phone", "phone number"),
            ({"recipient": ""}, "recipient", "required"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(
        self, changes: dict[str, str], field: str, sentence: str, manager: Client
    ) -> None:
        found = errors_of(manager.post(f"{URL}senders/new/", TYPED | changes))
        assert list(found) == [field]
        assert sentence in found[field][0] or sentence == "required"
        assert not Sender.objects.exists()

    def test_a_new_district_and_a_city_without_any_are_taken(self, manager: Client) -> None:
        assert manager.post(f"{URL}senders/new/", TYPED | {"district": "新设的开发园"}).status_code == 302

    def test_an_overtaken_form_is_refused_and_keeps_what_was_typed(self, manager: Client) -> None:
        sender = make_sender()
        change_sender(sender.pk, {"postcode": "310000"}, actor=clerk(id_=77))
        answer = manager.post(f"{URL}senders/{sender.pk}/", TYPED | {"version": "1", "company": "新公司"})
        page = page_with(422, answer)
        assert "Look again, then repeat." in page
        assert 'value="新公司"' in page

    def test_a_change_is_saved_and_told_on_its_page(self, manager: Client) -> None:
        sender = make_sender()
        answer = manager.post(
            f"{URL}senders/{sender.pk}/", TYPED | {"version": "1", "postcode": "310000"}, follow=True
        )
        assert "The sender is saved." in page_with(200, answer)
        assert "Sender changed" in page_with(200, manager.get(f"{URL}senders/{sender.pk}/"))

    def test_the_buttons_are_those_that_are_possible(self, manager: Client) -> None:
        first, second = make_sender(), make_sender()
        page = page_with(200, manager.get(f"{URL}senders/{first.pk}/"))
        assert "/retire/" not in page and "/choose/" not in page
        page = page_with(200, manager.get(f"{URL}senders/{second.pk}/"))
        assert "/retire/" in page and "/choose/" in page and "/take-up/" not in page
        retire_sender(second.pk, actor=clerk())
        page = page_with(200, manager.get(f"{URL}senders/{second.pk}/"))
        assert "/take-up/" in page and "/choose/" not in page

    def test_a_button_does_what_it_says(self, manager: Client) -> None:
        make_sender()
        second = make_sender()
        assert manager.post(f"{URL}senders/{second.pk}/choose/", {"version": "1"}).status_code == 302
        assert Sender.objects.get(is_default=True) == second
        page = page_with(409, manager.post(f"{URL}senders/{second.pk}/retire/", {"version": "2"}))
        assert "Make another one the default first." in page

    def test_what_is_missing_is_said_and_of_secrets_nothing(self, manager: Client) -> None:
        page = page_with(422, manager.post(f"{URL}senders/new/", {"recipient": "周师傅"}))
        assert "Look at the marked fields below." in page and "secrets" not in page
        assert 'value="周师傅"' in page

    def test_a_sender_that_is_not_there_is_not_found(self, manager: Client) -> None:
        assert manager.get(f"{URL}senders/99/").status_code == 404


class TestCourier:
    def open(self, code: str, client: Client) -> str:
        take_courier(code, actor=clerk())
        return page_with(200, client.get(f"{URL}accounts/{code}/"))

    def save(self, code: str, client: Client, **changes: str) -> Any:
        version = CourierAccount.objects.get(code=code).version
        typed = {
            "provider": "kdniao",
            "pay_type": "1",
            "product": "1",
            "stuck_hours": "72",
            "version": version,
        }
        return client.post(f"{URL}accounts/{code}/", typed | changes)

    def test_it_asks_just_for_what_this_courier_needs(self, manager: Client) -> None:
        page = self.open("YTO", manager)
        assert 'name="customer_name"' in page and 'name="month_code"' in page
        assert 'name="customer_pwd"' not in page and 'name="warehouse"' not in page
        assert "YTO Express gives it to you with the contract." in page

    def test_where_nobody_knows_it_says_whom_to_ask(self, manager: Client) -> None:
        page = self.open("EMS", manager)
        assert page.count("Ask EMS (China Post) whether you need it.") == 2
        assert self.save("EMS", manager).status_code == 302

    def test_what_is_missing_is_said_beside_its_field(self, manager: Client) -> None:
        self.open("ZTO", manager)
        found = errors_of(self.save("ZTO", manager, customer_name="K1"))
        assert list(found) == ["customer_pwd"]
        assert "Ask the courier for it" in found["customer_pwd"][0]

    def test_where_kdniao_wants_a_number_chosen_it_is_one_of_the_couriers_own(self, manager: Client) -> None:
        page = self.open("DBL", manager)
        assert '<option value="3" selected>3 – to the door, not upstairs</option>' in page
        assert 'name="trans_type"' not in page
        assert list(errors_of(self.save("DBL", manager, customer_name="K1", delivery_method="6"))) == [
            "delivery_method"
        ]
        nothing = errors_of(self.save("DBL", manager, customer_name="K1", delivery_method=""))
        assert list(nothing) == ["delivery_method"]
        assert self.save("DBL", manager, customer_name="K1", delivery_method="4").status_code == 302
        assert CourierAccount.objects.get(code="DBL").delivery_method == 4

    def test_a_monthly_bill_asks_for_its_code(self, manager: Client) -> None:
        self.open("SF", manager)
        assert list(errors_of(self.save("SF", manager, pay_type="3"))) == ["month_code"]
        assert self.save("SF", manager, pay_type="3", month_code="5710123456").status_code == 302
        assert CourierAccount.objects.get().pay_type == PayType.MONTHLY

    def test_signs_that_providers_refuse_are_refused_here(self, manager: Client) -> None:
        self.open("ZTO", manager)
        found = errors_of(self.save("ZTO", manager, customer_name="K&1", customer_pwd="a+b"))
        assert set(found) == {"customer_name", "customer_pwd"}

    @pytest.mark.parametrize("hours", ["0", "-1", "721", "40000", "", "2.5", "三天"])
    def test_hours_without_news_are_a_number_of_them(self, hours: str, manager: Client) -> None:
        self.open("SF", manager)
        answer = self.save("SF", manager, stuck_hours=hours)
        assert errors_of(answer) == {"stuck_hours": ["Say how many hours, 1 to 720 (30 days)."]}
        assert CourierAccount.objects.get().stuck_hours == STUCK_HOURS

    @pytest.mark.parametrize("hours", ["1", "720"])
    def test_hours_without_news_are_saved_and_shown(self, hours: str, manager: Client) -> None:
        page = self.open("SF", manager)
        assert f'value="{STUCK_HOURS}"' in page
        assert self.save("SF", manager, stuck_hours=hours).status_code == 302
        assert CourierAccount.objects.get().stuck_hours == int(hours)
        assert f'value="{hours}"' in page_with(200, manager.get(f"{URL}accounts/SF/"))

    def test_an_overtaken_form_is_refused(self, manager: Client) -> None:
        self.open("SF", manager)
        account = CourierAccount.objects.get()
        change_courier(account.pk, {"product": "2"}, actor=clerk(id_=77))
        answer = self.save("SF", manager, version=str(account.version))
        assert "Look again, then repeat." in page_with(422, answer)

    def test_a_courier_is_switched_off_by_its_button(self, manager: Client) -> None:
        assert f"{URL}accounts/SF/drop/" in self.open("SF", manager)
        assert manager.post(f"{URL}accounts/SF/drop/", {"version": "1"}).status_code == 302
        assert not CourierAccount.objects.get().is_on

    def test_one_that_was_never_switched_on_has_no_page(self, manager: Client) -> None:
        assert manager.get(f"{URL}accounts/SF/").status_code == 404


class TestProvider:
    def test_keys_are_entered_and_tested(self, manager: Client, providers: StandInServer) -> None:
        made = providers.world.couriers
        typed = {"merchant": made.kdniao_business_id, "key": made.kdniao_api_key, "version": "0"}
        page = page_with(200, manager.post(f"{URL}providers/kdniao/", typed, follow=True))
        assert "Now test the connection." in page
        page = page_with(200, manager.post(f"{URL}providers/kdniao/test/", follow=True))
        assert "The provider accepted the credentials." in page
        assert "Test passed" in page_with(200, manager.get(URL))

    def test_a_failed_test_says_why(self, manager: Client, providers: StandInServer) -> None:
        typed = {"merchant": "1", "key": "wrong", "version": "0"}
        manager.post(f"{URL}providers/kdniao/", typed)
        page = page_with(200, manager.post(f"{URL}providers/kdniao/test/", follow=True))
        assert "do not fit together" in page
        assert ProviderAccount.objects.get().tested_at is None

    def test_a_merchant_id_is_needed(self, manager: Client) -> None:
        answer = manager.post(f"{URL}providers/kdniao/", {"key": SECRETS[2], "version": "0"})
        assert list(errors_of(answer)) == ["merchant"]
        assert not ProviderAccount.objects.exists()

    def test_kuaidi100_asks_for_its_customer_number_and_kdniao_does_not(self, manager: Client) -> None:
        assert 'name="company"' not in page_with(200, manager.get(f"{URL}providers/kdniao/"))
        page = page_with(200, manager.get(f"{URL}providers/kuaidi100/"))
        assert 'name="company"' in page and "cannot be asked for them" in page

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"company": "C" * 61}, "company"),
            ({"company": "CUST\x001"}, "company"),
            ({"merchant": ""}, "merchant"),
            ({"merchant": "K" * 61}, "merchant"),
            ({"key": "sec\x1fret"}, "key"),
        ],
    )
    def test_what_signs_pushes_is_refused_beside_its_field(
        self, changes: dict[str, str], field: str, manager: Client
    ) -> None:
        typed = {"merchant": "KEY1", "key": SECRETS[2], "company": "CUST1", "version": "0"}
        found = errors_of(manager.post(f"{URL}providers/kuaidi100/", typed | changes))
        assert list(found) == [field] and found[field][0]
        assert not ProviderAccount.objects.exists()

    def test_the_secret_that_signs_pushes_is_written_and_never_read(self, manager: Client) -> None:
        typed = {"merchant": "KEY1", "key": SECRETS[2], "company": "CUST1", "version": "0"}
        assert manager.post(f"{URL}providers/kuaidi100/", typed).status_code == 302
        account = ProviderAccount.objects.get()
        assert (account.customer, account.key, account.company) == ("KEY1", SECRETS[2], "CUST1")
        page = page_with(200, manager.get(f"{URL}providers/kuaidi100/"))
        assert 'value="CUST1"' in page
        assert SECRETS[2] not in page and make_salt(account) not in page
        typed |= {"key": "", "company": "CUST2", "version": str(account.version)}
        assert manager.post(f"{URL}providers/kuaidi100/", typed).status_code == 302
        account.refresh_from_db()
        assert (account.key, account.company) == (SECRETS[2], "CUST2")

    def test_saving_the_same_says_so(self, manager: Client) -> None:
        change_provider(Provider.KDNIAO, {"customer": "1", "key": "2"}, actor=clerk())
        typed = {"merchant": "1", "key": "", "version": "1"}
        page = page_with(200, manager.post(f"{URL}providers/kdniao/", typed, follow=True))
        assert "Nothing was changed." in page

    def test_an_unknown_provider_is_not_found(self, manager: Client) -> None:
        assert manager.get(f"{URL}providers/other/").status_code == 404
        assert manager.post(f"{URL}providers/other/test/").status_code == 404


def test_no_secret_is_ever_in_a_page_or_in_the_log(
    manager: Client, providers: StandInServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    zto = {"customer_name": "K1", "customer_pwd": SECRETS[0]}
    change_courier(take_courier("ZTO", actor=clerk()).pk, zto, actor=clerk())
    yto = {"customer_name": "K1", "month_code": SECRETS[1]}
    change_courier(take_courier("YTO", actor=clerk()).pk, yto, actor=clerk())
    typed = {"merchant": "1", "key": SECRETS[2], "version": "0"}
    pages = [manager.post(f"{URL}providers/kdniao/", typed | {"merchant": ""})]
    pages += [manager.post(f"{URL}providers/kdniao/", typed, follow=True)]
    pages += [manager.post(f"{URL}providers/kdniao/test/", follow=True)]
    pages += [manager.post(f"{URL}accounts/ZTO/", zto | {"product": "", "version": "2"})]
    pages += [
        manager.get(f"{URL}{path}") for path in ("", "accounts/ZTO/", "accounts/YTO/", "providers/kdniao/")
    ]
    pages += [manager.get("/console/audit/")]
    seen = caplog.text + "".join(page.content.decode() for page in pages)
    assert [secret for secret in SECRETS if secret in seen] == []
    assert "Stored and never shown." in seen
