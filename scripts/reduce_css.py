"""Reduce a sheet to what is drawn with: Tabler defines 3,800 classes, and the console has two dozen of them.

It is not the bytes alone: a rule such as `.page:has(…)` or `[class*=…]`, matched or not, makes a browser look at
the style of every element again whenever any of them changes.
"""

import re
from collections.abc import Collection

_COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
_KEYFRAMES = re.compile(r"@keyframes [^{]+\{(?:[^{}]+\{[^{}]*\})*\}")
_RULE = re.compile(r"([^{};]+)\{([^{}]*)\}")
_COMMA = re.compile(r",(?![^()]*\))")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_FOREIGN = re.compile(r":has\(|\[class|\[data-(?!bs-theme=)")
_EMPTY = re.compile(r"[^{};]+\{\s*\}")
_VARIABLE = re.compile(r"""(--[\w-]+):(?:"[^"]*"|[^;{}"])*(?:;|(?=\}))""")
_USE = re.compile(r"var\((--[\w-]+)")


def reduce_css(css: str, classes: Collection[str]) -> str:
    """Keep the rules of elements and of these classes, and the variables that those use.

    `css` begins with its notice, is minified, and not nested but for `@media`. No animation is kept.
    """
    wanted = frozenset(classes)
    notice, end, rules = css.partition("*/")
    rules = _KEYFRAMES.sub("", _COMMENT.sub("", rules))
    rules = _RULE.sub(lambda rule: _keep(rule, wanted), rules)
    return notice + end + _drop_unused_variables(rules)


def _keep(rule: re.Match[str], classes: frozenset[str]) -> str:
    kept = [each for each in _COMMA.split(rule[1]) if _is_ours(each, classes)]
    return f"{','.join(kept)}{{{rule[2]}}}" if kept else ""


def _is_ours(selector: str, classes: frozenset[str]) -> bool:
    is_known = classes.issuperset(_CLASS.findall(selector))
    return is_known and not selector.startswith("@") and not _FOREIGN.search(selector)


def _drop_unused_variables(css: str) -> str:
    """Again and again: a variable may be used by one that is not used."""
    used = frozenset(_USE.findall(css))
    less = _EMPTY.sub("", _VARIABLE.sub(lambda one: one[0] if one[1] in used else "", css))
    return css if less == css else _drop_unused_variables(less)
