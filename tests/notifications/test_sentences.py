"""What is said of an alert about no order: every name in it is one that its subject gives, in both languages."""

import re

import pytest
from django.utils.translation import override

from notifications.kinds import KINDS, make_sentence
from notifications.models import Alert, AlertKind
from shop.catalog.models import Sku
from shop.moves.table import SUBJECTS

ABOUT_NO_ORDER = [kind for kind, row in KINDS.items() if row.sentence]


def list_subject_kinds(kind: AlertKind) -> set[str]:
    verbs = {*KINDS[kind].raised_by, *KINDS[kind].ended_by}
    return {name for name, subject in SUBJECTS.items() if verbs & {rule.verb for rule in subject.moves}}


def is_of_orders(kind: AlertKind) -> bool:
    """Whether all that raises or ends it is an order, or belongs to one."""
    names = list_subject_kinds(kind)
    return all(name == "order" or hasattr(SUBJECTS[name].model, "order_id") for name in names)


def test_there_is_a_sentence_where_there_is_no_order() -> None:
    assert {kind for kind in KINDS if not is_of_orders(kind)} == set(ABOUT_NO_ORDER)


@pytest.mark.parametrize("kind", ABOUT_NO_ORDER)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_sentence_names_what_its_subject_gives(kind: AlertKind, language: str) -> None:
    row = KINDS[kind]
    with override(language):
        named = set(re.findall(r"%\((\w+)\)", str(row.sentence)))
    assert named - {"name"} == set(row.facts)
    (subject,) = [SUBJECTS[name] for name in list_subject_kinds(kind)]
    assert all(hasattr(subject.model, name) for name in row.facts)


def test_of_a_subject_that_is_gone_the_kind_is_told() -> None:
    alert = Alert(kind=AlertKind.LOW_STOCK, subject_kind=Sku.subject_kind, subject_id=1)
    assert make_sentence(alert) == str(AlertKind.LOW_STOCK.label)
    assert alert.url == "/console/"
