"""What customers send is seen by staff and by themselves; unused it goes away, and nobody sends without end."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from orders.payments.services.transfers import send_proof
from shop import clock
from shop.events.sweeping import sweep
from shop.files import services
from shop.files.models import UNUSED_FOR, LooseFile, Picture
from shop.files.services import decoding, look_at_picture, make_link, store_picture
from shop.staff.models import StaffUser
from shop.store.choices import PayMethod
from tests import cast
from tests.console import browser, sign_in
from tests.expect import refused
from tests.ground.test_files import picture_bytes

pytestmark = pytest.mark.django_db


def sent_by(customer_id: int = 7) -> Picture:
    return store_picture(picture_bytes(), customer_id=customer_id)


def file_of(picture: Picture) -> Path:
    return Path(settings.PRIVATE_ROOT) / picture.path


def test_a_customers_picture_lies_apart_from_what_a_proxy_may_serve() -> None:
    picture = sent_by()
    assert file_of(picture).is_file()
    assert not (Path(settings.MEDIA_ROOT) / picture.path).exists()
    assert Client().get(f"/media/{picture.path}").status_code == 404


@pytest.mark.parametrize("path", ["%00", "a%00b", "pictures/../../etc/passwd", "x.jpg"])
def test_what_is_no_address_of_a_picture_is_not_found(path: str) -> None:
    assert browser("finance").get(f"/private/{path}").status_code == 404


def test_staff_who_see_orders_see_it_and_no_cache_keeps_it() -> None:
    response = browser("finance").get(sent_by().url)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.content.startswith(b"\xff\xd8")


def test_strangers_and_staff_who_must_choose_a_password_do_not() -> None:
    picture, user = sent_by(), cast.make_staff("owner")
    here = sign_in(user)
    StaffUser.objects.update(must_change_password=True)
    assert [client.get(picture.url).status_code for client in (Client(), here)] == [404, 404]


def test_the_link_of_the_api_holds_for_a_while_and_for_this_picture_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture, other = sent_by(), sent_by()
    link = make_link(picture)
    sign = link.partition("?")[2]
    assert Client().get(link).status_code == 200
    assert Client().get(f"{other.url}?{sign}").status_code == 404
    assert Client().get(f"{picture.url}?{sign}x").status_code == 404
    monkeypatch.setattr(services, "LINK_HOLDS", timedelta(seconds=-1))
    assert Client().get(link).status_code == 404


def test_the_shops_own_pictures_stay_public_and_for_ever() -> None:
    picture = store_picture(picture_bytes())
    assert make_link(picture) == picture.url == f"/media/{picture.path}"
    assert picture.look_by is None
    assert browser().get(f"/private/{picture.path}").status_code == 404


@pytest.mark.usefixtures("tasks_at_once")
@pytest.mark.parametrize("sender", [{"customer_id": 7}, {"staff_id": 7}])
def test_what_was_never_used_is_deleted_with_its_file(sender: dict[str, int]) -> None:
    picture = store_picture(picture_bytes(), **sender)
    sweep()
    assert Picture.objects.filter(pk=picture.pk).exists()
    with clock.at(clock.now() + UNUSED_FOR):
        sweep()
        sweep()
    assert not Picture.objects.exists() and not LooseFile.objects.exists()
    assert not file_of(picture).exists()


@pytest.mark.usefixtures("tasks_at_once")
def test_a_file_that_cannot_be_deleted_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, delete = sent_by(), FileSystemStorage.delete
    with clock.at(clock.now() + UNUSED_FOR):
        monkeypatch.setattr(FileSystemStorage, "delete", lambda *_anything: os.stat("/not/there"))
        look_at_picture(picture.pk)
        sweep()
        monkeypatch.setattr(FileSystemStorage, "delete", delete)
        sweep()
        assert LooseFile.objects.get().path == picture.path and file_of(picture).exists()
    with clock.at(clock.now() + UNUSED_FOR + timedelta(minutes=2)):
        sweep()
    assert not LooseFile.objects.exists() and not file_of(picture).exists()


def test_a_proof_that_was_sent_stays_and_is_looked_at_once() -> None:
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")
    order = cast.place(pay_method=PayMethod.TRANSFER)
    picture = sent_by(order.customer_id)
    send_proof(order.pk, picture_ids=[picture.pk], actor=cast.buyer(order))
    with clock.at(clock.now() + UNUSED_FOR):
        look_at_picture(picture.pk)
    picture.refresh_from_db()
    assert picture.look_by is None
    assert file_of(picture).is_file()


def test_looking_too_early_deletes_nothing() -> None:
    picture = sent_by()
    look_at_picture(picture.pk)
    assert Picture.objects.filter(pk=picture.pk).exists()


def test_nobody_sends_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_UNUSED", 3)
    for _time in range(3):
        sent_by()
    with refused("too_many_pictures", 429):
        sent_by()
    sent_by(customer_id=8)
    with clock.at(clock.now() + UNUSED_FOR):
        sent_by()


def test_what_is_used_leaves_room_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_UNUSED", 1)
    cast.open_shop(transfer_on=True, transfer_bank="A", transfer_name="B", transfer_number="1")
    order = cast.place(pay_method=PayMethod.TRANSFER)
    picture = sent_by(order.customer_id)
    send_proof(order.pk, picture_ids=[picture.pk], actor=cast.buyer(order))
    sent_by(order.customer_id)


def test_staff_do_not_send_without_end_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_UNUSED", 1)
    store_picture(picture_bytes(), staff_id=7)
    store_picture(picture_bytes(), staff_id=8)
    with refused("too_many_pictures", 429):
        store_picture(picture_bytes(), staff_id=7)


def test_a_picture_of_staff_is_private_and_a_link_shows_it_to_the_buyer() -> None:
    client = browser("warehouse")
    answer = client.post("/console/files/pictures/", {"image": SimpleUploadedFile("p.jpg", picture_bytes())})
    assert answer.status_code == 201
    picture = Picture.objects.get(pk=int(answer.json()["id"]))
    sender = StaffUser.objects.get(pk=int(client.session["_auth_user_id"]))
    assert (picture.staff_id, picture.customer_id, answer.json()["url"]) == (sender.pk, None, picture.url)
    assert file_of(picture).is_file() and picture.look_by is not None
    assert Client().get(picture.url).status_code == 404
    assert (
        Client().get(make_link(picture)).status_code == browser("finance").get(picture.url).status_code == 200
    )


@pytest.mark.parametrize(("raw", "code", "status"), [(None, "invalid", 400), (b"MZ", "not_a_picture", 400)])
def test_a_bad_upload_of_staff_is_answered_for_scripts(raw: bytes | None, code: str, status: int) -> None:
    files = {"image": SimpleUploadedFile("p.jpg", raw)} if raw else {}
    answer = browser("warehouse").post("/console/files/pictures/", files)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.fixture
def all_decoding(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(services, "WAIT_S", 0)
    for _place in range(services.DECODING_AT_ONCE):
        decoding.acquire()
    yield
    for _place in range(services.DECODING_AT_ONCE):
        decoding.release()


@pytest.mark.usefixtures("all_decoding")
def test_no_more_are_decoded_at_once_than_may_be() -> None:
    with refused("busy", 429):
        sent_by()


def test_places_are_given_back_by_good_and_bad_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "WAIT_S", 0)
    for _time in range(services.DECODING_AT_ONCE + 1):
        with refused("not_a_picture", 400):
            store_picture(b"MZ")
    for _time in range(services.DECODING_AT_ONCE + 1):
        sent_by()


@pytest.mark.parametrize("fmt", ["JPEG", "PNG"])
def test_a_large_picture_is_made_small_before_anything_copies_it(
    fmt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turning and converting at full size would each take 160 MB for the largest picture."""
    seen: list[tuple[int, int]] = []
    turn, convert = services.ImageOps.exif_transpose, Image.Image.convert

    def turning(image: Image.Image, **how: Any) -> Any:
        seen.append(image.size)
        assert how == {"in_place": True}
        return turn(image, **how)

    def converting(image: Image.Image, *args: Any, **kwargs: Any) -> Any:
        seen.append(image.size)
        return convert(image, *args, **kwargs)

    monkeypatch.setattr(services.ImageOps, "exif_transpose", turning)
    monkeypatch.setattr(Image.Image, "convert", converting)
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = store_picture(picture_bytes(fmt, size=(4000, 2000), exif=exif))
    assert (stored.width, stored.height) == (800, 1600)
    assert seen and all(max(size) <= services.LONGEST_SIDE for size in seen)
