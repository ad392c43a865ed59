"""The selection bar of the order list."""

from typing import Any

from django import template
from django.template.context import RequestContext

from orders.desk.bulk import list_bulk

register = template.Library()


@register.inclusion_tag("orders/_bulk_check_all.html", takes_context=True)
def bulk_check_all(context: RequestContext) -> dict[str, Any]:
    """The heading's box that chooses every row of the page; nothing for roles without bulk actions."""
    return {"may_choose": bool(list_bulk(context["request"].actor))}


@register.inclusion_tag("orders/_bulk_check.html", takes_context=True)
def bulk_check(context: RequestContext, order: Any) -> dict[str, Any]:
    """The box of one row, which knows its order's stage."""
    return {"may_choose": bool(list_bulk(context["request"].actor)), "order": order}


@register.inclusion_tag("orders/_bulk_bar.html", takes_context=True)
def bulk_bar(context: RequestContext) -> dict[str, Any]:
    """The bar with the actions that fit what is chosen."""
    filters = context["filters"]
    return {
        "actions": list_bulk(context["request"].actor),
        "filter": filters.make_url("").removeprefix("?"),
        "has_more": bool(context.get("older_url") or context.get("newer_url")),
    }
