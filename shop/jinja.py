"""The template engine of every page: its environment, and the words that templates have.

Money, order numbers, icons and badges are functions and not macros: a list draws a hundred of each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.template.defaultfilters import linebreaksbr, urlencode
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django_htmx.jinja import htmx_script
from jinja2 import ChainableUndefined, Environment, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from shop.http.toasts import read_button
from shop.money import format_fen


def make_environment(**options: Any) -> Environment:
    """Called by Django's Jinja2 backend with the options of the settings.

    A name that a page was not given is an error in tests, and nothing at all for people.
    """
    options["undefined"] = StrictUndefined if settings.STRICT else ChainableUndefined
    options["extensions"] = ["jinja2.ext.i18n", OneSpace]
    environment = Environment(**options)  # noqa: S701 - the backend passes autoescape=True
    environment.install_gettext_translations(translation, newstyle=True)  # type: ignore[attr-defined]  # by jinja2.ext.i18n
    # Some error pages are about a request that could not be read.
    environment.globals.update(_FUNCTIONS, _=translate, fixed=_draw_fixed(environment), request=None)
    environment.filters.update(_FILTERS)
    environment.globals["ui"] = environment.get_template("components/ui.html").module
    return environment


def _draw_fixed(environment: Environment) -> Callable[[str], Markup]:
    """`fixed("part.html")` draws a part that is the same on every page, once per process and language."""

    @cache
    def draw(_language: str, name: str) -> Markup:
        return Markup(environment.get_template(name).render())  # noqa: S704 - the engine has escaped it

    return lambda name: draw(language(), name)


class OneSpace(Extension):
    """Lines of a template are indented for those who read it: the page gets one line break for each gap."""

    _GAP = re.compile(r"\s*\n\s*")

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data":
                token = Token(token.lineno, "data", self._GAP.sub("\n", token.value))
            yield token


def yuan(fen: int | None) -> str:
    """Write an amount of fen as ``¥1,234.50``; nothing at all for ``None``."""
    return "" if fen is None else format_fen(fen)


def local_time(at: datetime | date | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A moment in the shop's time zone, or a day, by a pattern of strftime; nothing at all for ``None``."""
    if isinstance(at, datetime):
        at = timezone.localtime(at)
    return at.strftime(pattern) if at else ""


def iso(at: datetime | None) -> str:
    """A moment for machines, as ``<time datetime>`` takes it; nothing at all for ``None``."""
    return timezone.localtime(at).isoformat() if at else ""


def when(at: datetime | None, pattern: str = "%Y-%m-%d %H:%M", *, classes: str = "") -> SafeString:
    """Draw a moment, which a script keeps as "3 minutes ago"; nothing at all for ``None``."""
    words = format_html(' class="{}"', classes) if classes else ""
    time = '<time{} datetime="{}" data-relative>{}</time>'
    return format_html(time, words, iso(at), local_time(at, pattern)) if at else mark_safe("")


def group4(number: str) -> SafeString:
    """Show a long number in groups of four.

    The gaps are drawn by the class ``group4`` and are no characters, so that selecting, copying and the
    browser's own search still see the number whole.
    """
    groups = (escape(number[start : start + 4]) for start in range(0, len(number), 4))
    parts = "".join(f"<span>{group}</span>" for group in groups)
    return mark_safe(f'<span class="group4">{parts}</span>')  # noqa: S308 - each group is escaped


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


def badge(tone: str, label: Any, icon_name: str = "") -> SafeString:
    """Draw a word with a shape. `tone`: waiting (for others), move (yours), soon, overdue (or failed), done, held.

    `icon_name` overrides the tone's shape. No space may stand between the shape and the word.
    """
    shape = _draw_hidden(icon_name or _SHAPES.get(tone, "hourglass"))
    return format_html('<span class="tone tone-{}">{}{}</span>', tone, shape, label)


def table_head(*columns: Any) -> SafeString:
    """Draw the head of a table: of each column its label, or a pair of label and classes."""
    pairs = (column if isinstance(column, tuple) else (column, "") for column in columns)
    cells = ((format_html(' class="{}"', classes) if classes else "", label) for label, classes in pairs)
    return format_html("<thead><tr>{}</tr></thead>", format_html_join("", "<th{}>{}</th>", cells))


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


def named(message: str) -> SafeString:
    """Name a button, field or heading in a text about it; `message` is what its page translates."""
    return format_html("<b>{}</b>" if language() == "en" else "“<b>{}</b>”", gettext(message))


def money(fen: int, words: Any = "") -> SafeString:
    """Draw an amount of fen, with `words` such as the pay method below."""
    below = format_html('<span class="quiet small truncate">{}</span>', words) if words else ""
    return format_html("<span>{}</span>{}", format_fen(fen), below)


def thumb(url: str) -> SafeString:
    """Draw a picture of goods, or a box where there is none."""
    if not url:
        return format_html('<span class="good-thumb good-thumb-none">{}</span>', _draw_hidden("photo"))
    return format_html('<img class="good-thumb" src="{}" alt="" width="44" height="44" loading="lazy">', url)


def translate(message: str) -> Markup:
    """The message in the language of the page being drawn; it may hold markup, since it is ours."""
    return _translate_once(language(), message)


@cache
def _translate_once(_language: str, message: str) -> Markup:
    """A page has two hundred messages: Django looks each of them up through the thread it runs in."""
    return Markup(gettext(message))  # noqa: S704 - from the catalogue, not from anybody's input


def url(name: str, *args: Any) -> str:
    """The address of a page by its name."""
    return reverse(name, args=args) if args else _reverse_once(name)


_reverse_once = cache(reverse)
_static_once = cache(static)


def language() -> str:
    """The language of the page being drawn, as ``<html lang>`` takes it."""
    return translation.get_language() or settings.LANGUAGE_CODE


def _use(name: str) -> SafeString:
    return format_html('<use href="{}#{}"></use>', static("vendor/icons.svg"), name)


_FUNCTIONS = {
    function.__name__: function
    for function in (
        badge,
        copy,
        htmx_script,
        icon,
        language,
        money,
        named,
        read_button,
        table_head,
        thumb,
        url,
        when,
    )
} | {"static": _static_once}
_FILTERS = {
    function.__name__: function for function in (group4, iso, linebreaksbr, local_time, urlencode, yuan)
}
