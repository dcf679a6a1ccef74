"""What the classes of ordinary maps mean to a grid: OpenStreetMap, Geofabrik, IGN BD TOPO, Chinese road and water classes.

A table, one row a meaning: (kind, words). To change a row for one district, write ``kinds:`` in its ``district.yaml``.
"""

from __future__ import annotations

from gridder.read.counts import fold_text
from gridder.tables import fold

NOTHING = "none"  # known, and neither barrier nor way: a platform, a tram in the street, a road not yet built
UNDERGROUND = "underground"  # a railway where the data say that it runs at the surface or above, else nothing
RANKED = "ranked"  # a road of whatever kind its rank (``RANKS``) says; a plain road where none does

Rows = tuple[tuple[str, str], ...]

# gridder's own words, and what people write by hand into a layer of barriers
OWN: Rows = (
    ("river", "river|water|waterway|canal"),
    ("railway", "railway|railroad"),
    ("expressway", "expressway|freeway"),
    ("arterial", "arterial"),
    ("road", "road|street"),
    ("path", "path"),
    ("wall", "wall|fence"),
    ("crossing", "crossing|bridge|underpass|gate|footbridge|tunnel"),
    ("crossing", "通道|桥|桥梁|大桥|地道|隧道|天桥|过街天桥|人行天桥|地下通道|大门|出入口|门|道口|平交道口|铁路道口"),
)  # fmt: skip

# OpenStreetMap wiki, Key:highway; which Chinese class each is: wiki, China tagging guidelines
HIGHWAY: Rows = (
    ("expressway", "motorway|trunk"),  # 高速公路; 城市快速路 (trunk roads of other countries: map them with ``kinds``)
    ("arterial", "motorway_link|trunk_link"),  # a ramp: a hard edge, but it meets the streets at one end
    ("arterial", "primary|primary_link"),  # 主干路
    ("road", "secondary|secondary_link|tertiary|tertiary_link"),  # 次干路, 支路
    ("road", "unclassified|residential|living_street|road|busway|bus_guideway"),
    (RANKED, "service"),  # lanes of a compound are roads; drives and parking aisles are paths (Key:service)
    ("path", "footway|path|steps|cycleway|bridleway|pedestrian|track"),
    (NOTHING, "construction|proposed|planned|abandoned|disused|razed|no"),  # not there yet, or no more
    (NOTHING, "crossing|platform|corridor|elevator|via_ferrata|raceway|rest_area|services|emergency_bay|escape"),
    (NOTHING, "bus_stop|street_lamp|traffic_signals|stop|give_way|turning_circle|turning_loop|mini_roundabout"),
    (NOTHING, "motorway_junction|milestone|speed_camera|toll_gantry|passing_place|traffic_mirror|trailhead"),
)  # fmt: skip

# OpenStreetMap wiki, Key:railway
RAILWAY: Rows = (
    ("railway", "rail|light_rail|narrow_gauge|preserved|funicular|rack|goods|spur|siding|yard|rail_yard"),
    (UNDERGROUND, "subway"),
    (NOTHING, "tram|monorail|miniature"),  # in the street; on pillars; a toy
    (NOTHING, "abandoned|disused|razed|dismantled|construction|proposed|planned"),
    (NOTHING, "platform|platform_edge|station|halt|stop|tram_stop|subway_entrance|train_station_entrance"),
    (NOTHING, "switch|railway_crossing|buffer_stop|signal|milestone|turntable|traverser|roundhouse|workshop|derail"),
    (NOTHING, "tram_crossing|tram_level_crossing|service_station|ventilation_shaft|wash|engine_shed|owner_change"),
    ("crossing", "level_crossing|crossing"),  # where a road, where people on foot pass
)  # fmt: skip

# OpenStreetMap wiki, Key:waterway: one steps over a stream or a ditch, or finds a plank within a few steps
WATERWAY: Rows = (
    ("river", "river|canal|riverbank|dock|tidal_channel"),
    (NOTHING, "stream|ditch|drain|brook|drystream|stream_end|wadi|fish_pass|pressurised|link|flowline"),
    (NOTHING, "dam|weir|lock_gate|sluice_gate|waterfall|rapids|fairway|boatyard|fuel|milestone|water_point|turning_point"),
)  # fmt: skip

# OpenStreetMap wiki, Key:natural
NATURAL: Rows = (
    ("river", "water|coastline|bay|strait"),
    (NOTHING, "wetland|wood|tree|tree_row|scrub|grassland|heath|sand|beach|shingle|mud|bare_rock|scree|rock|stone"),
    (NOTHING, "cliff|earth_bank|ridge|arete|valley|peak|saddle|spring|hot_spring|glacier|cave_entrance|shrubbery"),
)  # fmt: skip

