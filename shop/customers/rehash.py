"""The customers' phone and nickname hashes after a change of the search key."""

from shop.customers.hashes.names import hash_nickname
from shop.customers.hashes.phones import hash_phone
from shop.customers.models import Customer
from shop.rotation import BATCH, rehash


@rehash("phones and nicknames of customers")
def rebuild_customer_hashes(after: int) -> int | None:
    """A value changed meanwhile came with its own new hash: only the hash that was read is replaced."""
    known = Customer.objects.filter(erased_at__isnull=True)
    customers = list(known.filter(pk__gt=after).order_by("pk")[:BATCH])
    for customer in customers:
        hashes = {**hash_phone(customer.phone), "nickname_hash": hash_nickname(customer.nickname)}
        for name, wanted in hashes.items():
            _replace(customer, name, wanted)
    return customers[-1].pk if customers else None


@rehash("last digits of erased customers")
def empty_last_digits(_after: int) -> None:
    """A process of the version before, which erases somebody during an upgrade, leaves what it does not know."""
    left = Customer.objects.filter(erased_at__isnull=False).exclude(last_digits_hash="")
    left.update(last_digits_hash="")


def _replace(customer: Customer, name: str, wanted: str) -> None:
    if getattr(customer, name) != wanted:
        read = {name: getattr(customer, name)}
        unchanged = Customer.objects.filter(pk=customer.pk, erased_at__isnull=True, **read)
        unchanged.update(**{name: wanted})
