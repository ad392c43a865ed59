"""Sentences with values in them that are put together when they are read, in the language of the reader."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, override

T = TypeVar("T")


def _fill(text: Any, values: Mapping[str, Any]) -> str:
    return str(text) % {name: _say(value) for name, value in values.items()}


def _say(value: Any) -> Any:
    return str(value) if isinstance(value, Promise) else value


fill: Callable[[Any, Mapping[str, Any]], Any] = lazy(_fill, str)
"""`fill(_("Row %(row)d."), {"row": 5})` is `_("Row %(row)d.") % {"row": 5}` in whatever language it is read later."""


def in_each_language(say: Callable[[], T]) -> dict[str, T]:
    """What `say` gives in every language of the console, by its code: to be kept for readers to come."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = say()
    return found


def read_kept(kept: Mapping[str, T] | None, default: T) -> T:
    """What `in_each_language` gave, in the reader's language."""
    if not kept:
        return default
    language = get_language() or settings.LANGUAGE_CODE
    return kept.get(language, next(iter(kept.values())))
