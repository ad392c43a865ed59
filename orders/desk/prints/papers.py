"""The papers that each document is printed on; their sizes stand in `static/css/prints.css`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.services.printing import Document
from shop.store.choices import ReceiptPaper
from shop.store.models import StoreSettings

LABEL, A4 = "100x150", "a4"
NAMES: Mapping[str, Any] = {
    ReceiptPaper.WIDE.value: ReceiptPaper.WIDE.label,
    ReceiptPaper.NARROW.value: ReceiptPaper.NARROW.label,
    A4: _("A4"),
    LABEL: _("100 × 150 mm"),
}
PAPERS: Mapping[Document, tuple[str, ...]] = {
    Document.RECEIPT: tuple(ReceiptPaper.values),
    Document.PICK_LIST: (A4,),
    Document.PACKING_SLIP: (A4, LABEL),
    Document.DELIVERY_NOTE: (A4,),
}


@dataclass(frozen=True)
class Paper:
    """One paper of a document, as a link of its page."""

    name: str
    label: Any
    is_chosen: bool


def find_paper(document: Document, wanted: str, store: StoreSettings) -> str:
    """The paper asked for if the document goes on it, else the one of the settings, else its first."""
    papers = PAPERS[document]
    return next((paper for paper in (wanted, store.receipt_paper) if paper in papers), papers[0])


def list_papers(document: Document, chosen: str) -> list[Paper]:
    """The papers to choose from; none where there is one only."""
    papers = PAPERS[document]
    return [Paper(name, NAMES[name], name == chosen) for name in papers] if len(papers) > 1 else []
