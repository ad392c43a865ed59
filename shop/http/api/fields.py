"""Input fields that take the type they name and nothing that merely looks like it."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

MAX_ID = 2**63 - 1
_ID = re.compile(r"[1-9][0-9]{0,18}")
NO_CONTROL = RegexValidator(r"\A[^\x00-\x1f\x7f-\x9f]*\Z", _("Control characters are not allowed here."))
PHONE = RegexValidator(r"\A\+?[0-9](?:[ -]?[0-9]){5,19}\Z", _("Type a phone number of 6 to 20 digits."))


def read_id(text: str) -> int:
    """An id out of an address; -1, which no row has, for what cannot be one."""
    number = int(text) if _ID.fullmatch(text) else -1
    return number if number <= MAX_ID else -1


def read_version(posted: Mapping[str, Any]) -> int:
    """The `version` a form was opened with, 0 for what was never saved; -1, which nothing has, for anything else."""
    text = posted.get("version", "")
    return 0 if text == "0" else read_id(text)


class StrictText(serializers.CharField):
    """Text exactly as it was sent: numbers are refused, nothing is trimmed, spaces alone count as blank."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, str) and not self.allow_blank and not data.strip():
            self.fail("blank")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class BuyerText(StrictText):
    """What a buyer writes for an encrypted column: any character, NUL too, is kept as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [v for v in self.validators if not isinstance(v, ProhibitNullCharactersValidator)]


class PlainText(StrictText):
    """Text for a plain column: without control characters, which databases and logs cannot take."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(NO_CONTROL)


class PhoneText(StrictText):
    """A phone number: 6 to 20 digits, perhaps with a leading plus and single spaces or dashes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20, **kwargs})
        self.validators.append(PHONE)


@extend_schema_field({"type": "string", "pattern": "^[1-9][0-9]{0,18}$", "examples": ["1024"]})
class Id(serializers.Field[int, str, str, Any]):
    """An id: a string outside, an integer inside."""

    default_error_messages = {"invalid": _("An id is a string of 1 to 19 digits.")}

    def to_internal_value(self, data: Any) -> int:
        number = read_id(data) if isinstance(data, str) else -1
        if number < 0:
            self.fail("invalid")
        return number

    def to_representation(self, value: int) -> str:
        return str(value)


class Count(serializers.IntegerField):
    """A whole number (2.0 is one in JSON), not a text or truth value that could be read as one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer():
            return int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """true or false, and none of the words and numbers that could stand for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
