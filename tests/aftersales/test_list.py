"""The list of after-sales: its tabs, and what a page of it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.choices import About, Kind
from aftersales.pages.shelves import SHELVES
from aftersales.services.answering import refuse_aftersale
from aftersales.services.disputing import open_dispute
from tests.aftersales.cases import SUPPORT, agreed, agreed_return, asked, received_order
from tests.console import browser

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.mark.parametrize("rows", [1, 6])
@pytest.mark.parametrize("shelf", [shelf.key for shelf in SHELVES])
def test_a_page_costs_the_same_however_many_stand_on_it(shelf: str, rows: int) -> None:
    client = browser()
    for _row in range(rows):
        refused = refuse_aftersale(asked(received_order(), Kind.RETURN).pk, actor=SUPPORT)
        open_dispute(refused.pk, about=About.OTHER, actor=SUPPORT)
        asked(received_order(), Kind.REFUND)
        agreed_return(received_order())
        agreed(received_order(), Kind.REFUND)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/console/aftersales/", {"show": shelf})
    assert len(page.context["rows"]) == (0 if shelf == "done" else rows)
    assert len(queries) <= MOST_QUERIES
