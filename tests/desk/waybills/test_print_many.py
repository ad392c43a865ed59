"""Labels of many orders by one press: the question, what is recorded, and the page that is printed."""

import re

import pytest
from django.test import Client

from orders.desk.waybills import presses
from orders.models import Order
from orders.shipping.services.labelled import ship_labelled
from orders.waybills.models import Waybill, WaybillLabel
from shop.events.models import Event
from shop.jobs.registry import Subject
from shop.jobs.running import run_slice
from shop.jobs.services import make_job
from shop.staff.models import StaffUser
from tests.cast import actor_of, clerk, prepared_order
from tests.console import browser
from tests.desk.conftest import SignIn
from tests.waybills.conftest import ScriptedProvider, answer, ask, set_up_couriers

URL = "/console/orders/waybills/labels/"


@pytest.fixture(autouse=True)
def provider(
    owner: Client, sent_tasks: object, in_english: None, monkeypatch: pytest.MonkeyPatch
) -> ScriptedProvider:
    scripted = ScriptedProvider()
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: scripted)
    set_up_couriers()
    return scripted


def make_labels(count: int) -> list[Waybill]:
    return [answer(ask(prepared_order())) for _ in range(count)]


def press(client: Client, *waybills: Waybill, **body: object) -> str:
    """The page that the press leads to, or the sentence."""
    numbers = [waybill.order.number for waybill in waybills]
    response = client.post(URL, {"number": numbers, **body})
    if response.status_code != 302:
        return response.content.decode()
    return str(client.get(response.url).content.decode())


def open_dialog(client: Client, *orders: Order, query: str = "") -> str:
    query = query or "&".join(f"number={order.number}" for order in orders)
    return client.get(f"{URL}?{query}", headers={"HX-Request": "true"}).content.decode()


def find_frames(page: str) -> list[str]:
    return [src.replace("&amp;", "&") for src in re.findall(r'<iframe[^>]* sandbox [^>]*src="([^"]+)"', page)]


def prints() -> list[int]:
    return list(Waybill.objects.order_by("pk").values_list("prints", flat=True))


