"""How it is told what a job was about, and how far it came."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.events.words import Part, label_facts, tells
from shop.jobs.registry import KINDS


@tells("job", "kind")
def tell_kind(name: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    """What this kind of job is called; one of a former version keeps its name."""
    yield Part("", str(KINDS[name].label if name in KINDS else name))


label_facts("job", total=_("In all"), done=_("Done"), failed=_("Failed"), left=_("Not done"))
