"""The base of every input, and the shape of every error."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

_MAX_NAMED = 10


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know, so that nobody believes to have set what was passed over.

    `schema_rules` says in JSON Schema what `validate` checks across fields.
    """

    schema_rules: ClassVar[dict[str, Any]] = {}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name)[:80] for name in set(data) - known)
            if unknown:
                message = _("Unknown field.")
                raise serializers.ValidationError({name: [message] for name in unknown[:_MAX_NAMED]})
        return super().to_internal_value(data)


class ErrorOut(serializers.Serializer[Any]):
    """Every error: `code` for programs, `message` for people in their language, `extra` to go on with."""

    code = serializers.CharField()
    message = serializers.CharField()
    extra = serializers.DictField(child=serializers.JSONField())


def read_input(
    form: type[StrictSerializer],
    data: Any,
    *,
    partial: bool = False,
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The checked values of a body or query. Raises ValidationError, which is answered as 400 `invalid`."""
    serializer = form(partial=partial, context=context or {}) if partial or context else _keep_form(form)
    return dict(serializer.run_validation(data))


@cache
def _keep_form(form: type[StrictSerializer]) -> StrictSerializer:
    """One form for all requests: making its fields takes longer than checking a body, and checking leaves no trace."""
    return form()
