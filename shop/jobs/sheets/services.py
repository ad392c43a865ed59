"""Taking in a sheet."""

import hashlib
import json
from typing import Any

from shop.access import require
from shop.actor import Actor
from shop.jobs.models import Job
from shop.jobs.services import SheetFile, make_job
from shop.jobs.sheets.kinds import SheetKind
from shop.sheets.reading import peek_sheet
from shop.sheets.table import find_header


def upload_sheet(
    kind: SheetKind,
    file_name: str,
    content: bytes,
    *,
    actor: Actor,
    key: str,
    choices: dict[str, Any] | None = None,
) -> Job:
    """A job that reads and checks the sheet and then waits to be confirmed; `choices` are what its kind asks for.

    Whether it is a sheet with the columns it needs is seen at once, from its first rows. The same `key` with another
    file or choice, from a form to which somebody went back, is another job. Raises Refused as `make_job`,
    `peek_sheet` and `find_header`.
    """
    require(actor, kind.capability)
    find_header(peek_sheet(content, max_rows=kind.max_rows).rows, kind.columns)
    chosen = json.dumps(choices, sort_keys=True).encode() if choices else b""
    whole = hashlib.sha256(key.encode() + chosen + content).hexdigest()
    file = SheetFile(file_name, content)
    return make_job(kind.name, actor=actor, key=whole, parameters={}, typed=choices, file=file)
