"""Which addresses lie in the delivery area, and the page that chooses its districts."""

import pytest
from django.test import Client
from django.utils.translation import override

from shop.events.models import Event
from shop.store.area.places import (
    describe_area,
    find_city,
    is_covered,
    list_inside,
    load_places,
    set_inside,
    spell_area,
    tidy_places,
)
from shop.store.selectors import get_store_settings
from tests.cast import XIHU, open_shop
from tests.console import browser, page_with

URL = "/console/settings/area/"
ZHEJIANG, HANGZHOU, SHANGCHENG = "330000", "330100", "330102"
CHONGQING, CHENGKOU, XIANTAO, DONGGUAN = "500000", "500229", "429004", "441900"


@pytest.mark.parametrize(
    ("chosen", "address", "is_in"),
    [
        (XIHU, ("浙江省", "杭州市", "西湖区"), True),
        (XIHU, ("浙江省", "杭州市", "上城区"), False),
        # Two provinces have a district of this name.
        (XIHU, ("江西省", "南昌市", "西湖区"), False),
        (HANGZHOU, ("浙江省", "杭州市", "上城区"), True),
        (HANGZHOU, ("浙江省", "杭州市", "新设的区"), True),
        (HANGZHOU, ("浙江省", "宁波市", "海曙区"), False),
        (ZHEJIANG, ("浙江省", "宁波市", "海曙区"), True),
        (ZHEJIANG, ("江西省", "南昌市", "西湖区"), False),
        (CHENGKOU, ("重庆市", "重庆市", "城口县"), True),
        (CHENGKOU, ("重庆市", "县", "城口县"), True),
        (CHONGQING, ("重庆市", "市辖区", "渝中区"), True),
        (XIANTAO, ("湖北省", "仙桃市", ""), True),
        (XIANTAO, ("湖北省", "省直辖县级行政区划", "仙桃市"), True),
        (XIANTAO, ("湖北省", "省直辖县级行政区划", "潜江市"), False),
        (XIHU, ("", "", ""), False),
    ],
)
def test_an_address_lies_in_a_place(chosen: str, address: tuple[str, str, str], is_in: bool) -> None:
    province, city, district = address
    assert is_covered([chosen], province=province, city=city, district=district) == is_in


def test_every_place_of_the_table_lies_in_itself() -> None:
    for code, place in load_places().items():
        assert is_covered([code], province=place.province, city=place.city, district=place.district), place


def test_what_lies_in_a_wider_place_is_named_once() -> None:
    assert tidy_places([XIHU, HANGZHOU, "310000", "999999"]) == ["310000", HANGZHOU]
    assert tidy_places([XIHU, HANGZHOU, ZHEJIANG]) == [ZHEJIANG]


def test_ticks_take_the_place_of_what_was_chosen_of_a_city() -> None:
    assert set_inside(["310000", XIHU], HANGZHOU, [SHANGCHENG]) == ["310000", SHANGCHENG]
    assert set_inside([HANGZHOU], HANGZHOU, []) == []


def test_all_districts_of_a_city_are_the_city() -> None:
    assert set_inside([], HANGZHOU, [place.code for place in list_inside(HANGZHOU)]) == [HANGZHOU]


def test_a_city_taken_out_of_its_province_leaves_the_others() -> None:
    left = set_inside([ZHEJIANG], HANGZHOU, [XIHU])
    assert XIHU in left
    assert HANGZHOU not in left
    assert is_covered(left, province="浙江省", city="宁波市", district="海曙区")
    assert not is_covered(left, province="浙江省", city="杭州市", district="上城区")


def test_districts_are_read_by_their_city() -> None:
    with override("en"):
        parts = [
            (part.title, str(part.words))
            for part in describe_area([SHANGCHENG, XIHU, "310000", ZHEJIANG[:2] + "0200"])
        ]
    assert parts == [
        ("上海市", "the whole city"),
        ("浙江省杭州市", "上城区、西湖区"),
        ("浙江省宁波市", "the whole city"),
    ]
    assert spell_area([XIHU]) == "浙江省杭州市 西湖区"


def test_a_city_is_found_by_its_short_name_and_by_its_districts() -> None:
    assert [place.code for place in find_city("杭州")] == [HANGZHOU]
    assert {place.city for place in find_city("西湖")} == {"杭州市", "南昌市", "武汉市", "苗栗县"}
    assert find_city("") == []


@pytest.mark.django_db
class TestPage:
    def press(self, client: Client, **posted: object) -> int:
        data = {"version": get_store_settings().version, **posted}
        return client.post(URL, data).status_code

    def test_ticked_districts_are_saved_on_the_record(self) -> None:
        open_shop()
        assert self.press(browser(), city=HANGZHOU, district=[SHANGCHENG, "330105"]) == 302
        assert get_store_settings().local_districts == [SHANGCHENG, "330105"]
        change = Event.objects.get(verb="settings.change").data
        assert (change["before"], change["after"]) == (
            {"local_districts": [XIHU]},
            {"local_districts": [SHANGCHENG, "330105"]},
        )
        page = browser().get("/console/settings/").content.decode()
        assert "浙江省杭州市 上城区、拱墅区" in page

    def test_a_whole_city_is_one_press_and_so_is_taking_it_away(self) -> None:
        open_shop(local_on=False)
        client = browser()
        assert self.press(client, add=DONGGUAN) == 302
        assert get_store_settings().local_districts == [XIHU, DONGGUAN]
        assert self.press(client, remove=DONGGUAN) == 302
        assert self.press(client, remove=HANGZHOU) == 302
        assert get_store_settings().local_districts == []
        assert "No districts yet" in client.get(URL).content.decode()

    def test_the_last_district_stays_while_own_delivery_is_on(self) -> None:
        open_shop()
        page = page_with(
            422, browser().post(URL, {"version": get_store_settings().version, "city": HANGZHOU})
        )
        assert "Own delivery needs districts that it goes to." in page
        assert get_store_settings().local_districts == [XIHU]

    def test_what_a_colleague_saved_meanwhile_is_not_overwritten(self) -> None:
        open_shop()
        assert browser().post(URL, {"version": "7", "add": DONGGUAN}).status_code == 422
        assert get_store_settings().local_districts == [XIHU]

    @pytest.mark.parametrize("nonsense", [{}, {"add": "x"}, {"city": "1", "district": "2"}, {"remove": ""}])
    def test_nonsense_changes_nothing(self, nonsense: dict[str, str]) -> None:
        open_shop()
        assert self.press(browser(), **nonsense) == 302
        assert get_store_settings().local_districts == [XIHU]

    def test_a_search_shows_cities_and_a_city_its_districts(self) -> None:
        open_shop()
        client = browser()
        assert f"{URL}?city={HANGZHOU}" in client.get(URL, {"place": "杭州"}).content.decode()
        assert "No city or district has this" in client.get(URL, {"place": "无此地"}).content.decode()
        page = client.get(URL, {"city": HANGZHOU}).content.decode()
        assert page.count('name="district"') == len(list_inside(HANGZHOU))
        assert page.count(" checked") == 1
        open_shop(local_districts=[ZHEJIANG])
        page = client.get(URL, {"city": HANGZHOU}).content.decode()
        assert page.count(" checked") == len(list_inside(HANGZHOU))

    def test_more_than_five_hundred_places_are_refused(self) -> None:
        codes = [place.code for place in load_places().values() if place.district]
        open_shop(local_districts=codes[:501])
        assert self.press(browser(), add=CHONGQING) == 422
