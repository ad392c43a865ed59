"""Every console page counts what is unhandled, before any script runs."""

import re

import pytest
from django.test import Client

from shop.events.delivery import drain
from tests.cast import paid_order
from tests.console import browser

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_bell_and_the_navigation_count_unhandled_alerts() -> None:
    for _ in range(2):
        paid_order()
    drain()
    page = browser().get("/console/alerts/").content.decode()
    assert re.search(r'id="unhandled-alerts">2<', page)
    assert re.search(r'<span class="count count-urgent">2</span>\s*</a>', page)


def test_a_page_holds_what_the_voice_needs() -> None:
    page = browser("finance").get("/console/alerts/").content.decode()
    assert 'data-open-url="/console/alerts/open.json"' in page
    assert '<script type="module" src="/static/js/alerts.js">' in page


def test_the_login_page_has_no_voice(client: Client) -> None:
    assert "alerts.js" not in client.get("/console/staff/login/", follow=True).content.decode()
