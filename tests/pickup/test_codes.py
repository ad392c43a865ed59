"""Codes: opaque, valid by the order alone, and of no help to who guesses."""

import io
import itertools
import re

import pytest
import zxingcpp
from django.conf import settings
from django.db import connection
from PIL import Image

from orders.models import Order
from orders.payments.changes.cancelling import cancel_paid
from pickup.codes import bearing, clean_short, find_order, make_code, next_version
from pickup.pictures import draw_png, draw_svg
from shop.actor import SYSTEM
from shop.crypto import scramble, unscramble
from tests import cast
from tests.expect import count_queries, refused
from tests.pickup.counter import hand_out, unpaid, waiting

MALFORMED = ["", " ", "/", "ABCD-EFG", "ABCD-EFGU", "x" * 5000, "号" * 8, "0000-0000", "\x00" * 8]
MALFORMED += ["A" * 22, "-" * 22, "https://shop.test/v/", "9" * 22, "☃" * 22]


@pytest.mark.parametrize(("kind", "bits"), [("a", 40), ("b", 40), ("a", 128)])
def test_scrambled_numbers_come_back_and_are_all_different(kind, bits):
    numbers = [*range(2_000), (1 << bits) - 1]
    scrambled = [scramble(kind, number, bits=bits) for number in numbers]
    assert [unscramble(kind, number, bits=bits) for number in scrambled] == [[number] for number in numbers]
    assert len(set(scrambled)) == len(numbers)
    assert max(scrambled) < 1 << bits
    # As of a random permutation: of 2,000 numbers half of the bits of neighbours differ.
    differing = [(a ^ b).bit_count() / bits for a, b in itertools.pairwise(scrambled)]
    assert 0.48 < sum(differing) / len(differing) < 0.52


def test_kinds_have_nothing_to_do_with_each_other():
    assert scramble("a", 7, bits=40) != scramble("b", 7, bits=40)


def test_a_code_is_found_in_each_of_its_forms_paid_or_not():
    for order in (unpaid(), waiting()):
        code = make_code(order)
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code.short)
        assert code.link == f"{settings.BASE_URL}/v/{code.token}"
        typed = (code.short, code.short.lower(), code.short.replace("-", " "), f" {code.short}\n")
        for text in (*typed, code.token, code.link):
            assert find_order(text, actor=SYSTEM) == order


def test_letters_that_look_like_figures_are_read_as_figures():
    assert clean_short("o1lI-2345") == "0111-2345"
    assert clean_short("ＡＢＣＤ２３４５") == "ABCD-2345"


def test_a_code_ends_with_its_order_and_with_its_version():
    order = waiting()
    code = make_code(order)
    Order.objects.filter(pk=order.pk).update(code_version=next_version(order))
    for text in (code.short, code.link):
        with refused("no_code", 404):
            find_order(text, actor=SYSTEM)
    order.refresh_from_db()
    fresh = make_code(order)
    assert fresh != code
    hand_out(order)
    with refused("no_code", 404):
        find_order(fresh.link, actor=SYSTEM)
    order.refresh_from_db()
    assert make_code(order) is None


def test_sixty_four_versions_have_codes_of_their_own():
    order = waiting()
    codes = set()
    for version in range(64):
        order.code_version = version
        codes |= {make_code(order).short, make_code(order).token}
    assert len(codes) == 128
    assert next_version(order) == 0


def test_no_code_of_what_is_sent_or_closed():
    assert make_code(cast.paid_order()) is None
    order = waiting()
    code = make_code(order)
    cancel_paid(order.pk, reason="缺货", actor=cast.clerk())
    with refused("no_code"):
        find_order(code.short, actor=SYSTEM)


@pytest.mark.parametrize("text", MALFORMED)
def test_whatever_is_no_code_is_answered_alike_after_one_query(text):
    def look() -> None:
        with refused("no_code", 404) as found:
            find_order(text, actor=SYSTEM)
        words.append(str(found.value))

    words: list[str] = []
    assert count_queries(look) == 1
    with refused("no_code") as unknown:
        find_order("ABCD-2345", actor=SYSTEM)
    assert words == [str(unknown.value)]


def test_a_foreign_code_is_unknown():
    order, stranger = waiting(), cast.make_customer("别人")
    with refused("no_code", 404):
        find_order(make_code(order).link, actor=cast.customer_actor(stranger))


def test_a_token_is_written_in_one_way():
    token = make_code(waiting()).token
    assert len(token) == 22
    assert token[-1] in "AQgw"
    for alias in [token[:-1] + letter for letter in "ABQRghwx" if letter != token[-1]] + [token + "="]:
        with refused("no_code"):
            find_order(alias, actor=SYSTEM)


def test_during_a_change_of_the_search_key_former_codes_hold(settings):
    order = waiting()
    former = make_code(order)
    settings.SEARCH_KEY_OLD, settings.SEARCH_KEY = settings.SEARCH_KEY, b"n" * 32
    assert make_code(order) != former
    assert find_order(former.short, actor=SYSTEM) == find_order(make_code(order).link, actor=SYSTEM) == order
    settings.SEARCH_KEY_OLD = b""
    with refused("no_code"):
        find_order(former.link, actor=SYSTEM)


def test_the_odds_of_a_guess():
    """With 10,000 orders at the counter and 1,000 guesses a day, one guess hits in 300 years; a token never does."""
    waiting_at_once, guesses_a_day = 10_000, 1_000
    days_to_a_hit = 2**40 / waiting_at_once / guesses_a_day
    assert days_to_a_hit / 365 > 300
    assert 2**128 / waiting_at_once / 1e9 / 3600 / 24 / 365 > 1e17


def test_codes_are_spread_evenly_so_that_no_guess_is_better_than_another():
    """Orders that follow one another share no more beginnings than chance has them share."""
    order = waiting()
    shorts = []
    for pk in range(1, 4_001):
        order.pk = pk
        shorts.append(make_code(order).short)
    firsts = [sum(short[place] == letter for short in shorts) for place in (0, 3, 5, 8) for letter in "0AZ7"]
    assert all(80 < count < 175 for count in firsts), firsts


def test_the_pictures_hold_the_link():
    link = make_code(waiting()).link
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(draw_png(link))))
    assert found is not None
    assert (found.format, found.text) == (zxingcpp.BarcodeFormat.QRCode, link)
    svg = draw_svg(link).decode()
    assert svg.startswith("<?xml")
    assert "<script" not in svg
    assert svg.count("<path") == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the plan is PostgreSQL's")
def test_a_code_is_found_by_the_primary_key():
    with connection.cursor() as cursor:
        # A table of two rows is read whole; what is asked is whether the index can be used at all.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Order.objects.filter(bearing(make_code(waiting()).link)).explain()
    assert re.search(r"Index Cond: .*id = \d+", plan)
    assert "Seq Scan" not in plan
