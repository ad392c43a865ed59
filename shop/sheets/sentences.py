"""What a sheet's reader is told, put into words only when somebody reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True)
class Sentence:
    """A message of the catalogue with its values; `str()` gives it in the language of that moment.

    `_("…") % {…}` would give it in the language of whoever had the sheet checked. Both parts can be kept as JSON.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.text) % self.values if self.values else gettext(self.text)


def tell(text: str, /, **values: Any) -> Sentence:
    """`text` is an English source string, marked with `gettext_noop`."""
    return Sentence(text, values)
