"""The map of the house as text: moves, who reacts to which event, timers, invariants. Printed and kept in docs/."""

from collections.abc import Iterator
from inspect import formatannotation
from typing import Any

from django.utils.translation import override

from shop.access import CAPABILITIES, ROLES
from shop.events.registry import HANDLERS, HANDLERS_BY_VERB, TIMERS, Handler
from shop.invariants import INVARIANTS
from shop.moves.table import MOVES, SUBJECTS, Move, Subject

_GENERATED = "Generated from the code by `manage.py wiring --write`; a test fails when it is out of date.\n"


def render_events() -> str:
    """Who reacts to what."""
    return "\n".join(_events()) + "\n"


def _events() -> Iterator[str]:
    yield "# Events, handlers and timers\n"
    yield _GENERATED
    yield "## Handlers\n"
    yield "| event | handler | carried | |"
    yield "|---|---|---|---|"
    for verb in sorted(HANDLERS_BY_VERB):
        for handler in HANDLERS_BY_VERB[verb]:
            how = "outside a transaction (enqueues)" if handler.outside else "in a transaction"
            yield f"| `{verb}` | `{handler.name}` | {how}, priority {handler.priority} | {_marks(handler)} |"
    silent = sorted(set(MOVES) - set(HANDLERS_BY_VERB))
    yield f"\nNobody reacts to: {', '.join(f'`{verb}`' for verb in silent)}.\n"
    yield "## Timers\n"
    yield "| timer | finds | acts |"
    yield "|---|---|---|"
    for timer in TIMERS.values():
        yield f"| `{timer.name}` | `{_path(timer.find)}` | `{_path(timer.act)}` |"
    yield f"\n{len(HANDLERS)} handlers, {len(TIMERS)} timers.\n"
    yield "## Invariants (`manage.py check_books`)\n"
    for item in sorted(INVARIANTS, key=lambda b: b.code):
        yield f"- **{item.code}** {item.title} — `{_path(item.find)}`"


def _marks(handler: Handler) -> str:
    only = f"only if `{getattr(handler.only, '__name__', '')}`" if handler.only else ""
    return ", ".join(filter(None, ("pushes a hint" if handler.pushes else "", only)))


def _path(function: object) -> str:
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"


def render_states() -> str:
    """The move tables of all subjects."""
    with override("en"):
        return "\n".join(_states()) + "\n"


def _states() -> Iterator[str]:
    yield "# What may happen, and to what\n"
    yield _GENERATED
    for subject in sorted(SUBJECTS.values(), key=lambda subject: subject.kind != "order"):
        yield from _table(subject)
    yield "## Roles\n"
    yield "| capability | " + " | ".join(ROLES) + " |"
    yield "|---|" + "---|" * len(ROLES)
    for capability in CAPABILITIES:
        marks = " | ".join("✓" if capability in held else "" for held in ROLES.values())
        yield f"| `{capability}` | {marks} |"


def _table(subject: Subject[Any]) -> Iterator[str]:
    yield f"## {subject.label} (`{subject.kind}`)\n"
    if states := subject.states:
        yield "States: " + " → ".join(f"`{state}` ({label})" for state, label in states.items()) + ".\n"
    yield "| verb | from → to | guards | who | staff capability | told as | facts |"
    yield "|---|---|---|---|---|---|---|"
    for rule in subject.moves:
        guards = "<br>".join(_guards(rule)) or "–"
        who = ", ".join(sorted(rule.who))
        steps = _steps(rule, len(states))
        facts = "<br>".join(_facts(rule)) or "–"
        yield f"| `{rule.verb}` | {steps} | {guards} | {who} | {_capabilities(rule)} | {_told(rule)} | {facts} |"
    yield ""


def _told(rule: Move) -> str:
    marks = {"marked red": rule.is_bad, "only a look": rule.is_look, "the buyer reads it": rule.is_told}
    return "; ".join([str(rule.done), *(words for words, holds in marks.items() if holds)])


def _capabilities(rule: Move) -> str:
    parts = [f"{capability} as a part of another verb" for capability in sorted(rule.part_of)]
    return "<br>".join([rule.capability, *parts]) or "–"


def _guards(rule: Move) -> Iterator[str]:
    """The guards of everybody, then those that bind one kind of actor."""
    if rule.guards:
        yield ", ".join(guard.__name__ for guard in rule.guards)
    for kind, guards in rule.own_guards.items():
        yield f"{kind}: " + ", ".join(guard.__name__ for guard in guards)


def _facts(rule: Move) -> Iterator[str]:
    """What its events may hold; in a table a stroke would end the cell."""
    for name, shape in rule.facts.items():
        yield f"`{name}`: {formatannotation(shape)}".replace("|", "or")


def _steps(rule: Move, states: int) -> str:
    if all(a == b for a, b in rule.steps.items()) and len(rule.steps) >= states:
        return "any state, no move" if states else "–"
    return "<br>".join(f"{a or 'nothing'} → {b}" if a != b else f"{a} stays" for a, b in rule.steps.items())
