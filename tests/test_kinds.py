"""Ordinary road, rail and water layers as barriers: every class of the tables, bridges and tunnels, what is told.

The street of ``inputs`` with a line along its middle; what is written on the line is what is tested.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from inputs import CRS, blocks, street, write

from gridder.errors import InputError
from gridder.read import ReadOptions, read_district
from gridder.read.barrier_layers import kind_by_name
from gridder.read.classes import (
    COLUMNS,
    EVERYWHERE,
    NOTHING,
    RANKED,
    RANKS,
    UNDERGROUND,
    fold_class,
    list_words,
)
from gridder.read.kinds import normalise_kinds
from gridder.read.settings import Source
from gridder.request import Request
from gridder.tables import BARRIER_KINDS
from gridder.text import say_finding

SHARED = Path(__file__).parents[2] / "shared" / "data"
CITIES = pytest.mark.skipif(not SHARED.is_dir(), reason="the real cities are not beside this checkout")
LINE = shapely.LineString([(500_060, 4_800_000), (500_060, 4_800_060)])


def lines(**columns):
    """Return a layer of lines with these columns."""
    table = pd.DataFrame(columns)
    return gpd.GeoDataFrame(table, geometry=[LINE] * len(table), crs=CRS)


def take(layer="x", kind_column=None, stated=False, kind_of_all=None, kinds=None, **columns):
    """Return (kinds, passages, findings by code) of a layer with these columns; None is no barrier."""
    raw = pd.DataFrame(columns)
    frame = pd.DataFrame(
        {c: columns.get(c, [None] * len(raw)) for c in ("kind", "name", "passage")}, dtype=object
    )
    source = Source("barriers", Path("town.gpkg"), "town.gpkg", layer, kind=kind_of_all, kinds=kinds or {})
    taken, findings = normalise_kinds(source, raw, frame, kind_column, stated=stated)
    return taken["kind"].tolist(), taken["passage"].tolist(), {finding.code: finding for finding in findings}


def kinds_of(column, *words, **others):
    """Return the kinds of words in one column."""
    return take(**{column: list(words)}, **others)[0]


# ── the tables ──


@pytest.mark.parametrize("column", COLUMNS)
def test_every_word_of_a_column_means_what_its_row_says(column):
    for word, kind in list_words(COLUMNS[column]).items():
        expected = {NOTHING: None, UNDERGROUND: None, RANKED: "road"}.get(kind, kind)
        assert kinds_of(column, word) == [expected], word


def test_every_word_is_understood_in_a_column_of_any_classes():
    for word, kind in EVERYWHERE.items():
        expected = {NOTHING: None, UNDERGROUND: None, RANKED: "road"}.get(kind, kind)
        assert kinds_of("类型", word) == [expected], word


def test_the_tables_know_no_other_kinds():
    known = {*BARRIER_KINDS, NOTHING, UNDERGROUND, RANKED}
    assert {kind for rows in COLUMNS.values() for kind, _ in rows} | set(EVERYWHERE.values()) <= known
    assert {kind for rows in RANKS.values() for kind, _ in rows} <= set(BARRIER_KINDS)


@pytest.mark.parametrize(
    ("column", "words", "kinds"),
    [
        ("highway", "motorway trunk primary residential service footway steps construction",
         "expressway expressway arterial road road path path -"),
        ("railway", "rail light_rail tram subway platform abandoned level_crossing", "railway railway - - - - crossing"),
        ("waterway", "river canal stream ditch drain", "river river - - -"),
        ("natural", "water tree", "river -"),
        ("barrier", "wall fence gate", "wall wall -"),
        ("fclass", "motorway_link track_grade2 unknown reservoir crossing", "arterial path road river -"),
        ("code", "5111 5115 5153 6101 8101 8102", "expressway road path railway river -"),
        ("道路等级", "高速公路 快速路 主干路 次干路 支路 国道 省道 县道 乡道 一级 三级 人行道",
         "expressway expressway arterial road road arterial arterial road road arterial road path"),
        ("类型", "高铁 普铁 地铁 有轨电车 江 河 渠 湖 塘 沟 围墙 街坊路 小区路 规划道路",
         "railway railway - - river river river river river - wall road road -"),
    ],
)  # fmt: skip
def test_classes_a_planner_meets(column, words, kinds):
    """Against the tables themselves changing unnoticed: the meanings that the documents promise."""
    expected = [None if kind == "-" else kind for kind in kinds.split()]
    assert kinds_of(column, *words.split()) == expected


def test_a_class_of_water_does_not_grade_roads():
    """``一级`` is a class of roads only where the column says so."""
    assert kinds_of("技术等级", "一级", "二级公路") == ["arterial", "road"]
    assert kinds_of("等级", "一级") == [None]


def test_messy_spellings_and_numbers():
    words = [
        " Motorway ",
        "MOTORWAY_LINK",
        "motorway-link",
        "ｐｒｉｍａｒｙ",
        "Primary;secondary",
        "主干路 ",
        "主 干 路",
    ]
    assert kinds_of("fclass", *words) == ["expressway", *["arterial"] * 6]
    assert kinds_of("code", 5111, 5115.0, "5115.0", " 5153 ") == ["expressway", "road", "road", "path"]
    assert kinds_of("NATURE", "ROUTE A 2 CHAUSSEES", "type autoroutier", "Escalier") == [
        "road",
        "expressway",
        "path",
    ]


@pytest.mark.parametrize(
    "importance", [["1", "3", "4", "6", None], [1.0, 3.0, 4.0, 6.0, None], [" 1", "3.0", "4", "6", ""]]
)
def test_bd_topo_roads_by_their_importance(importance):
    kinds, _, told = take(NATURE=["Route à 1 chaussée"] * 5, IMPORTANCE=importance)
    assert kinds == ["arterial", "arterial", "road", "road", "road"]
    assert told["roads.taken"].facts["columns"] == "NATURE, IMPORTANCE"


def test_drives_are_paths_and_lanes_are_roads():
    assert take(highway=["service"] * 4, service=["driveway", "alley", None, "xyz"])[0] == [
        "path",
        "road",
        "road",
        "road",
    ]


def test_columns_of_one_layer_speak_together():
    """One layer of OpenStreetMap's lines; a tram in the street leaves the street."""
    kinds, _, told = take(
        highway=["residential", None, None, None, "residential", None],
        railway=[None, "rail", None, None, "tram", None],
        waterway=[None, None, "river", None, None, None],
        barrier=[None, None, None, "fence", None, None],
    )
    assert kinds == ["road", "railway", "river", "wall", "road", None]
    assert told["read.kinds_ignored"].facts["n"] == 1  # a power line, say


