"""Taking in a sheet."""

import hashlib

from shop.access import require
from shop.actor import Actor
from shop.jobs.models import Job
from shop.jobs.services import SheetFile, make_job
from shop.jobs.sheets.kinds import SheetKind
from shop.sheets.reading import peek_sheet
from shop.sheets.table import find_header


def upload_sheet(kind: SheetKind, file_name: str, content: bytes, *, actor: Actor, key: str) -> Job:
    """A job that reads and checks the sheet and then waits to be confirmed.

    Whether it is a sheet with the columns it needs is seen at once, from its first rows. The same `key` with another
    file, from a form to which somebody went back, is another job. Raises Refused as `make_job`, `peek_sheet` and
    `find_header`.
    """
    require(actor, kind.capability)
    find_header(peek_sheet(content, max_rows=kind.max_rows).rows, kind.columns)
    both = hashlib.sha256(key.encode() + content).hexdigest()
    return make_job(kind.name, actor=actor, key=both, parameters={}, file=SheetFile(file_name, content))
