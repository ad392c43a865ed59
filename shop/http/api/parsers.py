"""Reading JSON bodies strictly: bounded, no NaN, no lone surrogates, no bottomless nesting."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from shop.errors import Refused

MAX_BODY_BYTES = 256 * 1024


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class StrictJSONParser(BaseParser):
    """Raises Refused `too_large` (413) beyond 256 KiB and ParseError for anything that is not a JSON object."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise Refused("too_large", _("The request is too large."), 413)
        if not raw.strip():
            return {}
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
            # A lone surrogate parses but can be neither stored nor sent.
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON in UTF-8.")) from error
        if not isinstance(data, dict):
            raise ParseError(_("The body must be a JSON object."))
        return data
