"""What may happen to a file that was made for one person."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.events.words import Part, leave_out, tells
from shop.files.models import ProducedFile
from shop.moves.table import BY_STAFF, BY_SYSTEM, Subject, register, stateless


def files_in_scope(actor: Actor) -> "QuerySet[ProducedFile]":
    """A file is its owner's alone, as long as it is kept."""
    return ProducedFile.objects.filter(owner_id=actor.id or 0, expires_at__gt=clock.now())


def once_only(file: ProducedFile) -> Refused | None:
    if not (file.is_once and file.downloaded_at):
        return None
    return Refused("downloaded", _("This file was downloaded and can be downloaded only once."), 410)


_KIND = {"kind": str}
leave_out("produced_file", "kind")
_MADE = _KIND | {"size": int}


@tells("produced_file", "size")
def tell_size(size: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Size"), filesizeformat(size))


PRODUCED_FILES = register(
    Subject(
        ProducedFile,
        _("File"),
        (
            stateless("file.produce", _("File produced"), BY_SYSTEM, facts=_MADE),
            stateless(
                "file.download",
                _("File downloaded"),
                BY_STAFF,
                label=_("Download"),
                guards=(once_only,),
                facts=_KIND,
            ),
        ),
        _("There is no such file, or it was deleted after a week."),
        scope=files_in_scope,
    )
)
