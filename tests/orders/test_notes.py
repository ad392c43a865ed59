"""Internal notes and the seller remark: in any stage, on the record."""

import pytest

from orders.models import Note
from orders.services.steps import add_note, set_seller_remark
from shop.events.models import Event
from tests import cast
from tests.expect import refused, verbs_of

CORPUS = ["<script>alert(1)</script>", "{{ 7*7 }} {% csrf %}", "\u202eabc", "=1+1", "🍵" * 600]


def test_a_note_is_kept_with_its_author():
    order = cast.place()
    add_note(order.pk, text=" 老客户 ", actor=cast.clerk(name="王店长"))
    note = Note.objects.get(order=order)
    assert (note.text, note.author_name) == ("老客户", "王店长")
    assert verbs_of(order)[-1] == "note"


@pytest.mark.parametrize("text", CORPUS)
def test_odd_texts_are_kept_as_they_are(text):
    order = cast.place()
    assert add_note(order.pk, text=text, actor=cast.clerk()).text == text[:500]


def test_an_empty_note_is_refused():
    with refused("text_required", 400):
        add_note(cast.place().pk, text=" ", actor=cast.clerk())


def test_the_seller_remark_tells_what_it_was():
    order = cast.place()
    set_seller_remark(order.pk, text="送小样", actor=cast.clerk())
    set_seller_remark(order.pk, text="", actor=cast.clerk())
    event = Event.objects.filter(verb="order.remark").order_by("-number")[0]
    assert event.data == {"before": "送小样", "after": ""}


def test_the_same_remark_again_is_no_event():
    order = cast.place()
    set_seller_remark(order.pk, text="送小样", actor=cast.clerk())
    again = set_seller_remark(order.pk, text="送小样", actor=cast.clerk())
    assert verbs_of(again) == ["place", "remark"]


@pytest.mark.parametrize("verb", [add_note, set_seller_remark])
def test_only_editors_write(verb):
    order = cast.place()
    for actor in (cast.clerk("warehouse"), cast.buyer(order)):
        with refused("forbidden", 403):
            verb(order.pk, text="x", actor=actor)
