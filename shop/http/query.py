"""Addresses of pages with what stands behind the question mark."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode


def make_url(path: str, query: Mapping[str, Any], **changes: Any) -> str:
    """`path` with the values of `query`, some of them changed; empty values are left out."""
    values = dict(query.lists() if isinstance(query, QueryDict) else query) | changes
    text = urlencode({name: value for name, value in values.items() if value}, doseq=True)
    return f"{path}?{text}" if text else path