def test_other_tags_of_the_openstreetmap_driver():
    tags = [
        '"bridge"=>"yes","layer"=>"1"',
        '"railway"=>"rail","tunnel"=>"yes"',
        None,
        '"service"=>"driveway"',
        '"x"=>"a\\"b"',
    ]
    kinds, passages, told = take(highway=["primary", None, "primary", "service", "path"], other_tags=tags)
    assert kinds == ["arterial", None, "arterial", "path", "path"]
    assert passages == ["bridge", None, None, None, None]
    assert told["roads.below_ground"].facts["railway"] == 1


def test_what_is_not_there_yet_is_left_out():
    kinds, _, told = take(NATURE=["Sentier", "Sentier"], ETAT=["En service", "En projet"])
    assert kinds == ["path", None] and told["roads.no_barrier"].facts["words"] == "Sentier: En projet (1)"
    assert take(类型=["道路", "铁路"], 建设状态=["在建", "已建"])[0] == [None, "railway"]


# ── bridges and tunnels ──


@pytest.mark.parametrize(
    ("column", "cells", "passages"),
    [
        ("bridge", ["yes", "viaduct", "no", None, "T", "F", "1"], ["bridge", "bridge", None, None, "bridge", None, "bridge"]),
        ("bridge", [True, False, True], ["bridge", None, "bridge"]),
        ("tunnel", ["yes", "building_passage", "no", None, "T", "F"], ["tunnel", None, None, None, "tunnel", None]),
        ("POS_SOL", ["-1", "1", "0", "Gué ou radier", None, " 2 ", "-1.0"],
         ["tunnel", "bridge", None, None, None, "bridge", "tunnel"]),
        ("POS_SOL", [-2, 0, 1], ["tunnel", None, "bridge"]),
        ("是否桥梁", ["是", "否", "无", None], ["bridge", None, None, None]),
        ("桥梁名称", ["松花江大桥", None], ["bridge", None]),
        ("隧道", ["是", "0", "南湖隧道"], ["tunnel", None, "tunnel"]),
        ("高架", ["1", "0"], ["bridge", None]),
        ("桥隧类型", ["桥梁", "隧道", "立交桥", "路基", None], ["bridge", "tunnel", "bridge", None, None]),
        ("passage", ["bridge", "tunnel", None], ["bridge", "tunnel", None]),
        ("name", ["解放大桥", "南湖隧道（北向南）", "虹桥路", "人民大街高架桥", "桥下辅路", None],
         ["bridge", "tunnel", None, "bridge", None, None]),
        ("layer", ["1", "-1"], [None, None]),
    ],
)  # fmt: skip
def test_bridges_and_tunnels_of_a_road(column, cells, passages):
    kinds, found, _ = take(fclass=["primary"] * len(cells), **{column: cells})
    assert kinds == ["arterial"] * len(cells) and found == passages


