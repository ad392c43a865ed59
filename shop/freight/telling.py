"""What a freight template says, in words: for its list and for the record."""

from collections.abc import Iterable, Iterator, Mapping, Sized
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from shop.events.words import Part, label_facts, tells
from shop.freight.choices import Counts
from shop.freight.models import FreightRule
from shop.money import format_fen
from shop.store.area.places import spell_area

label_facts("freight_template", name=gettext_lazy("Name"))


@tells("freight_template", "terms")
def tell_terms(terms: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    """The rows after a change, and those before it."""
    yield Part(_("Freight"), spell_terms(terms["after"]), spell_terms(terms.get("before", ())))


def spell_terms(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows in one line, each a mapping of the columns of a rule and what the template `counts`."""
    return "；".join(
        _("%(label)s: %(text)s") % {"label": spell_regions(rule), "text": spell_price(rule, row["counts"])}
        for row in rows
        for rule in [FreightRule(**{name: value for name, value in row.items() if name != "counts"})]
    )


def spell_regions(rule: FreightRule) -> str:
    return _("everywhere else") if rule.is_elsewhere else spell_area(rule.regions)


def spell_place(rule: FreightRule, rules: Sized) -> str:
    """The regions of one of the rules; the only one holds everywhere."""
    return _("everywhere") if len(rules) == 1 else spell_regions(rule)


def spell_price(rule: FreightRule, counts: str) -> str:
    """What it costs, and from where on it is free."""
    if not rule.is_served:
        return _("not served")
    words = [_spell_steps(rule, counts)]
    if rule.free_from_fen is not None:
        words.append(_("free from %(amount)s") % {"amount": format_fen(rule.free_from_fen)})
    if rule.free_from_pieces is not None:
        words.append(_("free from %(units)s") % {"units": spell_units(rule.free_from_pieces, Counts.PIECE)})
    return pgettext("between what it costs and from where it is free", ", ").join(words)


def _spell_steps(rule: FreightRule, counts: str) -> str:
    first = format_fen(rule.first_fen)
    if not rule.next_fen:
        return first
    values = {
        "first": first,
        "units": spell_units(rule.first_units, counts),
        "next": format_fen(rule.next_fen),
        "more": spell_units(rule.next_units, counts),
    }
    return _("%(first)s for %(units)s, then %(next)s for each %(more)s") % values


def spell_units(units: int, counts: str) -> str:
    if counts == Counts.WEIGHT:
        return _("%(kg)s kg") % {"kg": write_kg(units)}
    return ngettext("%(count)d piece", "%(count)d pieces", units) % {"count": units}


def write_kg(grams: int) -> str:
    """Grams as kilograms: 1500 → "1.5"."""
    whole, rest = divmod(grams, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
