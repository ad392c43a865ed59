"""Reading how the shop ships."""

from shop.couriers.known import Courier, find_courier, list_couriers
from shop.couriers.models import CourierAccount, Provider, ProviderAccount, Sender


def list_used_couriers() -> list[Courier]:
    """The couriers in use, in the shop's own order; all that are known while none was ever chosen."""
    codes = (
        CourierAccount.objects.filter(is_on=True).order_by("position", "id").values_list("code", flat=True)
    )
    used = [courier for courier in map(find_courier, codes) if courier]
    return used or list(list_couriers())


def list_label_accounts() -> list[CourierAccount]:
    """Accounts of couriers in use of which e-waybills can be had, in the shop's order: complete, and proven once."""
    tested = set(ProviderAccount.objects.filter(tested_at__isnull=False).values_list("provider", flat=True))
    accounts = CourierAccount.objects.filter(is_on=True, provider__in=tested).order_by("position", "id")
    return [account for account in accounts if not list_missing(account)]


def list_missing(account: CourierAccount) -> list[str]:
    """Names of the columns that an e-waybill needs and that are empty."""
    courier = find_courier(account.code)
    needed = courier.list_needed(account.pay_type) if courier else ()
    return [name for name in needed if not getattr(account, name)]


def list_senders() -> list[Sender]:
    """The addresses in use, the default first."""
    return list(Sender.objects.filter(is_in_use=True).order_by("-is_default", "id"))


def get_provider_account(provider: Provider | str) -> ProviderAccount | None:
    return ProviderAccount.objects.filter(provider=provider).first()
