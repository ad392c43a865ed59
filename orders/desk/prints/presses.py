"""One press of a print button: which orders it names, that it is recorded, and the address of what it prints.

The address is signed, so that nothing is printed that is not on the record, and holds the number of each copy: loaded
again, the page shows the same and counts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders.desk.list.bulk import list_stages
from orders.desk.list.filters import Filters
from orders.desk.list.selectors import narrow
from orders.desk.prints.pick_list import is_to_pick
from orders.models import Order
from orders.scope import orders_in_scope
from orders.services.printing import Document, note_printed
from shop.actor import Actor
from shop.errors import Refused
from shop.words import fill

MOST = 200
"""So many orders one document holds."""

_LASTS = timedelta(hours=12)
_SALT = "orders.prints"


@dataclass(frozen=True)
class Printed:
    """What a press printed: `copies` of each order by its id, 0 for one that the document leaves out."""

    document: Document
    copies: Mapping[int, int]


def print_chosen(data: QueryDict, *, actor: Actor) -> str:
    """Record a print of each order that a form chose, and return what the address of the document is made of.

    Raises Refused: `no_document` (400), `not_found` (404), `too_many`, `nothing_to_pick`, `print_over` (410).
    """
    document = _read_document(data)
    orders = _choose(data, actor)
    taken = [order for order in orders if document is not Document.PICK_LIST or is_to_pick(order)]
    if not taken:
        raise Refused("nothing_to_pick", _("None of the chosen orders has goods to pick now."))
    copies = dict.fromkeys((order.pk for order in orders), 0)
    for order in taken:
        copies[order.pk] = note_printed(order.pk, document=document, actor=actor)
    return write_token(Printed(document, copies))


def write_token(printed: Printed) -> str:
    """The print as a signed text."""
    kept = [printed.document.value, list(printed.copies), list(printed.copies.values())]
    return signing.dumps(kept, salt=_SALT, compress=True)


def read_token(token: str) -> Printed:
    """The print that `write_token` wrote. Raises Refused `print_over` (410) for one that is old, or none of ours."""
    try:
        document, ids, copies = signing.loads(token, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature as broken:
        raise Refused(
            "print_over", _("This print is over. Open the orders and print again."), 410
        ) from broken
    return Printed(Document(document), dict(zip(ids, copies, strict=True)))


def _read_document(data: QueryDict) -> Document:
    name = data.get("document", "")
    if name not in Document.values:
        raise Refused("no_document", _("Choose what to print."), 400)
    return Document(name)


def _choose(data: QueryDict, actor: Actor) -> list[Order]:
    """The orders of the actor's that were chosen, oldest first."""
    seen = orders_in_scope(actor)
    if "again" in data:
        chosen = seen.filter(pk__in=read_token(data.get("again", "")).copies)
    elif "all" in data:
        chosen = seen.filter(pk__in=_list_results(Filters(QueryDict(data.get("filter", ""))), actor))
    else:
        chosen = seen.filter(number__in=_read_numbers(data))
    orders = list(chosen.order_by("pk")[: MOST + 1])
    if len(orders) > MOST:
        raise _refuse_many()
    if not orders:
        raise Refused("not_found", _("There is no such order."), 404)
    return orders


def _read_numbers(data: QueryDict) -> list[str]:
    """Order numbers as far as they can be some; what is none finds nothing."""
    sent = data.getlist("number")
    if len(sent) > MOST:
        raise _refuse_many()
    return [number for number in sent if number.isascii() and number.isdecimal() and len(number) <= 18]


def _list_results(filters: Filters, actor: Actor) -> list[int]:
    """The orders of the filtered list, up to one more than can be printed; each stage has an index of its own."""
    found: list[int] = []
    for stage in list_stages(filters):
        rows = narrow(filters, actor=actor).filter(stage=stage).order_by("-pk").values_list("pk", flat=True)
        found += rows[: MOST + 1 - len(found)]
    return found


def _refuse_many() -> Refused:
    sentence = _("At most %(n)d orders are printed at once. Narrow the list by a filter, or choose fewer.")
    return Refused("too_many", fill(sentence, {"n": MOST}))