def test_every_label_stands_in_a_sandbox_of_its_own_and_each_print_is_on_the_record(owner: Client) -> None:
    waybills = make_labels(3)
    page = press(owner, *waybills)
    frames = find_frames(page)
    assert [src.split("?")[0] for src in frames] == [
        f"/console/orders/waybills/{waybill.pk}/label/" for waybill in waybills
    ]
    for src in frames:
        label = owner.get(src)
        assert label.content == b"<p>label</p>"
        assert label["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert prints() == [1, 1, 1]
    noted = Event.objects.filter(verb="waybill.print").values_list("subject_id", flat=True)
    assert sorted(noted) == [waybill.pk for waybill in waybills]


def test_loaded_again_it_counts_nothing_and_the_second_press_marks_each(owner: Client) -> None:
    waybills = make_labels(2)
    press(owner, *waybills)
    response = owner.post(URL, {"number": [waybill.order.number for waybill in waybills]})
    for _ in range(2):
        assert owner.get(response.url).content.decode().count("Reprint 2") == 2
    assert prints() == [2, 2]


def test_a_label_that_others_reprint_later_keeps_its_number_on_this_page(owner: Client) -> None:
    first, second = make_labels(2)
    press(owner, first)
    page = press(owner, first, second)
    assert page.count("Reprint") == 1


def test_its_address_is_good_for_who_pressed_and_for_these_labels_alone(owner: Client) -> None:
    first, other = make_labels(2)
    response = owner.post(URL, {"number": first.order.number})
    (frame,) = find_frames(owner.get(response.url).content.decode())
    colleague = browser("warehouse")
    assert [client.get(response.url).status_code for client in (owner, colleague)] == [200, 410]
    assert [client.get(frame).status_code for client in (owner, colleague)] == [200, 410]
    assert owner.get(frame.replace(f"/{first.pk}/", f"/{other.pk}/")).status_code == 410
    assert owner.get(f"{URL}sheets/").status_code == 410


def test_the_address_ends_after_a_while(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    (waybill,) = make_labels(1)
    response = owner.post(URL, {"number": waybill.order.number})
    monkeypatch.setattr(presses, "_KEY_HOLDS_S", -1)
    assert owner.get(response.url).status_code == 410


def test_the_question_names_the_orders_that_have_no_label_yet(owner: Client) -> None:
    (waybill,) = make_labels(1)
    waiting, without = prepared_order(), prepared_order()
    ask(waiting)
    press(owner, waybill)
    shown = open_dialog(owner, waybill.order, waiting, without)
    assert "Print 1 label" in shown and "1 of them was printed before" in shown
    assert (
        f"{waiting.number}, {without.number}" in shown
        and waybill.order.number not in shown.split("No label yet")[1]
    )
    assert prints() == [1, 0]


def test_where_nothing_has_a_label_there_is_no_button(owner: Client) -> None:
    shown = open_dialog(owner, prepared_order())
    assert "None of the chosen orders has a label" in shown and "btn-primary" not in shown


def test_a_number_entered_by_hand_has_no_label_to_print(owner: Client) -> None:
    first, second = make_labels(2)
    WaybillLabel.objects.filter(waybill=first).delete()
    WaybillLabel.objects.filter(waybill=second).update(html="")
    response = owner.post(URL, {"number": [first.order.number, second.order.number]})
    assert response.url == "/console/"
    assert prints() == [0, 0]


def test_all_results_of_a_filter(owner: Client) -> None:
    make_labels(2)
    prepared_order()
    assert len(find_frames(press(owner, all="1", filter="tab=to_ship"))) == 2
    assert press(owner, all="1", filter="tab=shipped").count("<iframe") == 0
    assert prints() == [1, 1]


def test_more_than_one_press_prints_are_refused_whole(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presses, "MOST", 1)
    waybills = make_labels(2)
    press(owner, *waybills)
    assert prints() == [0, 0]


def make_label_job(sign_in: SignIn, waybills: list[Waybill]) -> tuple[Client, str]:
    """A job of the signed-in warehouse over these orders; everything it asks for is there already."""
    client = sign_in("warehouse", "packer")
    orders = [Subject(waybill.order_id, waybill.order.number) for waybill in waybills]
    typed = {"courier": "ZTO", "sender_id": waybills[0].sender_id, "remark": ""}
    maker = actor_of(StaffUser.objects.get(username="packer"))
    job = make_job("order.label", actor=maker, key="labels", subjects=orders, typed=typed)
    run_slice(job.pk)
    return client, str(job.pk)


def test_a_job_prints_what_it_has_not_printed_yet_then_all_again(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "MOST", 2)
    client, job = make_label_job(sign_in, make_labels(3))
    assert [len(find_frames(press(client, job=job))) for _ in range(3)] == [2, 1, 2]
    assert prints() == [2, 2, 1]


def test_what_was_sent_meanwhile_is_printed_from_its_own_page(sign_in: SignIn) -> None:
    first, second = make_labels(2)
    client, job = make_label_job(sign_in, [first, second])
    ship_labelled(first.order_id, actor=clerk())
    assert len(find_frames(press(client, job=job))) == 1
    assert prints() == [0, 1]


@pytest.mark.parametrize(("asked", "chosen"), [("", "150"), ("180", "180"), ("a4", "150")])
def test_paper(owner: Client, asked: str, chosen: str) -> None:
    (waybill,) = make_labels(1)
    response = owner.post(URL, {"number": waybill.order.number})
    assert f"labels-{chosen}" in owner.get(f"{response.url}&paper={asked}").content.decode()
    assert f"labels-{chosen}" in owner.get(response.url).content.decode(), "the next press begins with it"
