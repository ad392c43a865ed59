"""`docs/exports.md` lists the columns that there are."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import override

from orders.exports.models import SheetKind
from orders.exports.sheets import SHEETS

PAGE = Path(settings.BASE_DIR) / "docs" / "exports.md"


def describe_columns(kind: SheetKind) -> str:
    """The section of one kind, as the page has it."""
    sheet = SHEETS[kind]
    lines = [f"## {sheet.label}\n"]
    for column in sheet.columns.values():
        marks = [
            mark for mark, is_so in (("masked", column.mask), ("usual", column.name in sheet.usual)) if is_so
        ]
        lines.append(f"- {column.label}" + (f" ({', '.join(marks)})" if marks else ""))
    return "\n".join(lines)


def test_the_page_lists_every_column_of_every_kind() -> None:
    text = PAGE.read_text()
    with override("en"):
        missing = [kind for kind in SheetKind if describe_columns(kind) not in text]
        assert missing == [], "\n\n".join(describe_columns(kind) for kind in missing)