def test_a_column_that_says_no_wins_over_the_name():
    assert take(fclass=["primary"], name=["解放大桥"], bridge=["F"])[1] == [None]


def test_what_runs_below_the_surface_bars_nobody():
    kinds, passages, told = take(
        fclass=["rail", "river", "motorway", "primary", "footway", "rail", "motorway"],
        tunnel=["T", "T", "T", "T", "T", "F", "F"],
        bridge=["F", "F", "F", "F", "F", "F", "T"],
    )
    assert kinds == [None, None, None, "arterial", "path", "railway", "expressway"]
    assert passages == [None, None, None, "tunnel", "tunnel", None, "bridge"]
    facts = told["roads.below_ground"].facts
    assert (facts["n"], facts["railway"], facts["river"], facts["expressway"]) == (3, 1, 1, 1)
    taken = told["roads.taken"].facts
    assert (taken["railway"], taken["expressway"], taken["tunnels"], taken["bridges"]) == (1, 1, 2, 1)
    assert set(told) == {"roads.taken", "roads.below_ground"}


def test_an_underground_is_underground_unless_said_otherwise():
    assert take(railway=["subway"] * 3, tunnel=[None, "no", "yes"])[0] == [None, "railway", None]
    kinds, passages, _ = take(类型=["地铁"] * 4, 敷设方式=["地下", "高架", "地面", None])
    assert kinds == [None, "railway", "railway", None] and passages == [None, "bridge", None, None]


def test_a_river_or_a_wall_has_no_name_of_a_bridge():
    assert take(类型=["河", "围墙", "桥"], name=["大桥", "大桥", "大桥"])[1] == [None] * 3


# ── what the user says ──


def test_kinds_of_the_user_win():
    said = {"Trunk": "arterial", "stream": "river", "service": "none", "xyz": "wall"}
    assert kinds_of("fclass", "trunk", "stream", "service", "xyz", "motorway", kinds=said) == [
        "arterial", "river", None, "wall", "expressway",
    ]  # fmt: skip


def test_a_kind_for_all_wins():
    kinds, _, told = take(highway=["motorway", "stream", None], kind_of_all="river")
    assert kinds == ["river"] * 3 and told == {}


def test_kinds_that_are_none_are_refused():
    for words in ({"kind_of_all": "stream"}, {"kind_of_all": "none"}, {"kinds": {"a": "lake"}}):
        with pytest.raises(InputError) as caught:
            take(fclass=["a"], **words)
        assert caught.value.code == "errors.barrier_kind"


def test_a_column_called_kind_stands_alone_and_is_not_told():
    kinds, _, told = take(kind=["river", "桥"], fclass=["motorway", "motorway"], kind_column="kind")
    assert kinds == ["river", "crossing"] and told == {}


