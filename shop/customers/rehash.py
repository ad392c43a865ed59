"""The customers' phone hashes after a change of the search key."""

from shop.crypto import keyed_hash
from shop.customers.models import Customer
from shop.rotation import BATCH, rehash


@rehash("phones of customers")
def rebuild_phone_hashes(after: int) -> int | None:
    """A phone changed meanwhile came with its own new hash: only the hash that was read is replaced."""
    customers = list(Customer.objects.filter(pk__gt=after).order_by("pk")[:BATCH])
    for customer in customers:
        wanted = keyed_hash("phone", customer.phone) if customer.phone else ""
        if customer.phone_hash != wanted:
            Customer.objects.filter(pk=customer.pk, phone_hash=customer.phone_hash).update(phone_hash=wanted)
    return customers[-1].pk if customers else None
