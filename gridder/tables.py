"""The tables that cross module boundaries: their columns, dtypes, units and recognised source names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gridder.errors import Finding
from gridder.policy import Policy


@dataclass(frozen=True)
class Column:
    """One column of an input layer.

    Parameters
    ----------
    name
        gridder's name.
    dtype
        ``text``, ``count`` (whole number ≥ 0 or unknown), ``number`` or ``flag``.
    known_as
        Source names recognised without ``--columns``, compared lower-case and without blanks.
    """

    name: str
    dtype: str
    known_as: tuple[str, ...] = ()


# ``path``: a way on foot that bounds nothing and cuts no ground, but crosses barriers
BARRIER_KINDS = ("river", "railway", "expressway", "arterial", "road", "wall", "crossing", "path")

COMMUNITY_ID_KNOWN_AS = ("社区编号", "社区代码", "社区编码", "sqdm", "社区id")
COMMUNITY_KNOWN_AS = ("社区", "社区名称", "所在社区", "所属社区")  # by its name
HOUSEHOLDS_KNOWN_AS = (
    "household", "hh", "户数", "总户数", "居民户数", "住户数", "常住户数", "住宅套数", "套数",
)  # fmt: skip

LAYERS: dict[str, tuple[Column, ...]] = {
    "buildings": (
        Column(
            "building_id",
            "text",
            (
                "building",
                "bldg_id",
                "楼栋编号",
                "楼栋编码",
                "楼栋代码",
                "建筑编号",
                "楼栋id",
                "楼号",
                "幢号",
                "栋号",
            ),
        ),
        Column("households", "count", HOUSEHOLDS_KNOWN_AS),
        Column(
            "population",
            "number",
            (
                "persons",
                "residents",
                "人口",
                "人口数",
                "总人口",
                "常住人口",
                "常住人口数",
                "户籍人口",
                "居民人数",
            ),
        ),
        Column("count_group", "text", ("户数组", "户数分组")),
        Column("community_id", "text", COMMUNITY_ID_KNOWN_AS),
        Column("name", "text", ("building_name", "楼栋名称", "楼名", "名称", "建筑名称", "地址")),
        Column("units", "text", ("unit_households", "单元", "单元数", "单元户数")),
        Column("floors", "number", ("storeys", "levels", "楼层", "层数", "楼层数", "地上层数")),
        Column("compound", "text", ("小区", "小区名称", "院落", "estate")),
        Column("use", "text", ("用途", "建筑用途", "房屋用途", "usage")),
    ),
    "communities": (
        Column("community_id", "text", ("id", *COMMUNITY_ID_KNOWN_AS, "code")),
        Column("name", "text", ("community", "社区", "社区名称", "sqmc", "名称")),
        Column("subdistrict_id", "text", ("街道编号", "街道代码", "jddm")),
        Column("subdistrict", "text", ("街道", "街道名称", "jdmc")),
        Column("posts_now", "count", ("现有人数", "现有社工", "在岗人数")),
    ),
    "barriers": (
        Column("kind", "text", ("类型", "类别", "障碍类型")),
        Column("name", "text", ("名称", "道路名称", "路名", "线路名称", "河流名称", "水系名称")),
        Column("passage", "text"),  # how a way gets past what it meets: bridge, tunnel or None
    ),
    "paths": (  # footpaths: people walk along them, they bound nothing; read into barriers as kind ``path``
        Column("name", "text", ("名称", "道路名称", "路名")),
        Column("passage", "text"),
    ),
    "compounds": (
        Column("name", "text", ("小区", "小区名称", "名称")),
        Column("households", "count", HOUSEHOLDS_KNOWN_AS),
    ),
    "sites": (Column("name", "text", ("单位", "单位名称", "名称")),),
    "previous_grids": (Column("grid_code", "text", ("网格编号", "网格代码", "网格编码", "wgdm")),),
    "halls": (
        Column("community_id", "text", COMMUNITY_ID_KNOWN_AS),
        Column("name", "text", ("名称",)),
    ),
    "workforce": (
        # an id, or where there is none the name
        Column("community_id", "text", (*COMMUNITY_ID_KNOWN_AS, "community", *COMMUNITY_KNOWN_AS)),
        Column("posts_now", "count", ("现有人数", "现有社工", "在岗人数", "人数")),
        Column("leaders", "count", ("正职", "社区正职")),
        Column("committee", "count", ("两委成员", "其他两委成员")),
        Column("staff", "count", ("工作人员", "普通工作人员")),
        Column("party_posts", "count", ("党建岗", "党建社工岗")),
        Column("public_welfare", "count", ("公益性岗位", "公益岗")),
        Column("apart", "count", ("单列人员", "不计入人员")),
        Column("assistant_certified", "count", ("助理社工师", "助理社会工作师")),
        Column("certified", "count", ("社工师", "社会工作师")),
        Column("senior_certified", "count", ("高级社工师", "高级社会工作师")),
    ),
}

# A table of staff with one row a person: all texts until they are judged. ``appraisals`` also from one column a year.
ROSTER: tuple[Column, ...] = (
    Column("community_id", "text", COMMUNITY_ID_KNOWN_AS),
    Column("community", "text", (*COMMUNITY_KNOWN_AS, "工作社区")),
    Column("person", "text", ("姓名", "人员姓名", "name", "full_name")),
    Column("age", "text", ("年龄", "周岁", "年龄(周岁)")),
    Column(
        "birth",
        "text",
        ("出生年月", "出生日期", "出生年月日", "出生时间", "birth_date", "date_of_birth", "birthday"),
    ),
    Column(
        "hired",
        "text",
        ("入职时间", "入职日期", "入职年月", "聘用时间", "聘用日期", "到岗时间", "hire_date", "hired_on"),
    ),
    Column("education", "text", ("学历", "文化程度", "最高学历")),
    Column("pay_class", "text", ("类别", "人员类别", "岗位类别", "class", "category")),
    Column("position", "text", ("职务", "岗位", "岗位名称", "现任职务", "title")),
    Column(
        "entry",
        "text",
        ("进入方式", "人员来源", "来源", "入职方式", "聘用方式", "招聘方式", "用工形式", "recruitment", "entry_route"),
    ),
    Column(
        "certificate",
        "text",
        ("证书", "社工证书", "社工证", "职业资格", "职业资格证书", "资格证书", "持证情况", "社会工作者职业资格"),
    ),
    Column("pay_year", "text", ("年收入", "年薪", "年工资", "年报酬", "年度报酬", "annual_pay", "pay_yuan_year")),
    Column("pay_month", "text", ("月收入", "月薪", "月工资", "月报酬", "monthly_pay", "pay_yuan_month")),
    Column("appraisals", "text", ("考核结果", "考核", "历年考核", "考核情况", "年度考核", "appraisal")),
    Column("party_post", "text", ("是否党建岗", "党建岗", "党建社工岗", "专职党建岗", "是否专职党建岗")),
    Column(
        "committee_member",
        "text",
        ("是否现任两委", "现任两委", "是否两委成员", "是否现任两委成员", "是否两委", "现任两委成员"),
    ),
    Column(
        "transferred",
        "text",
        ("已转入社工岗", "是否转入社工岗", "是否已转入社工岗", "转入社工岗", "是否转社工岗"),
    ),
    Column("relaxed", "text", ("可放宽情形", "放宽情形", "放宽条件", "优先情形", "relaxed_for")),
)  # fmt: skip

# ── what a delivery holds (more columns may follow, none is renamed) ──
GRID_COLUMNS = (
    "grid_code community_id community subdistrict grid_no households buildings status reason remedy area_m2 perimeter_m "
    "compactness barrier_share grid_worker auxiliary_police visits_per_day round_m round_min hall_minutes previous_code "
    "households_kept"
).split()
BUILDING_COLUMNS = "building_id unit name households community_id grid_code count_missing estimated".split()
CELL_COLUMNS = "cell_id building_id unit households grid_code community_id".split()
COMMUNITY_COLUMNS = (
    "community_id name subdistrict households buildings grids grids_min grids_max status objective_m bound_m gap bound_kind "
    "posts_min posts_max posts hall_staff field_staff party_posts grid_workers auxiliary_police shortage round_min_max "
    "exceptions"
).split()
EXCEPTION_COLUMNS = "community_id grid_code code households reason remedy clause".split()
QUARANTINE_COLUMNS = "building_id households layer row reason file".split()
CHANGE_COLUMNS = "building_id unit old_grid new_grid households".split()
ASSIGNMENT_COLUMNS = "building_id unit grid_code community_id households".split()

GRID_STATUS = ("lawful", "exception", "special")
COMMUNITY_STATUS = ("optimal", "bounded", "locally_optimal", "feasible", "relaxed", "failed", "empty")


@dataclass(frozen=True)
class District:
    """One district as read: gridder's columns, one metric CRS, nothing judged yet.

    Every table keeps the source row in ``row`` (1-based feature number of its file), and in ``file`` the name of that
    file where the layer has several, None where it has one. ``buildings.households`` is
    nullable Int64 (NA = unknown); text that is no count is kept in ``households_text`` (so are those of ``compounds``);
    ``population`` likewise with ``population_text``, but as a number: statistics by area give fractions of persons.
    ``communities`` is None when the input has no such layer.
    """

    district_id: str
    name: str
    crs: Any
    buildings: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame | None
    barriers: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    previous_grids: gpd.GeoDataFrame
    halls: gpd.GeoDataFrame
    workforce: pd.DataFrame
    inputs: tuple[dict[str, Any], ...] = ()  # file (name only), sha256, layer, rows, columns: for the record
    settings: dict[str, Any] = field(
        default_factory=dict
    )  # of district.yaml: staffing, households_meaning, policy
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Run:
    """Everything one run made: what the outputs draw and the record keeps. Rebuilt from a delivery by ``load_run``.

    Tables have the columns named above, geometry in ``crs`` (metric); ``grids`` are indexed by grid_code,
    ``communities`` by community_id, ``buildings`` and ``cells`` by cell_id, each also a column (index unnamed).
    ``exceptions`` has two more columns, ``facts`` and ``remedies`` (JSON text), so that its sentences can be said in
    either language.
    ``edges`` is the adjacency: cell_a, cell_b, boundary_m, kind, cost (all within one community);
    kind is ``plain``, that of the barrier along it, or ``crossing`` where a bridge, underpass or gate joins the two.
    ``certificates`` holds one JSON-able dict a community: status, objective_m, bound_m, bound_kind, gap, k, k_min,
    k_max, k_options (list of k, objective_m, smallest, largest, proven), pieces.
    ``staffing`` holds the sheets of the workbook by name, as tables. ``roster`` has one row a person, where one was
    given: it is written into the workbook alone, never into a layer, a record, a map or a log. ``proposed_halls`` are
    the places of ``staffing.halls.suggest_halls`` as points; empty, without columns, for deliveries from before they were.
    """

    district_id: str
    name: str
    crs: Any
    policy: Policy
    lang: str
    grids: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    exceptions: gpd.GeoDataFrame
    quarantine: gpd.GeoDataFrame
    changes: pd.DataFrame
    edges: pd.DataFrame
    barriers: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    halls: gpd.GeoDataFrame
    previous_grids: gpd.GeoDataFrame
    workforce: pd.DataFrame
    certificates: dict[str, dict[str, Any]]
    staffing: dict[str, pd.DataFrame]
    inputs: tuple[dict[str, Any], ...]
    options: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    roster: pd.DataFrame = field(default_factory=pd.DataFrame)
    proposed_halls: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)


def recognise(layer: str, names: list[str]) -> dict[str, str]:
    """Return gridder's column → source column, for the columns of a layer found among ``names``.

    Exact names win over recognised ones; earlier names of a column's list win over later ones.
    """
    folded = {fold(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for column in LAYERS[layer]:
        for candidate in (column.name, *column.known_as):
            if fold(candidate) in folded:
                found[column.name] = folded[fold(candidate)]
                break
    return found


def name_rows(table: pd.DataFrame) -> list[str]:
    """Return every row of an input table as messages name it: ``#3``, with its file where there are several."""
    files = table["file"] if "file" in table else [None] * len(table)
    return [f"#{row}" if pd.isna(file) else f"{file}#{row}" for file, row in zip(files, table["row"])]


def fold(name: str) -> str:
    """Return a column name without blanks, breaks of lines, colons and case, for comparing."""
    return "".join(ch for ch in str(name).casefold() if ch not in " \u3000\t\r\n:：")
