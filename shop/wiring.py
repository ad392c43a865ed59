"""The map of the house as text: moves, who reacts to which event, timers, invariants. Printed and kept in docs/."""

from collections.abc import Iterator

from django.utils.translation import override

from orders.stages import Stage
from orders.states import MOVES, Move
from shop.access import CAPABILITIES, ROLES
from shop.books import BOOKS
from shop.events.registry import HANDLERS, HANDLERS_BY_VERB, TIMERS

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
            pushes = "pushes a hint" if handler.pushes else ""
            yield f"| `{verb}` | `{handler.name}` | {how}, priority {handler.priority} | {pushes} |"
    silent = sorted(set(MOVES) - set(HANDLERS_BY_VERB))
    yield f"\nNobody reacts to: {', '.join(f'`{verb}`' for verb in silent)}.\n"
    yield "## Timers\n"
    yield "| timer | finds | acts |"
    yield "|---|---|---|"
    for timer in TIMERS.values():
        yield f"| `{timer.name}` | `{_path(timer.find)}` | `{_path(timer.act)}` |"
    yield f"\n{len(HANDLERS)} handlers, {len(TIMERS)} timers.\n"
    yield "## Invariants (`manage.py check_books`)\n"
    for item in sorted(BOOKS, key=lambda b: b.code):
        yield f"- **{item.code}** {item.title} — `{_path(item.find)}`"


def _path(function: object) -> str:
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"


def render_states() -> str:
    """The move table of orders."""
    with override("en"):
        return "\n".join(_states()) + "\n"


def _states() -> Iterator[str]:
    yield "# The life of an order\n"
    yield _GENERATED
    yield "Stages: " + " → ".join(f"`{stage.value}` ({stage.label})" for stage in Stage) + ".\n"
    yield "| verb | from → to | guards | who | staff capability |"
    yield "|---|---|---|---|---|"
    for rule in MOVES.values():
        guards = "<br>".join(_guards(rule)) or "–"
        who = ", ".join(sorted(rule.who))
        yield f"| `{rule.verb}` | {_steps(rule)} | {guards} | {who} | {_capabilities(rule)} |"
    yield "\n## Roles\n"
    yield "| capability | " + " | ".join(ROLES) + " |"
    yield "|---|" + "---|" * len(ROLES)
    for capability in CAPABILITIES:
        marks = " | ".join("✓" if capability in held else "" for held in ROLES.values())
        yield f"| `{capability}` | {marks} |"


def _capabilities(rule: Move) -> str:
    parts = [f"{capability} as a part of another verb" for capability in sorted(rule.part_of)]
    return "<br>".join([rule.capability, *parts]) or "–"


def _guards(rule: Move) -> Iterator[str]:
    """The guards of everybody, then those that bind one kind of actor."""
    if rule.guards:
        yield ", ".join(guard.__name__ for guard in rule.guards)
    for kind, guards in rule.own_guards.items():
        yield f"{kind}: " + ", ".join(guard.__name__ for guard in guards)


def _steps(rule: Move) -> str:
    if len(rule.steps) == len(Stage) and all(a == b for a, b in rule.steps.items()):
        return "any stage, no move"
    return "<br>".join(f"{a or 'nothing'} → {b}" if a != b else f"{a} stays" for a, b in rule.steps.items())
