"""Internal notes and the seller remark: in any stage, on the record."""

import json

import pytest
from django.db import connection

from orders.models import HAS_REMARK, Note, Order
from orders.services.steps import add_note, confirm_order, set_seller_remark
from shop.events.models import Event
from tests import cast
from tests.expect import refused, verbs_of

SECRET = "微信 wx-13800001111"
CORPUS = ["<script>alert(1)</script>", "{{ 7*7 }} {% csrf %}", "\u202eabc", "=1+1", "🍵" * 600]


def test_a_note_is_kept_with_its_author():
    order = cast.place()
    add_note(order.pk, text=" 老客户 ", actor=cast.clerk("order_clerk", name="王店长"))
    note = Note.objects.get(order=order)
    assert (note.text, note.author_name) == ("老客户", "王店长")
    assert verbs_of(order)[-1] == "note"


@pytest.mark.parametrize("text", CORPUS)
def test_odd_texts_are_kept_as_they_are(text):
    order = cast.place()
    assert add_note(order.pk, text=text, actor=cast.clerk("order_clerk")).text == text[:500]


def test_an_empty_note_is_refused():
    with refused("text_required", 400):
        add_note(cast.place().pk, text=" ", actor=cast.clerk("order_clerk"))


def test_the_seller_remark_tells_what_it_was():
    order = cast.place()
    set_seller_remark(order.pk, text="送小样", actor=cast.clerk("order_clerk"))
    set_seller_remark(order.pk, text="", actor=cast.clerk("order_clerk"))
    event = Event.objects.filter(verb="order.remark").order_by("-number")[0]
    assert event.data == {}
    assert json.loads(event.sealed) == {"before": "送小样", "after": ""}


def test_nothing_that_staff_write_stands_readable_in_the_database():
    order = cast.paid_order()
    confirm_order(order.pk, note=f"{SECRET} 0", actor=cast.clerk("order_clerk"))
    add_note(order.pk, text=f"{SECRET} 1", actor=cast.clerk("order_clerk"))
    set_seller_remark(order.pk, text=f"{SECRET} 2", actor=cast.clerk("order_clerk"))
    set_seller_remark(order.pk, text=f"{SECRET} 3", actor=cast.clerk("order_clerk"))
    with connection.cursor() as cursor:
        for table in ("orders_order", "orders_note", "events_event"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of ours
            assert SECRET not in str(cursor.fetchall())
    assert Order.objects.filter(HAS_REMARK).get().seller_remark == f"{SECRET} 3"
    set_seller_remark(order.pk, text="", actor=cast.clerk("order_clerk"))
    assert not Order.objects.filter(HAS_REMARK).exists()


def test_the_same_remark_again_is_no_event():
    order = cast.place()
    set_seller_remark(order.pk, text="送小样", actor=cast.clerk("order_clerk"))
    again = set_seller_remark(order.pk, text="送小样", actor=cast.clerk("order_clerk"))
    assert verbs_of(again) == ["place", "remark"]


@pytest.mark.parametrize("verb", [add_note, set_seller_remark])
def test_only_editors_write(verb):
    order = cast.place()
    for actor in (cast.clerk("warehouse"), cast.buyer(order)):
        with refused("forbidden", 403):
            verb(order.pk, text="x", actor=actor)
