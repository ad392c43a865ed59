"""What happens to the machinery itself: the comparing of the books every night, whose code lies below this room."""

from django.utils.translation import gettext_lazy as _

from shop.events.models import BookCheck
from shop.moves.table import BY_SYSTEM, Subject, register, stateless

_FOUND = {"looked_at": int, "broken": list[str]}

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
