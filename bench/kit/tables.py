"""Tables in Markdown."""

from collections.abc import Iterable, Sequence

MISSING = "–"


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Each row as soon as it is there."""
    print(f"| {' | '.join(header)} |")
    print("|---" * len(header) + "|")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def write_number(number: float | None) -> str:
    return MISSING if number is None else f"{number:.1f}"


def write_limit(number: float, sign: str = "≤") -> str:
    """A promise; 0 is none."""
    return f"{sign} {number:g}" if number else MISSING
