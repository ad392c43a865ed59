"""设置 → 门店: what an owner does there, and what follows for the shop."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from shop.store.models import PickupStore, StoreSettings
from shop.store.pickup_stores import selectors
from shop.store.pickup_stores.services import add_store, change_store, close_store
from shop.store.selectors import list_offers, list_preconditions
from shop.store.services import change_store_settings
from tests import cast
from tests.console import browser, page_with
from tests.expect import refused
from tests.ground.test_files import picture_bytes

pytestmark = pytest.mark.django_db
URL = "/console/settings/stores/"
TYPED = {
    "name": "文三路店",
    "phone": "0571-88880001",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "detail": "文三路 478 号",
    "latitude": "30.274150",
    "longitude": "120.155150",
    "holidays": "2026-02-16 ~ 2026-02-18",
    **{f"hours_{day}": "9:00-12:00, 13:30-21:00" for day in range(6)},
    "hours_6": "",
}


@pytest.fixture
def owner() -> Client:
    return browser()


def test_a_new_shop_is_told_what_stores_are_for(owner: Client) -> None:
    page = page_with(200, owner.get(URL))
    assert "No store yet" in page
    assert f"{URL}new/" in page


def test_a_store_is_added_and_changed(owner: Client) -> None:
    page = page_with(200, owner.post(f"{URL}new/", TYPED, follow=True))
    assert "Buyers are offered it once pickup is switched on." in page
    assert 'href="/console/settings/#id_pickup_on"' in page
    store = PickupStore.objects.get()
    assert (store.is_open, store.address) == (True, "浙江省杭州市西湖区 文三路 478 号")
    assert store.hours == [[["09:00", "12:00"], ["13:30", "21:00"]]] * 6 + [[]]
    assert (str(store.latitude), store.holidays[-1]) == ("30.274150", "2026-02-18")
    changed = TYPED | {"name": "文三路旗舰店", "hours_6": "10:00-16:00", "version": str(store.version)}
    assert "The store is saved." in page_with(200, owner.post(f"{URL}{store.pk}/", changed, follow=True))
    same = changed | {"version": str(store.version + 1)}
    assert "Nothing was changed." in page_with(200, owner.post(f"{URL}{store.pk}/", same, follow=True))
    assert "Mon–Sat 09:00-12:00, 13:30-21:00; Sun 10:00-16:00" in page_with(200, owner.get(URL))
    facts = Event.objects.get(verb="pickup_store.change").data
    assert facts["before"]["name"] == "文三路店"
    assert set(facts["after"]) == {"name", "hours"}
    assert "文三路旗舰店" in page_with(200, owner.get("/console/audit/"))


def test_where_pickup_is_on_nothing_is_left_to_do(owner: Client) -> None:
    cast.make_store()
    change_store_settings({"pickup_on": True}, actor=cast.clerk("owner"))
    page = page_with(200, owner.post(f"{URL}new/", TYPED, follow=True))
    assert "The store is saved. It is open from now on." in page
    assert "#id_pickup_on" not in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": "hello"}, "phone"),
        ({"city": "宁波"}, "city"),
        ({"detail": ""}, "detail"),
        ({"latitude": "91"}, "latitude"),
        ({"latitude": "", "longitude": "120"}, "latitude"),
        ({"longitude": "NaN"}, "longitude"),
        ({"hours_0": "nine to five"}, "hours_0"),
        ({"holidays": "May"}, "holidays"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(owner: Client, changes: dict[str, str], field: str) -> None:
    answer = owner.post(f"{URL}new/", TYPED | changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not PickupStore.objects.exists()


def test_two_stores_have_two_names(owner: Client) -> None:
    cast.make_store("文三路店")
    answer = owner.post(f"{URL}new/", TYPED)
    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["name"])


def test_an_overtaken_form_is_refused(owner: Client) -> None:
    store = cast.make_store()
    change_store(store.pk, {"phone": "0571-1234567"}, actor=cast.clerk("owner"))
    answer = owner.post(f"{URL}{store.pk}/", TYPED | {"version": str(store.version)})
    assert answer.status_code == 422
    assert PickupStore.objects.get().phone == "0571-1234567"


def test_pictures_stand_in_their_order_and_come_off_again(owner: Client) -> None:
    files = {"pictures": [upload("a.png"), upload("b.png")]}
    owner.post(f"{URL}new/", TYPED | files)
    store = PickupStore.objects.get()
    first, second = store.pictures.order_by("position")
    page = owner.get(f"{URL}{store.pk}/")
    signed = [sign for _picture, sign in page.context["pictures"]]
    swapped = {f"place-{first.picture_id}": "2", f"place-{second.picture_id}": "1", "version": store.version}
    owner.post(f"{URL}{store.pk}/", TYPED | swapped | {"picture": signed})
    assert [row.picture_id for row in store.pictures.order_by("position")] == [
        second.picture_id,
        first.picture_id,
    ]
    forged = {"picture": ["1:forged", signed[0]], "version": store.version + 1}
    owner.post(f"{URL}{store.pk}/", TYPED | forged)
    assert store.pictures.get().picture_id == first.picture_id


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes(), "image/png")


def test_a_store_is_switched_off_and_on(owner: Client) -> None:
    store = cast.make_store()
    page = page_with(200, owner.get(f"{URL}{store.pk}/close-store/"))
    assert "While no store is on, buyers are not offered pickup at all." in page
    owner.post(f"{URL}{store.pk}/close-store/", {"version": store.version})
    store.refresh_from_db()
    assert not store.is_open
    with refused("already_done"):
        close_store(store.pk, actor=cast.clerk("owner"))
    owner.post(f"{URL}{store.pk}/open-store/", {"version": store.version})
    store.refresh_from_db()
    assert store.is_open


def test_pickup_is_switched_on_only_where_a_store_is_open() -> None:
    cast.open_shop()
    boss = cast.clerk("owner")
    with refused("precondition_unmet", 400):
        change_store_settings({"pickup_on": True}, actor=boss)
    store = cast.make_store()
    change_store_settings({"pickup_on": True, "pickup_cod_on": True}, actor=boss)
    offered = list_offers(StoreSettings.objects.get())
    assert offered[Delivery.PICKUP] == [PayMethod.WECHAT, PayMethod.COD]
    close_store(store.pk, actor=boss)
    assert Delivery.PICKUP not in list_offers(StoreSettings.objects.get())
    [need] = [need for need in list_preconditions(StoreSettings.objects.get()) if need.switch == "pickup_on"]
    assert not need.is_met


def test_a_shop_may_deliver_by_pickup_alone() -> None:
    cast.open_shop(local_on=False)
    cast.make_store()
    boss = cast.clerk("owner")
    change_store_settings({"express_on": False, "pickup_on": True}, actor=boss)
    with refused("precondition_unmet", 400):
        change_store_settings({"pickup_on": False}, actor=boss)


def test_only_who_may_change_settings_changes_stores() -> None:
    store = cast.make_store()
    for act in (
        lambda actor: add_store({"name": "x"}, actor=actor),
        lambda actor: change_store(store.pk, {"name": "x"}, actor=actor),
        lambda actor: close_store(store.pk, actor=actor),
    ):
        with refused("forbidden", 403):
            act(cast.clerk("manager"))


def test_a_shop_has_so_many_stores_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.store.pickup_stores.services.MAX_STORES", 1)
    cast.make_store()
    with refused("too_many_stores", 400):
        add_store({"name": "x"}, actor=cast.clerk("owner"))


def test_the_nearest_store_comes_first_and_one_without_a_point_last() -> None:
    far = cast.make_store(latitude="31.230400", longitude="121.473700")
    none = cast.make_store()
    near = cast.make_store(latitude="30.280000", longitude="120.160000")
    cast.make_store(is_open=False, latitude="30.274100", longitude="120.155100")
    found = selectors.list_near(30.2741, 120.1551)
    assert [each.store for each in found] == [near, far, none]
    assert found[0].metres == pytest.approx(800, abs=30)
    assert found[2].metres is None
    assert [each.store for each in selectors.list_near(None, None)] == [far, none, near]
