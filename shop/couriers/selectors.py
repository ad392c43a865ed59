"""Reading how the shop ships."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, QuerySet

from shop.couriers.known import Courier, find_courier, list_couriers
from shop.couriers.models import CALLING, CourierAccount, Provider, ProviderAccount, Sender


def sort_couriers(accounts: Iterable[CourierAccount]) -> list[Courier]:
    """All couriers that are known, those of these accounts first."""
    used = [courier for account in accounts if (courier := find_courier(account.code))]
    return [*used, *(courier for courier in list_couriers() if courier not in used)]


def list_label_accounts(accounts: Sequence[CourierAccount] | None = None) -> list[CourierAccount]:
    """Of the couriers in use those of which e-waybills can be had, in the shop's order: complete, and proven once."""
    wanted = [row for row in (list_accounts() if accounts is None else accounts) if row.provider]
    tested = list_tested_providers() if wanted else set()
    return [account for account in wanted if account.provider in tested and not list_missing(account)]


def find_calling_account(code: str) -> CourierAccount | None:
    """The account of a courier that a provider of the shop's can call for collection."""
    accounts = list_label_accounts()
    return next((row for row in accounts if row.code == code and row.provider in CALLING), None)


def find_called_couriers() -> "QuerySet[CourierAccount]":
    """The couriers that a provider can call; one that is in use has a provider only with a complete account."""
    tested = ProviderAccount.objects.filter(tested_at__isnull=False, provider__in=CALLING)
    return CourierAccount.objects.filter(is_on=True, provider__in=tested.values("provider"))


def list_missing(account: CourierAccount) -> list[str]:
    """Names of the columns that an e-waybill needs and that are empty."""
    courier = find_courier(account.code)
    if courier is None:
        return []
    chosen = courier.list_choices() if account.provider == Provider.KDNIAO else {}
    return [name for name in (*courier.list_needed(account.pay_type), *chosen) if not getattr(account, name)]


def list_accounts() -> list[CourierAccount]:
    """The accounts of couriers in use, in the shop's order."""
    return list(CourierAccount.objects.filter(is_on=True).order_by("position", "id"))


def list_senders(*, is_in_use: bool = True) -> list[Sender]:
    """The addresses in use, or those laid aside; the default first."""
    return list(Sender.objects.filter(is_in_use=is_in_use).order_by("-is_default", "id"))


def list_tested_providers() -> set[str]:
    """The providers whose credentials have passed a real call."""
    return set(ProviderAccount.objects.filter(tested_at__isnull=False).values_list("provider", flat=True))


def choose_provider() -> str:
    """The provider that a courier newly in use gets its e-waybills from: one that works, else 快递鸟."""
    tested = list_tested_providers()
    return next((provider for provider in Provider if provider in tested), Provider.KDNIAO)


def find_ready_sender() -> "QuerySet[Sender]":
    """The default sender, if e-waybills can be had: a courier in use has a provider only with a complete account."""
    tested = ProviderAccount.objects.filter(tested_at__isnull=False).values("provider")
    ready = CourierAccount.objects.filter(is_on=True, provider__in=tested)
    return Sender.objects.filter(Exists(ready), is_default=True).exclude(postcode="")


def get_provider_account(provider: Provider | str) -> ProviderAccount | None:
    return ProviderAccount.objects.filter(provider=provider).first()