# OpenStreetMap wiki, Key:barrier. A gate is in a wall, which may be crossed: taken as a crossing, it would open
# whatever railway runs within its reach
BARRIER: Rows = (
    ("wall", "wall|fence|city_wall|retaining_wall|hedge|hedge_bank|guard_rail|jersey_barrier|cable_barrier|chain"),
    (NOTHING, "gate|entrance|lift_gate|swing_gate|sliding_gate|sally_port|kissing_gate|hampshire_gate|wicket_gate"),
    (NOTHING, "bollard|kerb|block|cycle_barrier|stile|turnstile|toll_booth|border_control|handrail|log|debris|rope"),
    (NOTHING, "ditch|height_restrictor|full-height_turnstile|motorcycle_barrier|cattle_grid|planter|bus_trap|yes"),
)  # fmt: skip

# Geofabrik, "OpenStreetMap Data in Layered GIS Format": fclass as the keys above, and these
FCLASS: Rows = (
    ("path", "track_grade1|track_grade2|track_grade3|track_grade4|track_grade5"),
    ("road", "unknown"),  # 5199: a road of unknown class
    ("river", "reservoir"),
    (NOTHING, "crossing"),  # 5204: a zebra crossing of the layer traffic
    (NOTHING, "drag_lift|chair_lift|cable_car|gondola|other_lift"),
)  # fmt: skip

# the same document: codes of the layers roads (51xx), railways (61xx), waterways (81xx), water (82xx)
CODE: Rows = (
    ("expressway", "5111|5112"),
    ("arterial", "5131|5132|5113|5133"),
    ("road", "5114|5134|5115|5135|5121|5122|5123|5125|5199"),
    (RANKED, "5141"),
    ("path", "5124|5142|5143|5144|5145|5146|5147|5151|5152|5153|5154|5155"),
    ("railway", "6101|6102|6106|6108|6109|6115"),
    (UNDERGROUND, "6103"),
    (NOTHING, "6104|6105|6107|6111|6112|6113|6114|6119"),
    ("river", "8101|8103|8200|8201|8202|8203"),
    (NOTHING, "8102|8104|8211|8221"),
)  # fmt: skip

# IGN, BD TOPO 3, Descriptif de contenu: NATURE of TRONCON_DE_ROUTE, TRONCON_DE_VOIE_FERREE, TRONCON_ and
# SURFACE_HYDROGRAPHIQUE, CONSTRUCTION_LINEAIRE; a few words of version 2
NATURE: Rows = (
    ("expressway", "Type autoroutier|Autoroute|Quasi-autoroute"),
    ("arterial", "Bretelle"),  # a ramp, as above
    (RANKED, "Route à 1 chaussée|Route à 2 chaussées|Rond-point"),  # by IMPORTANCE
    ("road", "Route empierrée"),
    ("path", "Chemin|Sentier|Escalier|Piste cyclable"),
    (NOTHING, "Bac ou liaison maritime|Bac auto|Bac piéton"),  # nobody walks over on a ferry
    ("railway", "LGV|Voie ferrée principale|Voie de service|Funiculaire ou crémaillère"),
    (UNDERGROUND, "Métro"),
    (NOTHING, "Tramway|Transport urbain|Voie ferrée non exploitée|Sans objet"),
    ("river", "Ecoulement naturel|Ecoulement canalisé|Canal|Lac|Plan d'eau|Retenue|Retenue-barrage|Estuaire"),
    ("river", "Retenue-bassin portuaire|Réservoir-bassin"),
    (NOTHING, "Conduit buse|Conduit forcé|Aqueduc|Mare|Marais|Ecoulement endoréique|Glacier, névé"),
    ("wall", "Mur|Clôture|Mur de soutènement|Mur anti-bruit"),
    (NOTHING, "Pont|Tunnel|Barrage|Quai|Ruines|Autre ligne descriptive"),
)  # fmt: skip

