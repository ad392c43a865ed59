"""What the demo shop 山野集 sells: tea, grain, dried goods and kitchen ware. Pure data."""

from dataclasses import dataclass
from enum import StrEnum

SHOP_NAME = "山野集"


class Motif(StrEnum):
    """The thing a product's generated picture shows."""

    BASKET = "basket"
    BOARD = "board"
    BOTTLE = "bottle"
    BOWL = "bowl"
    CHILI = "chili"
    CHOPSTICKS = "chopsticks"
    CUP = "cup"
    HONEY = "honey"
    JAR = "jar"
    JUJUBE = "jujube"
    KNIFE = "knife"
    LEAF = "leaf"
    MUSHROOM = "mushroom"
    NOODLES = "noodles"
    PEANUT = "peanut"
    POT = "pot"
    SACK = "sack"
    STEAMER = "steamer"
    TEA_CAKE = "tea_cake"
    TEAPOT = "teapot"
    TIN = "tin"
    WHEAT = "wheat"
    WOK = "wok"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one picture as #rrggbb: the background from top to bottom, then the object's three."""

    top: str
    bottom: str
    main: str
    accent: str
    light: str


@dataclass(frozen=True, slots=True)
class DemoSku:
    """One buyable variant (规格); the price is in fen, the weight in grams."""

    code: str
    name: str
    price_fen: int
    on_hand: int
    weight_grams: int


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product of the demo shop with its 1–4 variants and what its picture looks like."""

    code: str
    name: str
    category: str
    description: str
    skus: tuple[DemoSku, ...]
    motif: Motif
    palette: Palette


TEA = "茶叶"
GRAIN = "米面杂粮"
DRIED = "山货干货"
HONEY = "蜂蜜滋补"
SAUCE = "调味酱料"
TEA_WARE = "茶具餐具"
KITCHEN = "厨房用具"

SPRING = Palette("#f1f7e4", "#c3dfa6", "#4f9a4a", "#2f6b3a", "#dff0b8")
JADE = Palette("#e6f5f0", "#a9d8cb", "#5fae9c", "#2e7468", "#f4fbf7")
AMBER = Palette("#fff3d6", "#ffd98a", "#e89a1c", "#8a4b14", "#fff0c2")
CLAY = Palette("#fbeadf", "#eebf9f", "#a8553a", "#6b3122", "#f6d9b8")
CINNABAR = Palette("#ffe9e2", "#f8b8a5", "#c83a2b", "#7f1d1a", "#ffd9a0")
WHEAT = Palette("#fdf6e3", "#f2dca6", "#d9a845", "#8c6420", "#fff6dc")
BAMBOO = Palette("#f5f6e1", "#d5dca0", "#c9a45c", "#7b5a2b", "#f1dfae")
PORCELAIN = Palette("#e8f1fb", "#b4d0ee", "#f5f8fc", "#2f5fa8", "#ffffff")
IRON = Palette("#eef0f4", "#bcc6d3", "#4a5261", "#8a5a34", "#dfe5ec")
OSMANTHUS = Palette("#fff7e0", "#fbe0a0", "#f7efe0", "#d98a1e", "#c9761a")
PLUM = Palette("#f8e8f1", "#dfb3cf", "#7d3a5f", "#4c1f3c", "#f3d3e2")
FOREST = Palette("#eaf0e2", "#b9c9a4", "#8b5e3c", "#5a3a24", "#f2e3c9")
NIGHT = Palette("#e4ebe9", "#9fb8b3", "#3b4a4a", "#c08a3e", "#e9d9b5")
CREAM = Palette("#fbeee6", "#f0cdb5", "#fbf7ef", "#b9502f", "#f4d79a")

Variant = tuple[str, int, int, int]

PRESALE_DAYS = {"SYJ-1001-4": 12, "SYJ-4002-3": 20}
"""SKU code → in how many days a presale is sent."""


def _product(
    head: tuple[str, str, str], description: str, motif: Motif, palette: Palette, *variants: Variant
) -> DemoProduct:
    code, category, name = head
    skus = tuple(
        DemoSku(f"{code}-{position}", *variant) for position, variant in enumerate(variants, start=1)
    )
    return DemoProduct(code, name, category, description, skus, motif, palette)


# A variant reads: name, price in fen, pieces on hand, weight in grams with packaging.
PRODUCTS: tuple[DemoProduct, ...] = (
    _product(
        ("SYJ-1001", TEA, "明前龙井 特级"),
        "清明前手工采摘的一芽一叶，当日摊青、当日炒制。豆香清幽，回甘绵长。",
        Motif.LEAF,
        SPRING,
        ("50g 纸袋装", 9_800, 140, 80),
        ("125g 罐装", 22_800, 86, 210),
        ("250g 礼盒", 45_800, 24, 720),
        ("125g 罐装 新批次预售", 19_800, 60, 210),
    ),
    _product(
        ("SYJ-1002", TEA, "武夷山正岩大红袍"),
        "三坑两涧产区，中足火炭焙，岩骨花香，耐泡十道以上。",
        Motif.TIN,
        CINNABAR,
        ("80g 罐装", 16_800, 95, 180),
        ("160g 双罐礼盒", 31_800, 40, 560),
    ),
    _product(
        ("SYJ-1003", TEA, "云南勐海古树普洱生茶饼（2019年春茶，干仓存放，附撬茶针）"),
        "百年以上古树春料，石磨压制，昆明干仓存放至今，汤色金黄透亮。",
        Motif.TEA_CAKE,
        WHEAT,
        ("357g 单饼", 26_800, 52, 420),
        ("357g × 7 整提", 168_000, 3, 2_900),
    ),
    _product(
        ("SYJ-1004", TEA, "福鼎白毫银针"),
        "头采肥壮单芽，日光萎凋，毫香清甜，可即饮也可久存。",
        Motif.LEAF,
        JADE,
        ("30g 品鉴装", 8_800, 120, 60),
        ("100g 罐装", 26_800, 2, 190),
    ),
    _product(
        ("SYJ-1005", TEA, "正山小种红茶"),
        "桐木关原叶，无烟工艺，桂圆甜香，冷泡热泡皆宜。",
        Motif.TIN,
        PLUM,
        ("100g 罐装", 12_800, 160, 190),
        ("250g 罐装", 28_800, 75, 380),
        ("3g × 20 小袋", 9_900, 210, 130),
    ),
    _product(
        ("SYJ-1006", TEA, "桂花乌龙 三角茶包"),
        "杭州满觉陇桂花与清香乌龙九次窨制，办公室一杯刚好。",
        Motif.CUP,
        OSMANTHUS,
        ("2.5g × 15 包", 4_900, 320, 90),
        ("2.5g × 40 包", 10_900, 180, 200),
    ),
    _product(
        ("SYJ-2001", GRAIN, "五常稻花香大米 当季新米"),
        "核心产区一年一季，下单后现碾，真空包装。煮饭时满屋米香。",
        Motif.SACK,
        WHEAT,
        ("2.5kg 真空装", 4_580, 260, 2_600),
        ("5kg 布袋装", 8_680, 190, 5_150),
        ("10kg 家庭装", 16_500, 60, 10_300),
    ),
    _product(
        ("SYJ-2002", GRAIN, "沁州黄小米"),
        "旱地石灰岩土壤种植，米油厚，适合老人、孩子和月子餐。",
        Motif.BOWL,
        AMBER,
        ("500g 袋装", 1_680, 400, 530),
        ("2.5kg 家庭装", 7_280, 110, 2_600),
    ),
    _product(
        ("SYJ-2003", GRAIN, "手工空心挂面"),
        "陕北老师傅手工拉制，自然晾干，面细中空，久煮不糊。",
        Motif.NOODLES,
        CREAM,
        ("400g 单把", 1_280, 350, 420),
        ("400g × 5 把", 5_800, 130, 2_150),
    ),
    _product(
        ("SYJ-2004", GRAIN, "石磨全麦面粉"),
        "河套小麦，低温石磨一次成粉，保留麸皮与胚芽，无添加。",
        Motif.WHEAT,
        WHEAT,
        ("1kg 袋装", 1_580, 220, 1_030),
        ("2.5kg 袋装", 3_480, 140, 2_560),
        ("5kg 袋装", 6_480, 0, 5_100),
    ),
    _product(
        ("SYJ-2005", GRAIN, "红豆薏米粥料（免浸泡，低温烘焙，独立小包装，一包一锅）"),
        "赤小豆、薏仁米、芡实按比例配好，直接下锅四十分钟软糯。",
        Motif.BOWL,
        PLUM,
        ("100g × 7 包", 2_990, 170, 760),
        ("100g × 15 包", 5_690, 90, 1_600),
    ),
    _product(
        ("SYJ-2006", GRAIN, "高原三色藜麦"),
        "青海柴达木种植，白、红、黑三色搭配，拌沙拉或与米同煮。",
        Motif.SACK,
        PLUM,
        ("500g 袋装", 2_580, 150, 530),
        ("1kg 袋装", 4_780, 4, 1_040),
    ),
    _product(
        ("SYJ-3001", DRIED, "古田花菇"),
        "椴木栽培，菌盖开花、肉厚柄短，泡发后香气浓郁。",
        Motif.MUSHROOM,
        FOREST,
        ("200g 袋装", 3_980, 200, 230),
        ("500g 袋装", 8_980, 85, 560),
    ),
    _product(
        ("SYJ-3002", DRIED, "野生羊肚菌 大朵精选"),
        "川西高山采收，剪柄去泥，煲汤鲜美。产量少，售完即止。",
        Motif.MUSHROOM,
        NIGHT,
        ("50g 罐装", 16_800, 18, 110),
        ("100g 礼盒", 31_800, 1, 320),
    ),
    _product(
        ("SYJ-3003", DRIED, "若羌灰枣"),
        "树上自然吊干，皮薄核小，免洗即食，也可煮粥泡茶。",
        Motif.JUJUBE,
        CINNABAR,
        ("500g 袋装", 2_380, 310, 520),
        ("1kg 袋装", 4_380, 180, 1_030),
        ("2.5kg 整箱", 9_980, 45, 2_700),
    ),
    _product(
        ("SYJ-3004", DRIED, "带壳五香花生"),
        "沂蒙山沙地小粒花生，古法卤制后慢火烘干，越嚼越香。",
        Motif.PEANUT,
        BAMBOO,
        ("500g 袋装", 1_590, 280, 520),
        ("1.5kg 家庭装", 4_290, 120, 1_560),
    ),
    _product(
        ("SYJ-3005", DRIED, "四川二荆条干辣椒"),
        "色红油润，香而不燥，炼红油、炒火锅底料都合适。",
        Motif.CHILI,
        CREAM,
        ("100g 袋装", 990, 500, 120),
        ("500g 袋装", 3_990, 160, 540),
    ),
    _product(
        ("SYJ-4001", HONEY, "秦岭土蜂蜜"),
        "中华蜜蜂百花蜜，一年一割，巢脾自然成熟，低温易结晶属正常现象。",
        Motif.HONEY,
        AMBER,
        ("250g 瓶装", 5_800, 130, 430),
        ("500g 瓶装", 9_800, 95, 760),
        ("1kg 瓶装", 18_000, 5, 1_420),
    ),
    _product(
        ("SYJ-4002", HONEY, "长白山椴树雪蜜"),
        "结晶细腻洁白如雪，涂面包、冲温水，入口即化。",
        Motif.HONEY,
        JADE,
        ("500g 瓶装", 7_800, 105, 760),
        ("500g × 2 瓶", 14_800, 48, 1_520),
        ("500g 瓶装 秋蜜预售", 7_200, 80, 760),
    ),
    _product(
        ("SYJ-4003", HONEY, "中宁头茬枸杞"),
        "夏果头茬，颗粒饱满，不熏硫不染色，干吃泡水两相宜。",
        Motif.JAR,
        CINNABAR,
        ("250g 罐装", 3_980, 240, 330),
        ("500g 罐装", 7_280, 130, 620),
        ("10g × 30 小袋", 5_280, 150, 360),
        ("1kg 礼盒", 15_800, 20, 1_350),
    ),
    _product(
        ("SYJ-5001", SAUCE, "农家剁辣椒酱"),
        "湘西小米椒配老姜、大蒜，坛中发酵一个月，拌饭蒸鱼都香。",
        Motif.JAR,
        CLAY,
        ("280g 瓶装", 1_880, 260, 460),
        ("280g × 3 瓶", 5_280, 100, 1_400),
    ),
    _product(
        ("SYJ-5002", SAUCE, "五年陈酿老陈醋"),
        "高粱、豌豆为料，夏伏晒、冬捞冰，酸香醇厚不刺喉。",
        Motif.BOTTLE,
        NIGHT,
        ("500ml 瓶装", 2_680, 190, 980),
        ("500ml × 2 礼盒", 5_680, 55, 2_150),
    ),
    _product(
        ("SYJ-5003", SAUCE, "冷榨山茶油"),
        "大别山油茶籽，物理冷榨，烟点高，凉拌热炒都清爽。",
        Motif.BOTTLE,
        SPRING,
        ("500ml 瓶装", 8_800, 88, 960),
        ("1L 瓶装", 16_500, 47, 1_820),
        ("500ml × 2 礼盒", 18_800, 15, 2_200),
    ),
    _product(
        ("SYJ-6001", TEA_WARE, "宜兴紫砂壶 西施 手工全手作（国家级助理工艺美术师款，附收藏证书）"),
        "黄龙山原矿底槽青，全手工拍打成型，出水爽利。每把附证书与实物编号。",
        Motif.TEAPOT,
        CLAY,
        ("180ml", 128_000, 4, 680),
        ("240ml", 168_000, 2, 760),
    ),
    _product(
        ("SYJ-6002", TEA_WARE, "手绘青花茶壶"),
        "景德镇手绘缠枝莲，釉面温润，壶嘴不挂水。",
        Motif.TEAPOT,
        PORCELAIN,
        ("400ml 单壶", 19_800, 36, 900),
        ("一壶四杯套装", 32_800, 17, 1_850),
    ),
    _product(
        ("SYJ-6003", TEA_WARE, "龙泉青瓷饭碗"),
        "梅子青釉，开水消毒不变色，可进洗碗机。",
        Motif.BOWL,
        JADE,
        ("4.5 寸 单只", 2_800, 230, 320),
        ("4.5 寸 四只装", 9_900, 70, 1_380),
        ("6 寸 面碗", 4_600, 110, 560),
    ),
    _product(
        ("SYJ-6004", TEA_WARE, "鸡翅木无漆无蜡筷子"),
        "整木车制，手工打磨七道，头部细密防滑。",
        Motif.CHOPSTICKS,
        FOREST,
        ("5 双装", 3_900, 180, 160),
        ("10 双礼盒", 7_800, 65, 420),
    ),
    _product(
        ("SYJ-7001", KITCHEN, "手工锻打夹钢菜刀"),
        "三层夹钢，刃口硬度约 60 HRC，斩切两用，终身免费磨刀。",
        Motif.KNIFE,
        IRON,
        ("切片刀", 26_800, 42, 520),
        ("斩切刀", 29_800, 38, 680),
        ("刀具三件套", 65_800, 6, 1_650),
    ),
    _product(
        ("SYJ-7002", KITCHEN, "章丘手工锻打无涂层铁锅"),
        "三万余次锤打成型，物理不粘，附开锅说明与丝瓜络一只。",
        Motif.WOK,
        IRON,
        ("30cm", 39_800, 28, 1_650),
        ("32cm", 45_800, 31, 1_880),
        ("34cm", 49_800, 0, 2_100),
    ),
    _product(
        ("SYJ-7003", KITCHEN, "整竹双层蒸笼"),
        "三年老竹手工编制，不锈钢包边，透气不滴水，附棉布垫两张。",
        Motif.STEAMER,
        BAMBOO,
        ("20cm 双层", 8_900, 72, 820),
        ("24cm 双层", 11_900, 54, 1_150),
    ),
    _product(
        ("SYJ-7004", KITCHEN, "乌檀木整木砧板"),
        "整块实木不拼接，纹理紧密不易起屑，双面可用。",
        Motif.BOARD,
        FOREST,
        ("36 × 24cm", 12_800, 60, 1_900),
        ("40 × 28cm", 16_800, 44, 2_700),
    ),
    _product(
        ("SYJ-7005", KITCHEN, "耐热陶土砂锅"),
        "锂辉石陶土，冷热急变不裂，小火慢炖锁住汤鲜。",
        Motif.POT,
        CLAY,
        ("2.5L", 13_800, 50, 2_600),
        ("4L", 17_800, 33, 3_700),
    ),
    _product(
        ("SYJ-7006", KITCHEN, "竹编提篮"),
        "安吉毛竹手编，装蛋、装果、野餐都好看，可挂墙收纳。",
        Motif.BASKET,
        BAMBOO,
        ("小号 26cm", 6_800, 58, 480),
        ("大号 34cm", 9_800, 3, 760),
    ),
)
