"""The demo district as drawn by hand: blocks, streets, who lives where, and the names of everything (all invented)."""

from __future__ import annotations

from dataclasses import dataclass

SEED = 20200506
DISTRICT_ID, DISTRICT_NAME = "220199", "松苑区"  # no such county
HOUSEHOLDS_MEANING = "常住"
STAFFING = {
    "county_cap": 220,
    "reference_wage_yuan_year": 62000,
    "employer_rate": 0.3,
}  # what only a county knows
CRS = "EPSG:4551"  # CGCS2000 / 3-degree Gauss-Kruger CM 126E
ORIGIN_M = (544_300.0, 4_857_200.0)

# Distances between the axes of neighbouring streets, metres: columns from west to east, rows from south to north.
# The railway takes the wide gap after RAIL_AFTER columns, the river that after RIVER_AFTER rows.
COLUMNS_M = (236.0, 262.0, 244.0, 226.0, 250.0, 232.0, 258.0, 222.0)
ROWS_M = (184.0, 196.0, 204.0, 178.0, 192.0, 186.0)
RAIL_AFTER, RAIL_GAP_M = 5, 62.0
RIVER_AFTER, RIVER_GAP_M = 2, 112.0
RIVER_WIDTH_M, RIVER_SWING_M = 46.0, 20.0

# Which community each block is in, north row first; two letters: west half and east half.
COMMUNITY_OF_BLOCK = (
    ("A", "A", "B", "B", "C", "CD", "D", "E"),
    ("A", "A", "B", "B", "C", "D", "D", "E"),
    ("F", "F", "G", "G", "I", "I", "M", "E"),
    ("F", "J", "J", "G", "I", "I", "M", "N"),
    ("O", "J", "J", "P", "P", "Q", "Q", "R"),
    ("O", "O", "O", "P", "P", "Q", "Q", "R"),
)
# What stands there, one letter a part from west to east: w walk-ups, s slabs, t towers, m slabs and towers,
# k school, h hospital, p park.
USE_OF_BLOCK = (
    ("w", "ws", "s", "w", "ww", "ww", "s", "t"),
    ("ww", "s", "w", "sw", "s", "w", "wt", "m"),
    ("m", "wk", "w", "ss", "ww", "w", "t", "ws"),
    ("w", "ww", "t", "s", "w", "sw", "w", "w"),
    ("ws", "w", "m", "ww", "s", "w", "sh", "p"),
    ("t", "w", "ss", "m", "w", "ww", "s", "p"),
)


@dataclass(frozen=True)
class Place:
    """A community: its name, subdistrict and, where the demo makes a point of it, its exact households."""

    number: int
    name: str
    subdistrict: str
    households: int | None = None


SUBDISTRICTS = {
    "松园街道": "220199001",
    "铁东街道": "220199002",
    "临河街道": "220199003",
    "河南街道": "220199004",
}
PLACES = {
    "A": Place(1, "松涛社区", "松园街道"),
    "B": Place(2, "学府社区", "松园街道", 3300),
    "C": Place(3, "站前社区", "松园街道"),
    "D": Place(1, "铁东社区", "铁东街道"),
    "E": Place(2, "晨光社区", "铁东街道"),
    "M": Place(3, "向阳社区", "铁东街道"),
    "N": Place(4, "苇塘社区", "铁东街道", 575),
    "F": Place(1, "建设社区", "临河街道"),
    "G": Place(2, "文化社区", "临河街道"),
    "J": Place(3, "柳堤社区", "临河街道"),
    "I": Place(4, "通达社区", "临河街道"),
    "O": Place(1, "河湾社区", "河南街道"),
    "P": Place(2, "桥南社区", "河南街道"),
    "Q": Place(3, "丰泽社区", "河南街道"),
    "R": Place(4, "柳河公园社区", "河南街道", 0),
}
POCKET_HOUSEHOLDS = 220  # of C, east of the railway, in block (0, 5)
TOWERS = {"A": (620, "200,210,210"), "Q": (540, "")}  # community → households and units of one building

RIVER, RAILWAY = "柳河", "长松铁路"
COLUMN_STREETS = ("西环路", "松涛街", "人民大街", "学府街", "文化街", "", "向阳大街", "晨光街", "东环路")
ROW_STREETS = ("南环路", "丰泽路", "", "长松大路", "建设路", "松园路", "北环路")
RAIL_STREETS, RIVER_STREETS = ("铁西街", "铁东街"), ("滨河南路", "滨河北路")
ARTERIALS = {"人民大街", "向阳大街", "长松大路"}
BRIDGES = {"人民大街": "柳河大桥", "向阳大街": "向阳桥"}
UNDERPASS = ("长松大路", "长松大路地道桥")
SITES = {"k": "松苑区实验学校", "h": "松苑区人民医院"}

COMPOUND_NAMES = (
    "锦绣家园 光明小区 学府名苑 东风小区 建设新村 柳堤花园 河畔人家 供水小区 南苑小区 春晖苑 铁路新村 桥南小区 堤南新居 滨河嘉园 "
    "和平里 丰泽园 兴业小区 松涛苑 金色阳光 翠湖花园 书香门第 阳光水岸 幸福里 邮电小区 纺织小区 机床新村 化建小区 电业小区 "
    "粮食小区 水岸名都 御景华庭 天成嘉园 万和小区 福源小区 安居小区 明珠花园 北国之春 雪松小区 白桦林苑 长白小区 江畔雅居 "
    "银河湾 新兴小区 团结小区 友谊小区 红旗小区 胜利小区 朝晖小区 晨曦园 紫荆花园 百合园 玉兰苑 丁香园 桃源居 绿地小区 "
    "碧水云天 龙泽园 祥和小区 永昌小区 瑞丰园 泰和园 鑫苑小区 嘉和园 凯旋城 都市绿洲 时代家园 世纪花园 华兴小区 "
    "康乐小区 文苑小区 育才小区 师苑 青年小区 中兴小区 富民小区 汇丰苑 宏远小区 星光里"
).split()
SHOP_NAMES = "超市 药店 面馆 粮油店 理发店 菜市场 银行 五金店 书店 快餐店 水果店 洗衣店 诊所 通讯店 烧烤店 早餐铺".split()
SERVICE_NAMES = ("物业用房", "幼儿园", "社区活动室", "换热站", "车库", "门卫室")
