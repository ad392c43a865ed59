"""What a basket costs to send: the worked examples of docs/freight.md, read from there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from orders.services.place import Recipient
from shop.actor import SYSTEM
from shop.freight.choices import Counts
from shop.freight.models import FreightRule, FreightTemplate
from shop.freight.pricing import Goods, price_goods
from shop.freight.selectors import price_freight
from shop.freight.services import Terms, add_template
from shop.money import parse_yuan
from shop.store.area.places import load_places
from tests.expect import count_queries, refused

PAGE = Path(settings.BASE_DIR, "docs", "freight.md").read_text(encoding="utf-8")
_ARTICLE = re.compile(r"(?P<template>\w+) (?P<pieces>\d+) for (?P<yuan>¥[\d.]+)(?: of (?P<grams>\d+) g)?")
_ADDRESS = re.compile(r"(.+?(?:自治区|省|市))(.+市)")


def read_table(first_column: str) -> Iterator[dict[str, str]]:
    """The rows of the table of the page that begins with this column."""
    lines = iter(PAGE.splitlines())
    header = next(line for line in lines if line.startswith(f"| {first_column} |"))
    next(lines)
    for line in lines:
        if not line.startswith("|"):
            return
        yield dict(zip(split_row(header), split_row(line), strict=True))


def split_row(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_rule(row: dict[str, str]) -> dict[str, Any]:
    codes = {place.name: code for code, place in load_places().items() if not place.district}
    is_elsewhere = row["to"] == "everywhere else"
    place = {
        "is_elsewhere": is_elsewhere,
        "regions": [] if is_elsewhere else [codes[name] for name in row["to"].split()],
    }
    if row["first"] == "not served":
        return place | {"is_served": False}
    free = {}
    for condition in filter(None, row["free from"].split(" or ")):
        is_amount = condition.startswith("¥")
        free["free_from_fen" if is_amount else "free_from_pieces"] = (
            parse_yuan(condition) if is_amount else int(condition.split()[0])
        )
    units = {f"{name}_units": int(row[title].split()[0]) for name, title in NAMED.items()}
    return place | units | free | {f"{n}_fen": parse_yuan(row[title]) for n, title in COSTS.items()}


NAMED = {"first": "first", "next": "each further"}
COSTS = {"first": "costs", "next": "costs more"}


@pytest.fixture
def templates(db: None) -> dict[str, int]:
    """Those of the page by their names; the first one is the default."""
    FreightTemplate.objects.all().delete()
    rows: dict[str, list[dict[str, str]]] = {}
    for row in read_table("template"):
        rows.setdefault(row["template"], []).append(row)
    counts = {"pieces": Counts.PIECE, "weight": Counts.WEIGHT}
    return {
        name: add_template(
            Terms(name, counts[own[0]["counts"]], [read_rule(row) for row in own]), actor=SYSTEM
        ).pk
        for name, own in rows.items()
    }


def read_goods(basket: str, templates: dict[str, int]) -> list[Goods]:
    """Articles as the page writes them; what names the default template names none."""
    found = [_ARTICLE.fullmatch(article.strip()) for article in basket.split("+")]
    return [
        Goods(
            name=article["template"],
            template_id=None if article["template"] == "Usual" else templates[article["template"]],
            pieces=int(article["pieces"]),
            grams=int(article["pieces"]) * int(article["grams"] or 0),
            amount_fen=parse_yuan(article["yuan"]),
        )
        for article in found
        if article
    ]


def read_address(text: str) -> Recipient | None:
    named = _ADDRESS.fullmatch(text)
    return Recipient("", "", named[1], named[2], "", "") if named else None


EXAMPLES = list(read_table("basket"))


@pytest.mark.parametrize("row", EXAMPLES, ids=[f"{row['basket']}, {row['address']}" for row in EXAMPLES])
def test_an_example_of_the_page(templates: dict[str, int], row: dict[str, str]) -> None:
    goods, region = read_goods(row["basket"], templates), read_address(row["address"])
    assert goods and (region is None) == (row["address"] == "no address")
    if row["freight"] == "not served":
        with refused("not_served", 400):
            price_freight(goods, region)
        return
    freight = price_freight(goods, region)
    assert sum(part.freight_fen for part in freight) == parse_yuan(row["freight"])
    assert [part.template for part in freight] == list(dict.fromkeys(article.name for article in goods))


def test_the_refusal_names_the_region_and_the_goods_that_do_not_go_there(templates: dict[str, int]) -> None:
    goods = [Goods(f"酱油 {n}", templates["Local"], 1, 0, 0) for n in range(6)] + [Goods("茶", None, 1, 0, 0)]
    with refused("not_served") as caught:
        price_freight(goods, Recipient("", "", "广东省", "广州市", "天河区", ""))
    assert str(caught.value).startswith(
        "Not sent to 广东省广州市天河区: 酱油 0、酱油 1、酱油 2、酱油 3、酱油 4…."
    )


def test_one_query_reads_every_template_of_a_basket(templates: dict[str, int]) -> None:
    few = [Goods("茶", None, 1, 0, 100)]
    many = [Goods("茶", pk, 1, 100, 100) for pk in (None, templates["Usual"], templates["Heavy"])]
    assert [count_queries(lambda goods=goods: price_freight(goods, None)) for goods in (few, many)] == [1, 1]


def test_the_default_template_and_one_that_names_it_are_one_group(templates: dict[str, int]) -> None:
    goods = [Goods("茶", pk, 1, 0, 50_00) for pk in (None, templates["Usual"])]
    assert [part.freight_fen for part in price_freight(goods, read_address("浙江省宁波市"))] == [0]


def test_a_template_that_was_deleted_meanwhile_counts_as_none(templates: dict[str, int]) -> None:
    assert price_freight([Goods("茶", 2**40, 1, 0, 0)], None) == price_freight(
        [Goods("茶", None, 1, 0, 0)], None
    )


def test_a_shop_without_templates_asks_for_no_freight(db: None) -> None:
    FreightTemplate.objects.all().delete()
    assert [part.freight_fen for part in price_freight([Goods("茶", None, 3, 0, 1_00)], None)] == [0]


@given(
    counts=st.sampled_from(Counts),
    pieces=st.integers(1, 500_000),
    grams=st.integers(0, 10**10),
    first=st.integers(1, 10**6),
    more=st.integers(1, 10**6),
    fen=st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)),
)
def test_the_lots_that_are_paid_hold_all_units_and_no_lot_is_empty(
    counts: str, pieces: int, grams: int, first: int, more: int, fen: tuple[int, int]
) -> None:
    rule = FreightRule(first_units=first, first_fen=fen[0], next_units=more, next_fen=fen[1])
    units = grams if counts == Counts.WEIGHT else pieces
    paid = price_goods(rule, counts, [Goods("", None, pieces, grams, 1)])
    lots, rest = divmod(paid - fen[0], fen[1]) if fen[1] else (0, 0)
    assert type(paid) is int and rest == 0
    if fen[1]:
        assert lots == 0 or first + (lots - 1) * more < units
        assert units <= first + lots * more