def test_a_column_that_the_user_names_stands_alone():
    words = {"fclass": ["river"], "code": ["5111"]}
    assert take(kind_column="fclass", stated=True, **words)[0] == ["river"]
    assert take(kind_column="LB", stated=True, LB=["支路"], fclass=["motorway"])[0] == ["road"]


# ── what is told ──


def test_one_finding_says_what_was_taken_for_what():
    """34 motorways, two bridges: the sentence has the numbers, the column and the way out, in both languages."""
    words = ["motorway"] * 34 + ["residential"] * 5 + ["tram"] * 2 + ["篱笆"]
    _, _, told = take(layer="x", fclass=words, bridge=["T"] * 2 + ["F"] * 40)
    assert set(told) == {"roads.taken", "roads.no_barrier", "read.kinds_ignored"}
    facts = told["roads.taken"].facts
    assert {k: facts[k] for k in ("n", "expressway", "road", "railway", "bridges", "tunnels", "columns")} == {
        "n": 42, "expressway": 34, "road": 5, "railway": 0, "bridges": 2, "tunnels": 0, "columns": "fclass, bridge",
    }  # fmt: skip
    assert facts["words"] == "motorway (34) → expressway; residential (5) → road"
    for lang in ("zh", "en"):
        sentence = say_finding(lang, told["roads.taken"])
        assert "34" in sentence and "fclass" in sentence and "kinds: {trunk: arterial}" in sentence
    assert told["roads.no_barrier"].facts["words"] == "tram (2)"
    assert (
        told["read.kinds_ignored"].facts["kinds"] == "篱笆 (1)"
        and told["read.kinds_ignored"].level == "warning"
    )


# ── layers by their names ──


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("roads", "road"), ("道路", "road"), ("gis_osm_roads_free_1", "road"), ("TRONCON_DE_ROUTE", "road"), ("LRDL", "road"),
        ("railways", "railway"), ("铁路", "railway"), ("gis_osm_railways_free_1", "railway"),
        ("water", "river"), ("水系", "river"), ("河流", "river"), ("Rivers", "river"), ("gis_osm_water_a_free_1", "river"),
        ("围墙", "wall"), ("barriers", None), ("buildings", None), ("boundaries", None), ("waterworks", None), ("iris", None),
    ],
)  # fmt: skip
def test_layers_known_by_their_names(name, kind):
    assert kind_by_name(name) == kind


def codes(district):
    """Return how often each finding about roads stands."""
    return Counter(finding.code for finding in district.findings if finding.code.startswith("roads."))


def test_layers_without_attributes_are_barriers_by_their_names(tmp_path):
    path = write(
        tmp_path,
        buildings=street(),
        communities=blocks(),
        roads=lines(a=["x", "y"]),
        铁路=lines(a=[1]),
        trees=lines(a=[1]),
    )
    district = read_district(path)
    assert Counter(district.barriers["kind"]) == {"road": 2, "railway": 1}
    assert codes(district) == {"roads.layers_taken": 1, "roads.taken_by_name": 2}
    (told,) = [f for f in district.findings if f.code == "roads.layers_taken"]
    assert told.facts["layers"] == "roads (road), 铁路 (railway)"
    (ignored,) = [f for f in district.findings if f.code == "read.layers_ignored"]
    assert ignored.facts["layers"] == "trees"


def test_a_layer_of_barriers_leaves_the_others_alone(tmp_path):
    path = write(tmp_path, buildings=street(), barriers=lines(kind=["river"]), roads=lines(a=["x"]))
    district = read_district(path)
    assert district.barriers["kind"].tolist() == ["river"] and district.barriers["passage"].tolist() == [None]
    assert codes(district) == {}
    assert [f.code for f in district.findings if f.level == "warning"] == ["read.layers_ignored"]


