"""The demo's buyers: person n is always the same, whoever asks."""

from dataclasses import dataclass
from random import Random

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = (
    *("晓燕", "建国", "雨桐", "子轩", "思远", "文静", "海涛", "若曦", "志强", "佳怡", "明哲"),
    *("秀英", "浩然", "梦琪", "国栋", "婉清", "俊杰", "丽华", "一诺", "天佑"),
)
NICKNAMES = (
    *("小燕子", "山里人", "茶茶", "阿布", "月亮不睡", "慢慢来", "糖炒栗子", "西湖的鱼", "老张", "北方有雪"),
    *("一颗青菜", "橘子汽水", "南风", "大橘", "喝茶的猫", "云上", "豆豆妈", "二师兄", "秋刀鱼", "江南小筑"),
    *("木子", "半夏", "柚子", "追风", "小满"),
)
PLACES = (
    ("浙江省", "杭州市", "西湖区", "文二西路"),
    ("浙江省", "杭州市", "拱墅区", "莫干山路"),
    ("浙江省", "宁波市", "鄞州区", "天童南路"),
    ("上海市", "上海市", "浦东新区", "张杨路"),
    ("上海市", "上海市", "徐汇区", "漕溪北路"),
    ("北京市", "北京市", "朝阳区", "建国路"),
    ("北京市", "北京市", "海淀区", "中关村大街"),
    ("江苏省", "南京市", "鼓楼区", "中山北路"),
    ("江苏省", "苏州市", "工业园区", "星湖街"),
    ("广东省", "广州市", "天河区", "体育西路"),
    ("广东省", "深圳市", "南山区", "科苑南路"),
    ("四川省", "成都市", "武侯区", "人民南路四段"),
    ("湖北省", "武汉市", "洪山区", "珞喻路"),
    ("陕西省", "西安市", "雁塔区", "小寨东路"),
    ("福建省", "厦门市", "思明区", "湖滨南路"),
    ("山东省", "青岛市", "市南区", "香港中路"),
    ("湖南省", "长沙市", "岳麓区", "麓山南路"),
    ("重庆市", "重庆市", "渝中区", "解放碑民族路"),
    ("云南省", "昆明市", "盘龙区", "北京路"),
    ("辽宁省", "沈阳市", "和平区", "太原街"),
)
PREFIXES = ("135", "136", "138", "139", "150", "158", "159", "177", "186", "188")


@dataclass(frozen=True)
class DemoPerson:
    """A buyer with what a mini-program knows of them; none of it belongs to anybody."""

    openid: str
    nickname: str
    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str

    @property
    def address(self) -> dict[str, str]:
        """Where they live, as orders and the API name its parts."""
        parts = ("phone", "province", "city", "district", "detail")
        return {"recipient": self.name} | {part: getattr(self, part) for part in parts}


def list_people(count: int) -> tuple[DemoPerson, ...]:
    """The first `count` people."""
    return tuple(_make_person(number) for number in range(count))


def _make_person(number: int) -> DemoPerson:
    rng = Random(f"person {number}")
    province, city, district, street = rng.choice(PLACES)
    flat = f"{rng.randrange(1, 28)}0{rng.randrange(1, 5)} 室"
    home = f"{street} {rng.randrange(1, 999)} 号 {rng.randrange(1, 19)} 幢 {flat}"
    return DemoPerson(
        openid=f"demo-buyer-{number:04d}",
        nickname=rng.choice(NICKNAMES) + rng.choice(("", "", str(rng.randrange(1, 99)))),
        name=rng.choice(FAMILY) + rng.choice(GIVEN),
        # The number itself keeps two people from having one phone.
        phone=f"{rng.choice(PREFIXES)}{rng.randrange(10_000):04d}{number:04d}",
        province=province,
        city=city,
        district=district,
        detail=home,
    )
