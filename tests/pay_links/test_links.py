"""Making, withdrawing and finding payment links: who has one pays, nobody guesses one."""

from datetime import timedelta

import pytest

from orders.payments.changes.cancelling import cancel_unpaid
from orders.payments.links.services import find_valid_link, make_pay_link, withdraw_pay_link
from orders.payments.links.standing import Standing, find_standing
from orders.payments.links.tokens import find_link, make_token
from orders.payments.models import PayLink
from orders.payments.services.transfers import reject_proof, send_proof
from shop import clock
from shop.crypto import write_token
from shop.files.services import store_picture
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import fresh, refused, verbs_of
from tests.ground.test_files import picture_bytes
from tests.pay_links.links import CLERK, link_of, take_transfers
from tests.payments.test_supplement import owing


def standing_of(link: PayLink) -> Standing:
    link = PayLink.objects.select_related("order").get(pk=link.pk)
    return find_standing(link, link.order)


def test_it_is_found_by_its_secret_which_no_other_has():
    links = [link_of(cast.place()) for _ in range(3)]
    tokens = [make_token(link) for link in links]
    assert [find_link(token).pk for token in tokens] == [link.pk for link in links]
    assert len({token[:4] for token in tokens}) == 3
    assert {len(token) for token in tokens} == {22}


def test_the_next_one_ends_the_one_before():
    order = cast.place()
    first, second = link_of(order), link_of(order)
    with refused("link_withdrawn", 410):
        find_link(make_token(first))
    assert find_link(make_token(second)).order_id == order.pk
    assert verbs_of(order).count("make_pay_link") == 2


def test_withdrawn_it_is_over_and_said_once():
    order = cast.place()
    link = link_of(order)
    withdraw_pay_link(order.pk, actor=CLERK)
    with refused("link_withdrawn", 410):
        find_link(make_token(link))
    assert find_valid_link(fresh(order)) is None
    with refused("no_pay_link"):
        withdraw_pay_link(order.pk, actor=CLERK)


@pytest.mark.parametrize(
    "token", ["", "x", "ä" * 22, "A" * 22, "A" * 500, "=" * 22, write_token(1, bits=128)]
)
def test_what_is_no_secret_is_unknown(token):
    link_of(cast.place())
    with refused("no_code", 404):
        find_link(token)


def test_one_letter_more_or_other_is_unknown():
    token = make_token(link_of(cast.place()))
    # The last letter has bits to spare: another one that means the same number is no second way to write it.
    for changed in (token + "A", token[:-1], token[:-1] + chr(ord(token[-1]) + 1), token.swapcase()):
        with refused("no_code", 404):
            find_link(changed)


def test_an_id_that_is_given_anew_after_a_restore_has_another_secret():
    link = link_of(cast.place())
    token = make_token(link)
    PayLink.objects.filter(pk=link.pk).update(nonce=link.nonce ^ 1)
    with refused("no_code", 404):
        find_link(token)


def test_it_ends_with_the_order_s_time_to_pay():
    order = cast.place()
    link = link_of(order)
    assert standing_of(link) == Standing.TO_PAY
    with clock.at(order.pay_by):
        assert standing_of(link) == Standing.OVER
        assert find_valid_link(order) is None


def test_of_an_order_without_one_it_ends_by_the_setting():
    order = cast.place(pay_method=PayMethod.COD)
    link = link_of(order)
    assert fresh(order).owed_by is None
    assert link.expires_at - link.made_at == timedelta(hours=24)
    with clock.at(link.expires_at):
        assert standing_of(link) == Standing.OVER


def test_the_rest_of_a_paid_order_has_one():
    order = owing()
    link = link_of(order)
    assert standing_of(link) == Standing.TO_PAY
    cast.pay(fresh(order))
    assert standing_of(link) == Standing.PAID


def test_closed_it_says_so():
    order = cast.place()
    link = link_of(order)
    cancel_unpaid(order.pk, reason="不要了", actor=CLERK)
    assert standing_of(link) == Standing.CLOSED


def test_while_a_transfer_is_checked_nobody_pays_as_well():
    take_transfers()
    order = cast.place(pay_method=PayMethod.TRANSFER)
    link = link_of(order)
    picture = store_picture(picture_bytes(), customer_id=order.customer_id)
    send_proof(order.pk, picture_ids=[picture.pk], actor=cast.buyer(order))
    assert standing_of(link) == Standing.CHECKING
    with refused("proof_sent"):
        make_pay_link(order.pk, actor=CLERK)
    reject_proof(order.pk, reason="没有到账", actor=CLERK)
    assert standing_of(link) == Standing.TO_PAY


def test_what_owes_nothing_has_none():
    with refused("nothing_owed"):
        link_of(cast.paid_order())


def test_only_who_edits_orders_makes_one():
    order = cast.place()
    for role in ("warehouse", "finance", "store_clerk"):
        with refused("forbidden", 403):
            make_pay_link(order.pk, actor=cast.clerk(role))
    make_pay_link(order.pk, actor=cast.clerk("support"))
