"""GET /regions, POST /addresses/parse, and addresses that name no region"""

import pytest

from tests.api.conftest import Buyer
from tests.cast import address


def test_the_table_is_public_and_may_be_kept(anyone: Buyer) -> None:
    answer = anyone.get("/regions")
    assert "max-age=86400" in answer["Cache-Control"]
    provinces = {
        p["name"]: {c["name"]: c["districts"] for c in p["cities"]} for p in answer.json()["provinces"]
    }
    assert len(provinces) == 34
    assert "西湖区" in provinces["浙江省"]["杭州市"]
    assert list(provinces["上海市"]) == ["上海市"]
    assert provinces["湖北省"]["潜江市"] == []
    assert not any("直辖" in city for cities in provinces.values() for city in cities)


def test_a_pasted_line_comes_back_in_parts(buyer: Buyer) -> None:
    text = "林晓燕 13800005678 浙江省杭州市西湖区文三路 88 号"
    assert buyer.post("/addresses/parse", {"text": text}).json() == {
        "recipient": "林晓燕",
        "phone": "13800005678",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "detail": "文三路 88 号",
    }
    assert buyer.get("/addresses").json()["results"] == []


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": "x" * 401}, {"text": 5}, {"line": "x"}])
def test_nothing_to_split(buyer: Buyer, body: dict[str, object]) -> None:
    assert buyer.post("/addresses/parse", body).json()["code"] == "invalid"


@pytest.mark.parametrize(
    ("changes", "field", "nearest"),
    [
        ({"province": "浙江"}, "province", "浙江省"),
        ({"city": "杭州"}, "city", "杭州市"),
        ({"city": "杭洲市"}, "city", "杭州市"),
        ({"province": "Bayern"}, "province", ""),
        ({"city": "深圳市"}, "city", ""),
    ],
)
def test_an_unknown_region_is_refused_with_the_nearest(
    buyer: Buyer, changes: dict[str, str], field: str, nearest: str
) -> None:
    answer = buyer.post("/addresses", address(**changes)).json()
    [words] = answer["extra"]["fields"][field]
    assert "is not in the table of regions" in words
    assert nearest in words


@pytest.mark.parametrize(
    "changes",
    [
        {"district": "新设的区"},
        {"province": "上海市", "city": "上海市", "district": "浦东新区"},
        {"province": "湖北省", "city": "潜江市", "district": "潜江市"},
        {"province": "湖北省", "city": "省直辖县级行政区划", "district": "潜江市"},
    ],
)
def test_what_the_table_cannot_know_better_is_taken(buyer: Buyer, changes: dict[str, str]) -> None:
    assert buyer.post("/addresses", address(**changes)).status_code == 201
