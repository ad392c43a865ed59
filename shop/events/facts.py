"""What may stand in the data of an event: the row of its verb names each fact, with the type of its JSON value."""

import logging
from collections.abc import Mapping
from types import UnionType
from typing import Any, get_args, get_origin

from django.conf import settings

logger = logging.getLogger(__name__)
Facts = Mapping[str, Any]
"""Name → type, such as `int` or `dict[str, int]`."""
FACTS: dict[str, Facts] = {}
"""Those of each verb, filled by the tables."""


def check_facts(verb: str, data: Mapping[str, Any]) -> None:
    """Raise TypeError for a fact that the row of the verb does not name, or that is of another type.

    An open shop logs it: no order is lost to a misspelt name.
    """
    known = FACTS.get(verb, {})
    wrong = [name for name, value in data.items() if name not in known or not fits(value, known[name])]
    if wrong and settings.STRICT:
        raise TypeError(f"{verb} holds what its row does not say: {', '.join(wrong)}")
    if wrong:
        logger.error("%s holds what its row does not say: %s", verb, ", ".join(wrong))


def fits(value: Any, shape: Any) -> bool:
    """Whether a JSON value is of a type. `object` is anything; True is no number."""
    kind, parts = get_origin(shape) or shape, get_args(shape)
    if kind is UnionType:
        return any(fits(value, part) for part in parts)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        return False
    if kind is dict:
        return all(fits(name, parts[0]) and fits(part, parts[1]) for name, part in value.items())
    return kind is not list or all(fits(part, parts[0]) for part in value)
