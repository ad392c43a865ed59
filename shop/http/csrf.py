"""The token of a page's forms."""

from typing import Any

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject


def one_token(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: one hidden field for all forms; masking the token for each takes longer than the form."""
    return {"csrf_input": SimpleLazyObject(lambda: csrf_input(request))}
