"""Template words of the console: money, order numbers, icons, badges.

What a list page draws a hundred times is written here: an included template takes twenty times as long.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

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
    groups = (escape(number[start : start + 4]) for start in range(0, len(number), 4))
    parts = "".join(f"<span>{group}</span>" for group in groups)
    return mark_safe(f'<span class="group4">{parts}</span>')  # noqa: S308 - each group is escaped


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


_SHAPES = {
    "move": "arrow-right",
    "soon": "clock",
    "overdue": "alert-triangle",
    "done": "check",
    "held": "player-pause",
}


@register.simple_tag
def badge(tone: str, label: Any, icon_name: str = "") -> SafeString:
    """Draw a word with a shape. `tone`: waiting (for others), move (yours), soon, overdue (or failed), done, held.

    `icon_name` overrides the tone's shape. No space may stand between the shape and the word.
    """
    shape = _draw_hidden(icon_name or _SHAPES.get(tone, "hourglass"))
    return format_html('<span class="tone tone-{}">{}{}</span>', tone, shape, label)


@register.simple_tag
def copy(text: Any, name: Any = "") -> SafeString:
    """Draw a button that copies `text`; `name` is said aloud ("Copied: tracking number").

    It stands right behind what it copies.
    """
    return format_html(
        '<button type="button" class="copy" data-copy="{}" data-copy-name="{}" aria-label="{} {}">{}</button>',
        text,
        name,
        gettext("Copy"),
        name,
        _draw_hidden("copy"),
    )


@register.simple_tag
def money(fen: int, words: Any = "") -> SafeString:
    """Draw an amount of fen, with `words` such as the pay method below."""
    below = format_html('<span class="quiet small truncate">{}</span>', words) if words else ""
    return format_html("<span>{}</span>{}", format_fen(fen), below)


@register.simple_tag
def thumb(url: str) -> SafeString:
    """Draw a picture of goods, or a box where there is none."""
    if not url:
        return format_html('<span class="good-thumb good-thumb-none">{}</span>', _draw_hidden("photo"))
    return format_html('<img class="good-thumb" src="{}" alt="" width="44" height="44" loading="lazy">', url)


def _use(name: str) -> SafeString:
    return format_html('<use href="{}#{}"></use>', static("vendor/icons.svg"), name)
