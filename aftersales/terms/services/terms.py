"""Changing the shop's terms of after-sales; after-sales that exist keep the times that they were told."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from aftersales.terms.models import AftersaleTerms
from shop.actor import Actor
from shop.moves.services import lock_single, move

EDITABLE = (
    *(
        "window_days",
        "answer_hours",
        "answer_overdue",
        "send_days",
        "send_overdue",
        "check_days",
        "verdict_days",
    ),
    *("tries_after_refusal", "refusal_needs_reason", "cancel_minutes"),
)


def change_terms(
    values: Mapping[str, Any], *, actor: Actor, expected_version: int | None = None
) -> AftersaleTerms:
    """Write the given columns. Raises Refused `stale`, `forbidden`."""
    verb = "aftersale_terms.change"
    with transaction.atomic():
        terms = lock_single(AftersaleTerms, verb, actor=actor, expected_version=expected_version)
        before = {name: getattr(terms, name) for name in EDITABLE if name in values}
        after = {name: values[name] for name in before if values[name] != before[name]}
        if after:
            data = {"before": {name: before[name] for name in after}, "after": after}
            move(terms, verb, actor=actor, changes=after, data=data)
    return terms