def test_a_folder_of_geofabrik_files(tmp_path):
    street().to_file(tmp_path / "buildings.geojson")
    roads = lines(fclass=["primary", "footway"], bridge=["T", "F"], tunnel=["F", "F"])
    roads.to_file(tmp_path / "gis_osm_roads_free_1.shp")
    lines(fclass=["rail", "tram"]).to_file(tmp_path / "gis_osm_railways_free_1.shp")
    district = read_district(tmp_path)
    assert district.barriers["kind"].tolist() == ["railway", "arterial", "path"]  # files by name
    assert district.barriers["passage"].tolist() == [None, "bridge", None]
    assert codes(district) == {"roads.layers_taken": 1, "roads.taken": 2, "roads.no_barrier": 1}


def test_a_class_unknown_in_a_layer_of_roads_is_a_road(tmp_path):
    """Its layer's name says what the class does not; the words are told."""
    kinds, _, told = take(layer="roads", 类型=["主干路", "土路", None])
    assert kinds == ["arterial", "road", "road"] and set(told) == {"roads.taken"}
    assert "土路 (1)" in told["roads.taken"].facts["words"]


def test_one_layer_named_by_the_user(tmp_path):
    path = write(tmp_path, buildings=street(), lines=lines(highway=["trunk"]), water=lines(a=[1]))
    district = read_district(path, ReadOptions(layers={"barriers": "lines"}))
    assert district.barriers["kind"].tolist() == ["expressway"]


def test_barriers_that_say_nothing_ask_for_a_column(tmp_path):
    with pytest.raises(InputError) as caught:
        read_district(write(tmp_path, buildings=street(), barriers=lines(a=["x"])))
    assert caught.value.code == "errors.column_needed"


def test_a_kind_in_district_yaml_of_a_layer_without_attributes(tmp_path):
    write(tmp_path, buildings=street(), x=lines(a=["motorway"]))
    (tmp_path / "district.yaml").write_text(
        "buildings: {file: town.gpkg, layer: buildings}\nbarriers:\n  - {file: town.gpkg, layer: x, kind: railway}\n"
    )
    assert read_district(tmp_path).barriers["kind"].tolist() == ["railway"]


def test_the_same_whatever_the_order_of_rows_and_columns():
    one = take(highway=["primary", "path"], railway=["tram", "rail"], bridge=["yes", None])
    two = take(bridge=[None, "yes"], railway=["rail", "tram"], highway=["path", "primary"])
    assert one[0] == two[0][::-1] and one[1] == two[1][::-1]


def test_classes_fold_to_themselves():
    assert fold_class("Route à 1 chaussée") == fold_class("ROUTE A 1 CHAUSSEE") and fold_class("5.0") == "5"
    assert fold_class("v1.0") == "v1.0"


def test_the_table_of_the_documents_is_true():
    """Every class in docs/data.md has the kind of its row."""
    text = (Path(__file__).parents[1] / "docs" / "data.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (`\w+`|left out) \|(.*)\|$",
        text.partition("| kind | OpenStreetMap")[2].partition("\n\n")[0],
        re.M,
    )
    assert len(rows) == 8
    for kind, cells in rows:
        for word in re.findall("`([^`]+)`", re.sub(r"\([^)]*\)", "", cells)):
            column = "barrier" if word in ("retaining_wall", "hedge") else "类型"
            assert kinds_of(column, word) == [None if kind == "left out" else kind.strip("`")], word


# ── real cities ──


@CITIES
def test_roads_of_nantes():
    """3,696 lines, one planned, two ferries; 35 pieces of bridges and 6 of tunnels, as POS_SOL counts them."""
    words = "households=NB_LOGTS,building_id=ID,communities.community_id=idobj"
    request = Request(columns=[words], layer=["communities=quartiers"])
    barriers = read_district(SHARED / "nantes.gpkg", request.read_options()).barriers
    assert Counter(barriers["kind"]) == {"arterial": 436, "road": 2551, "path": 706}
    assert Counter(barriers["passage"].dropna()) == {"bridge": 35, "tunnel": 6}


@CITIES
def test_lines_of_vologda():
    district = read_district(
        SHARED / "vologda.gpkg", Request(columns=["households=population"]).read_options()
    )
    assert Counter(district.barriers["kind"]) == {"road": 1901, "railway": 328, "river": 221}
    assert codes(district) == {"roads.layers_taken": 1, "roads.taken_by_name": 3}
