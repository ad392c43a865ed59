"""Template words of the console: money, order numbers, icons."""

from __future__ import annotations

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shop.money import format_fen

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """Write an amount of fen as ``¥1,234.50``; nothing at all for ``None``."""
    return "" if fen is None else format_fen(fen)


@register.filter
def group4(number: str) -> SafeString:
    """Show a long number in groups of four.

    The gaps are drawn by the class ``group4`` and are no characters, so that selecting, copying and the
    browser's own search still see the number whole.
    """
    groups = [number[start : start + 4] for start in range(0, len(number), 4)]
    parts = format_html_join("", "<span>{}</span>", ((group,) for group in groups))
    return format_html('<span class="group4">{}</span>', parts)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw one icon of the sprite; it is hidden from screen readers unless it carries a ``label``."""
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}">{}</svg>', label, _use(name))
    return _draw_hidden(name)


@cache
def _draw_hidden(name: str) -> SafeString:
    """A list page draws a hundred of these."""
    return format_html('<svg class="icon" aria-hidden="true">{}</svg>', _use(name))


def _use(name: str) -> SafeString:
    return format_html('<use href="{}#{}"></use>', static("vendor/icons.svg"), name)
