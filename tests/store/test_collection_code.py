"""The shop's collection code: a picture that buyers scan to transfer money."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from shop.files.models import LooseFile, Picture
from shop.store.choices import PayMethod
from shop.store.models import StoreSettings
from shop.store.selectors import get_store_settings, list_pay_methods
from shop.store.services import change_store_settings, remove_collection_code, set_collection_code
from tests import cast
from tests.console import browser, page_with
from tests.expect import refused
from tests.ground.test_files import picture_bytes

pytestmark = pytest.mark.django_db
OWNER = cast.clerk("owner")
UPLOAD, REMOVE = "/console/settings/collection-code/", "/console/settings/collection-code/remove/"


@pytest.fixture(autouse=True)
def shop() -> StoreSettings:
    return cast.open_shop()


def send(client: Client, content: bytes) -> Any:
    file = BytesIO(content)
    file.name = "code.png"
    return client.post(UPLOAD, {"code": file})


def test_everybody_sees_it_and_a_shop_with_nothing_else_takes_transfers():
    owner = browser()
    assert send(owner, picture_bytes()).status_code == 302
    change_store_settings({"transfer_on": True}, actor=OWNER)
    store = get_store_settings()
    assert PayMethod.TRANSFER in list_pay_methods(store, cast.Delivery.EXPRESS)
    assert Client().get(store.collection_code_url).status_code == 200
    assert store.collection_code_url in page_with(200, owner.get("/console/settings/"))
    assert Client().get("/api/v1/shop").json()["collection_code_url"] == store.collection_code_url


def test_the_next_one_takes_its_place():
    set_collection_code(picture_bytes(), actor=OWNER)
    former = get_store_settings().collection_code
    set_collection_code(picture_bytes(), actor=OWNER)
    assert get_store_settings().collection_code != former
    assert Picture.objects.count() == 1
    assert LooseFile.objects.filter(path=former).exists()


def test_it_stays_while_transfers_need_it():
    set_collection_code(picture_bytes(), actor=OWNER)
    change_store_settings({"transfer_on": True}, actor=OWNER)
    with refused("precondition_unmet"):
        remove_collection_code(actor=OWNER)
    assert "or a collection code" in page_with(422, browser().post(REMOVE))
    change_store_settings({"transfer_on": False}, actor=OWNER)
    assert browser().post(REMOVE).status_code == 302
    assert (get_store_settings().collection_code_url, Picture.objects.count()) == ("", 0)


def test_what_is_refused_leaves_nothing_behind():
    StoreSettings.objects.update(local_on=True, local_fee_fen=None)
    with refused("precondition_unmet"):
        set_collection_code(picture_bytes(), actor=OWNER)
    assert Picture.objects.count() == 0


def test_what_is_no_picture_is_said_beside_the_field():
    owner = browser()
    assert "not a JPEG, PNG or WebP" in page_with(422, send(owner, b"no picture"))
    assert "Choose a file first" in page_with(422, owner.post(UPLOAD))


def test_only_the_owner_changes_where_money_goes():
    with refused("forbidden", 403):
        set_collection_code(picture_bytes(), actor=cast.clerk("manager"))
    with refused("forbidden", 403):
        remove_collection_code(actor=cast.clerk("finance"))
