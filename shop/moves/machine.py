"""What happens to the machinery itself: the comparing of the books every night, whose code lies below this room."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.events.models import BookCheck
from shop.events.words import Part, tells
from shop.moves.table import BY_SYSTEM, Subject, register, stateless

_FOUND = {"looked_at": int, "broken": list[str]}


@tells("books", "broken")
def tell_broken(rows: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    """How many, and of which rules of the books: the sentences are for those who repair them."""
    codes = sorted({str(row).partition(" ")[0] for row in rows})
    words = gettext("%(n)d (%(codes)s)") % {"n": len(rows), "codes": gettext(", ").join(codes)}
    yield Part(_("Contradictions"), words)


BOOK_CHECKS = register(
    Subject(
        BookCheck,
        _("Books"),
        (
            stateless("books.check", _("Books compared: they balance"), BY_SYSTEM, facts=_FOUND),
            stateless(
                "books.broken",
                _("Books compared: something does not add up"),
                BY_SYSTEM,
                is_bad=True,
                facts=_FOUND,
            ),
        ),
        _("The books have never been compared."),
        name=lambda _row: "",
    )
)
