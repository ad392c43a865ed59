"""What the shop offers, as its settings and their preconditions say."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from shop.clients.wechat_mini import WeChatMini
from shop.clients.wechat_web import WeChatWeb
from shop.database.kept import KeptQuery
from shop.errors import Refused
from shop.store.choices import Delivery, Notice, PayMethod
from shop.store.deliveries import WAYS
from shop.store.models import AlipayAccount, StoreSettings, WeChatAccount

_TESTED = WeChatAccount.objects.filter(pk=1, tested_at__isnull=False)
_ALIPAY_TESTED = AlipayAccount.objects.filter(pk=1, tested_at__isnull=False)
_SETTINGS = KeptQuery(
    lambda: StoreSettings.objects.filter(pk=1).annotate(  # type: ignore[no-redef]  # they fill the cached properties
        is_wechat_tested=Exists(_TESTED), is_alipay_tested=Exists(_ALIPAY_TESTED)
    )
)


def get_store_settings() -> StoreSettings:
    """The one settings row; its defaults before the shop was set up."""
    return _SETTINGS.first() or StoreSettings(pk=1, shop_name="")


def get_wechat_account() -> WeChatAccount | None:
    return WeChatAccount.objects.filter(pk=1).first()


def get_alipay_account() -> AlipayAccount | None:
    return AlipayAccount.objects.filter(pk=1).first()


@dataclass(frozen=True)
class Precondition:
    """What a switch needs before it may be on; `words` asks for it, `fact` says that it is there.

    `where` is the page that meets it, by the name of its address, and what its link says.
    """

    switch: str
    is_met: bool
    words: Any
    fact: Any
    where: tuple[str, Any] | None = None

    @property
    def told(self) -> Any:
        """How it is shown beside its switch."""
        return self.fact if self.is_met else self.words


def list_preconditions(store: StoreSettings) -> list[Precondition]:
    """Every switch with what it needs, shown beside it beforehand and checked on save (product rules §2)."""
    return [
        *_list_plain_preconditions(store),
        Precondition(
            "pickup_on",
            store.has_serving_store,
            _("Pickup needs a store that is switched on and has opening hours."),
            _("There is a store that serves."),
            ("store:pickup_stores", _("Add a store")),
        ),
    ]


def _list_plain_preconditions(store: StoreSettings) -> list[Precondition]:
    return [
        Precondition(
            "local_on",
            bool(store.local_districts),
            _("Own delivery needs districts that it goes to."),
            _("The districts are chosen."),
            ("store:area", _("Choose districts")),
        ),
        Precondition(
            "local_on",
            store.local_fee_fen is not None,
            _("Own delivery needs a fee; 0 is a fee."),
            _("The delivery fee is set."),
        ),
        Precondition(
            "local_on",
            bool(store.local_phone),
            _("Own delivery needs a contact phone."),
            _("The contact phone is filled in."),
        ),
        Precondition(
            "wechat_on",
            store.is_wechat_tested,
            _("WeChat Pay needs credentials that passed “test connection”."),
            _("The credentials have passed “test connection”."),
            ("store:wechat", _("Enter credentials")),
        ),
        Precondition(
            "alipay_on",
            store.is_alipay_tested,
            _("Alipay needs credentials that passed “test connection”."),
            _("The credentials have passed “test connection”."),
            ("store:alipay", _("Enter credentials")),
        ),
        Precondition(
            "transfer_on",
            bool(store.transfer_bank or store.collection_code),
            _("Bank transfer needs a bank, or a collection code."),
            _("There is a bank, or a collection code."),
        ),
        Precondition(
            "transfer_on",
            bool(store.transfer_name or store.collection_code),
            _("Bank transfer needs an account holder, or a collection code."),
            _("There is an account holder, or a collection code."),
        ),
        Precondition(
            "transfer_on",
            bool(store.transfer_number or store.collection_code),
            _("Bank transfer needs an account number, or a collection code."),
            _("There is an account number, or a collection code."),
        ),
    ]


_PAY_METHODS = {
    PayMethod.WECHAT: "wechat_on",
    PayMethod.ALIPAY: "alipay_on",
    PayMethod.BALANCE: "balance_on",
    PayMethod.TRANSFER: "transfer_on",
}


def list_offers(store: StoreSettings) -> dict[Delivery, list[PayMethod]]:
    """The delivery methods buyers can really be offered now, each with its ways to pay."""
    # Nobody asks for open stores where pickup is off.
    needs = list_preconditions(store) if store.pickup_on else _list_plain_preconditions(store)
    unmet = {need.switch for need in needs if not need.is_met}

    def is_usable(switch: str) -> bool:
        return bool(getattr(store, switch)) and switch not in unmet

    def list_methods(delivery: Delivery) -> list[PayMethod]:
        switches = {method: _find_switch(method, delivery) for method in PayMethod}
        return [method for method, switch in switches.items() if switch and is_usable(switch)]

    return {
        Delivery(delivery): list_methods(Delivery(delivery))
        for delivery, way in WAYS.items()
        if way.switch and is_usable(way.switch)
    }


def list_known_methods() -> list[PayMethod]:
    """Every way to pay that some setting can switch on."""
    return [way for way in PayMethod if any(_find_switch(way, delivery) for delivery in Delivery)]


def _find_switch(method: PayMethod, delivery: Delivery) -> str:
    """The setting that lets orders with this delivery be paid this way; "" when nothing does."""
    return WAYS[delivery].cash_switch if method == PayMethod.COD else _PAY_METHODS.get(method, "")


def list_deliveries(store: StoreSettings) -> list[Delivery]:
    """The delivery methods buyers can really be offered now."""
    return list(list_offers(store))


def list_pay_methods(store: StoreSettings, delivery: Delivery) -> list[PayMethod]:
    """The ways to pay an order with this delivery; none for a delivery that is not offered."""
    return list_offers(store).get(delivery, [])


@dataclass(frozen=True)
class Template:
    notice: Notice
    template_id: str


def list_templates(store: StoreSettings) -> list[Template]:
    """The templates of subscription messages that the shop has entered."""
    entered = [(notice, find_template(store, notice)) for notice in Notice]
    return [Template(notice, template_id) for notice, template_id in entered if template_id]


def find_template(store: StoreSettings, notice: Notice) -> str:
    """The id of the template by which buyers are told this, "" where none was entered."""
    return str(getattr(store, f"template_{notice}"))


def get_wechat_mini(*, base_url: str) -> WeChatMini:
    """A client of the mini-program server. Raises Refused `wechat_not_set_up` (409)."""
    account = get_wechat_account()
    if account is None:
        raise Refused("wechat_not_set_up", _("The mini-program has no credentials yet."))
    return WeChatMini(account.appid, account.mini_secret, base_url=base_url)


def get_wechat_web(*, base_url: str, open_url: str) -> WeChatWeb:
    """A client of the service account's web pages. Raises Refused `wechat_not_set_up` (409)."""
    account = get_wechat_account()
    if account is None or not account.service_appid or not account.service_secret:
        raise Refused("wechat_not_set_up", _("The service account has no credentials yet."))
    return WeChatWeb(account.service_appid, account.service_secret, base_url=base_url, open_url=open_url)
