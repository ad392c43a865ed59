"""How the demo shop ships: from two places, with accounts as in the sandbox of 快递鸟 and tested credentials."""

from pathlib import Path

from django.test import override_settings

from shop.actor import Actor
from shop.couriers.models import Provider
from shop.couriers.services.accounts import change_courier, take_courier
from shop.couriers.services.providers import change_provider, check_provider
from shop.couriers.services.senders import add_sender
from shop.demo.standins import load_courier_credentials, run_in_thread

SENDER = {
    "name": "周师傅",
    "phone": "0571-88990011",
    "company": "杭州山野集食品有限公司",
    "province": "浙江省",
    "city": "杭州市",
    "district": "余杭区",
    "address": "良渚街道勾运路 8 号 3 号仓",
    "postcode": "311113",
}
SECOND_SENDER = {
    "name": "何师傅",
    "phone": "0571-88990013",
    "company": "山野集文三路店",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "address": "文三路 391 号 1 楼",
    "postcode": "310012",
}
ACCOUNTS: dict[str, dict[str, str]] = {
    "SF": {},
    "ZTO": {"customer_name": "testzto", "customer_pwd": "testztopwd"},
    "YTO": {"customer_name": "testyto", "month_code": "testytomonthcode"},
    "JD": {"customer_name": "testjd", "warehouse": "testjdwarehouse"},
    "EMS": {},
}
"""The couriers in use, in their order."""


def set_up_couriers(standins_dir: Path, *, actor: Actor) -> None:
    """Everything that one-click e-waybills need."""
    for sender in (SENDER, SECOND_SENDER):
        add_sender(sender, actor=actor)
    give_courier_credentials(standins_dir, actor=actor)
    for code, account in ACCOUNTS.items():
        changes = account | {"provider": Provider.KDNIAO}
        change_courier(take_courier(code, actor=actor).pk, changes, actor=actor)


def give_courier_credentials(standins_dir: Path, *, actor: Actor) -> None:
    """Credentials of the pretend 快递鸟, tested by a real call to a stand-in of our own."""
    made = load_courier_credentials(standins_dir)
    keys = {"customer": made.kdniao_business_id, "key": made.kdniao_api_key}
    change_provider(Provider.KDNIAO, keys, actor=actor)
    with run_in_thread(standins_dir) as server, override_settings(KDNIAO_URL=server.base_url):
        check_provider(Provider.KDNIAO, actor=actor)
