"""The buyers of a filled shop, hashed once: their orders repeat the hashes, and are sealed for each order."""

from dataclasses import dataclass, replace
from typing import Any

from orders.search import make_hashes
from shop.crypto import new_secret, seal
from shop.customers.hashes.names import hash_nickname
from shop.customers.hashes.phones import hash_phone
from shop.demo.persons import DemoPerson, list_people


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A buyer as the tables hold them; `hashes` finds their orders."""

    person: DemoPerson
    customer: dict[str, Any]
    hashes: dict[str, int]

    def seal_order(self, number: str, *, remark: str, hold_reason: str) -> dict[str, Any]:
        """The columns of an order of theirs that hold personal data."""
        plain = {
            "recipient": self.person.name,
            "phone": self.person.phone,
            "address_detail": self.person.detail,
            "buyer_remark": remark,
            "hold_reason": hold_reason,
        }
        return {name: text and self._seal(name, text, number) for name, text in plain.items()} | {
            "province": self.person.province,
            "city": self.person.city,
            "district": self.person.district,
        }

    def _seal(self, column: str, text: str, number: str) -> str:
        return seal(text, context=f"orders_order.{column}", row=number, secret=self.customer["secret"])


def store_people(count: int) -> list[StoredPerson]:
    return [_store(replace(p, phone=_make_phone(n))) for n, p in enumerate(list_people(count))]


def _make_phone(number: int) -> str:
    """Eleven digits, no two the same, with the last four spread evenly."""
    return f"138{(number * 7919 + 1234) % 10**8:08d}"


def _store(person: DemoPerson) -> StoredPerson:
    secret = new_secret()
    return StoredPerson(
        person=person,
        customer={
            "openid": person.openid,
            "secret": secret,
            "nickname": seal(person.nickname, context="customers_customer.nickname", secret=secret),
            "phone": seal(person.phone, context="customers_customer.phone", secret=secret),
            "nickname_hash": hash_nickname(person.nickname),
            **hash_phone(person.phone),
        },
        hashes=make_hashes(person.nickname, person.name, person.phone),
    )
