"""Adding freight templates, changing and deleting them, and choosing the default one."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.errors import Refused
from shop.freight.models import FreightRule, FreightTemplate
from shop.moves.services import begin, lock_subject, locked, move
from shop.store.area.places import load_places
from shop.words import fill

MAX_RULES = 30
"""Rows of a template, the one for everywhere else included."""
RULE_FIELDS = (
    *("regions", "is_elsewhere", "is_served", "first_units", "first_fen", "next_units", "next_fen"),
    *("free_from_fen", "free_from_pieces"),
)
Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """What a template says: columns of its rows, as `FreightRule` has them; what is not named has its default."""

    name: str
    counts: str
    rules: Sequence[Rule]


def add_template(terms: Terms, *, actor: Actor) -> FreightTemplate:
    """Add a template; the first one is the default. Raises Refused as `change_template` does, but never `stale`."""
    _check(terms)
    with transaction.atomic():
        is_first = not FreightTemplate.objects.filter(is_default=True).exists()
        template = FreightTemplate(name=terms.name, counts=terms.counts, is_default=is_first)
        facts = {"name": terms.name, "terms": {"after": _list_facts(terms.counts, _make_rules(terms))}}
        with _named_once(terms.name):
            begin(template, "freight_template.add", actor=actor, data=facts)
        _write_rules(template, terms)
    return template


def change_template(
    template_id: int, terms: Terms, *, actor: Actor, expected_version: int | None = None
) -> FreightTemplate:
    """Replace what a template says, in one event with before and after; nothing new is no change.

    Orders that exist keep their freight. Raises Refused `name_taken`, `bad_rules` (`extra["row"]`: the place of the row
    that it speaks of), `stale`, `not_found`.
    """
    _check(terms)
    with locked(FreightTemplate, template_id, "freight_template.change", actor, expected_version) as template:
        after = {"name": terms.name, "counts": terms.counts}
        changed = {name: value for name, value in after.items() if getattr(template, name) != value}
        facts: dict[str, Any] = {
            "before": {name: getattr(template, name) for name in changed},
            "after": changed,
            "terms": _compare_rules(template, terms),
        }
        if changed or facts["terms"]:
            with _named_once(terms.name):
                move(template, "freight_template.change", actor=actor, changes=changed, data=facts)
            template.rules.all().delete()
            _write_rules(template, terms)
    return template


def make_default(template_id: int, *, actor: Actor, expected_version: int | None = None) -> FreightTemplate:
    """Let products that name no template go by this one. Raises Refused `is_default`, `stale`, `not_found`."""
    verb = "freight_template.make_default"
    with transaction.atomic():
        _lock_all()
        template = lock_subject(
            FreightTemplate, template_id, verb, actor=actor, expected_version=expected_version
        )
        for former in FreightTemplate.objects.filter(is_default=True):
            move(former, "freight_template.step_back", actor=actor, changes={"is_default": False})
        move(template, verb, actor=actor, changes={"is_default": True})
    return template


def delete_template(template_id: int, *, actor: Actor, expected_version: int | None = None) -> None:
    """Delete a template that no product names. Raises Refused `in_use`, `is_default`, `stale`, `not_found`."""
    verb = "freight_template.delete"
    with transaction.atomic():
        # This lock, unlike that of the door, also waits for products that are just being pointed here.
        FreightTemplate.objects.select_for_update().filter(pk=template_id).first()
        template = lock_subject(
            FreightTemplate, template_id, verb, actor=actor, expected_version=expected_version
        )
        move(template, verb, actor=actor, data={"name": template.name})
        template.delete()


def _lock_all() -> None:
    """Every template in id order: there are few, and which of them is the default may change meanwhile."""
    list(FreightTemplate.objects.select_for_update(no_key=True).order_by("pk"))


@contextmanager
def _named_once(name: str) -> Iterator[None]:
    """Turns a name that is taken into a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        message = _("There is a template called “%(name)s” already. Choose another name.")
        raise Refused("name_taken", fill(message, {"name": name})) from error


def _make_rules(terms: Terms) -> list[FreightRule]:
    return [FreightRule(position=place, **rule) for place, rule in enumerate(terms.rules)]


def _write_rules(template: FreightTemplate, terms: Terms) -> None:
    rules = _make_rules(terms)
    for rule in rules:
        rule.template = template
    FreightRule.objects.bulk_create(rules)


def _list_facts(counts: str, rules: Iterable[FreightRule]) -> list[dict[str, Any]]:
    """The rows as their event keeps them, each with what it counts."""
    return [{"counts": counts} | {name: getattr(rule, name) for name in RULE_FIELDS} for rule in rules]


def _compare_rules(template: FreightTemplate, terms: Terms) -> dict[str, Any]:
    """The rows before and after; empty where they stay the same."""
    before = _list_facts(template.counts, template.rules.order_by("position"))
    after = _list_facts(terms.counts, _make_rules(terms))
    return {} if before == after else {"before": before, "after": after}


def _check(terms: Terms) -> None:
    rules = _make_rules(terms)
    if [rule.is_elsewhere for rule in rules] != [False] * (len(rules) - 1) + [True]:
        raise _bad(len(rules), _("The last row is the one for everywhere else."))
    if len(rules) > MAX_RULES:
        raise _bad(MAX_RULES, fill(_("At most %(most)d rows."), {"most": MAX_RULES}))
    if not any(rule.is_served for rule in rules):
        raise _bad(len(rules) - 1, _("A template serves one region at least."))
    seen: set[str] = set()
    for place, rule in enumerate(rules[:-1]):
        _check_regions(place, rule.regions, seen)
        seen.update(rule.regions)


def _check_regions(place: int, regions: Sequence[str], seen: Collection[str]) -> None:
    """Raise Refused unless these are places of the table, none of which stands in a row above."""
    if not regions:
        raise _bad(place, _("Name the provinces or cities of this row, or remove it."))
    for code in regions:
        if code not in load_places():
            raise _bad(place, _("The table of regions does not have this place."))
        if code in seen:
            message = _("%(region)s stands in another row already.")
            raise _bad(place, fill(message, {"region": load_places()[code].words}))


def _bad(place: int, message: Any) -> Refused:
    return Refused("bad_rules", message, 400, row=place)