CHINESE: Rows = (
    ("expressway", "快速路|城市快速路|快速干道|高架路|高架快速路|城市高架路"),  # CJJ 37 城市道路工程设计规范 3.1.1
    ("expressway", "高速|高速公路|国家高速|国家高速公路|省级高速|省级高速公路|绕城高速"),  # JTG B01 公路工程技术标准 3.1.1
    ("arterial", "主干路|主干道|城市主干路|城市主干道|交通性主干路|生活性主干路"),  # CJJ 37
    ("arterial", "国道|省道"),  # 公路法 第六条: by who keeps them; in town they are main streets
    ("arterial", "一级公路"),  # JTG B01
    ("arterial", "匝道|互通匝道"),  # a ramp, as above
    ("road", "次干路|次干道|城市次干路|城市次干道|支路|城市支路|支线道路|街坊路|小区路|小区道路|内部道路|内部路"),  # CJJ 37
    ("road", "县道|乡道|村道|专用公路|乡村道路|二级公路|三级公路|四级公路|等外公路"),  # 公路法 第六条; JTG B01
    ("road", "道路|路|公路|城市道路|街道|街|巷|巷道|胡同|里弄|弄|辅路|一般道路|其他道路|其它道路|单位内部道路"),
    ("path", "人行道|步行道|步道|人行步道|步行街|绿道|自行车道|非机动车道|小路|小径|台阶|阶梯|梯道|健身步道|机耕路"),
    (NOTHING, "规划道路|规划路|在建道路|在建|规划|废弃道路|轮渡|航线|索道|缆车|站台"),
    ("railway", "铁路|铁道|轨道|高铁|高速铁路|普铁|普速铁路|普通铁路|国铁|城际铁路|客运专线|货运铁路|地方铁路"),  # 铁路法 第二条
    ("railway", "专用铁路|铁路专用线|窄轨铁路|标准轨铁路|电气化铁路|轻轨"),
    (UNDERGROUND, "地铁|轨道交通|城市轨道交通"),  # GB 50490: under, on or above the ground
    (NOTHING, "有轨电车|电车|磁浮|磁悬浮|废弃铁路|在建铁路|规划铁路"),
    ("river", "河流|河|河道|江|江河|运河|干流|支流|内河|常年河|常年河流|湖|湖泊|人工湖|水库|水系|水域|水面|河面"),
    ("river", "渠|渠道|干渠|总干渠|水渠|引水渠|塘|池塘|水塘|鱼塘|坑塘|海|海域"),  # a channel has banks; a pond is no ground
    (NOTHING, "沟|水沟|排水沟|沟渠|干沟|溪|小溪|支渠|斗渠|农渠|毛渠|暗渠|暗河|地下河段|涵洞|时令河|干涸河"),
    ("wall", "围墙|墙|围栏|栅栏|护栏|城墙|隔离墙"),
)  # fmt: skip

TECHNICAL: Rows = (  # JTG B01 3.1.1, where the column itself says that it is a class of roads
    ("arterial", "一级"),
    ("road", "二级|三级|四级|等外"),
)

RANKS: dict[str, Rows] = {
    # BD TOPO 3, IMPORTANCE: 1–3 join towns and make the frame of a town, 4–6 serve quarters and houses
    "importance": (("arterial", "1|2|3"), ("road", "4|5|6")),
    # OpenStreetMap wiki, Key:service
    "service": (("path", "driveway|parking_aisle|drive-through|emergency_access"), ("road", "alley|slipway")),
}

# a feature in such a state is not there: BD TOPO ETAT; Chinese ledgers
STATE_COLUMNS = ("etat", "etat_de_l_objet", "状态", "建设状态", "使用状态", "现状")
ABSENT = "En projet|En construction|Non exploité|在建|规划|未建|拟建|待建|规划中|建设中|废弃|停用|拆除|已拆除"

COLUMNS: dict[str, Rows] = {
    "highway": HIGHWAY,
    "railway": RAILWAY,
    "waterway": WATERWAY,
    "natural": NATURAL,
    "barrier": BARRIER,
    "fclass": FCLASS,
    "code": CODE,
    "nature": NATURE,
} | dict.fromkeys(("技术等级", "公路等级", "公路技术等级", "道路等级"), TECHNICAL)
MANY = (
    "class type category roadclass road_class roadtype road_type dldj dllx 类型 类别 障碍类型 等级 行政等级 道路类型 道路类别 "
    "道路性质 道路种类 公路类型 铁路类型 铁路类别 轨道类型 水系类型 水系类别 水体类型 河流类型 地物类型 要素类型 要素名称"
)  # columns that hold classes of any of these vocabularies
COLUMNS |= dict.fromkeys(MANY.split(), ())
TAG_COLUMNS = ("other_tags", "all_tags", "tags")  # hstore text of GDAL's OpenStreetMap driver, osm2pgsql


def fold_class(text: str) -> str:
    """Return a class for comparing: no blanks, case, accents, full-width forms, ``_`` or ``-``; ``5.0`` is ``5``."""
    folded = fold_text(text).replace("_", "").replace("-", "").replace("’", "'")
    return folded[:-2] if folded.endswith(".0") and folded[:-2].isdigit() else folded


def list_words(rows: Rows) -> dict[str, str]:
    """Return word → kind of the rows of a table, words folded; the first row that has a word counts."""
    found: dict[str, str] = {}
    for kind, words in rows:
        for word in words.split("|"):
            found.setdefault(fold_class(word), kind)
    return found


EVERYWHERE = list_words(OWN + HIGHWAY + RAILWAY + WATERWAY + FCLASS + NATURE + CHINESE)
BY_COLUMN = {fold(name): EVERYWHERE | list_words(rows) for name, rows in COLUMNS.items()}
BY_RANK = {name: list_words(rows) for name, rows in RANKS.items()}
ABSENT_WORDS = frozenset(fold_class(word) for word in ABSENT.split("|"))
