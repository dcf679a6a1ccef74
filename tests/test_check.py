"""Every defect of real data is found, repaired or set aside, and nothing is dropped in silence."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from inputs import CRS, EAST, NORTH, block, blocks, house, street, write
from test_cli import run

from gridder.check import check_district, settle, tell_open
from gridder.errors import InputError
from gridder.policy import load_policy
from gridder.read import ReadOptions, parse_columns, parse_layers, read_district

POLICY = load_policy()
SHARED = Path(__file__).parents[2] / "shared" / "data"
CITIES = SHARED if SHARED.is_dir() else None


def check(folder, buildings, communities=None, **others):
    layers = {"buildings": buildings} | ({} if communities is None else {"communities": communities}) | others
    return check_district(read_district(write(folder, **layers)), POLICY)


def found(checked, code):
    """Return the ids of the one finding with this code."""
    (finding,) = [f for f in checked.findings if f.code == f"check.{code}"]
    return finding.ids


def codes(checked):
    return [f.code.removeprefix("check.") for f in checked.findings]


def reasons(checked):
    return dict(zip(checked.bad["row"], (r.removeprefix("check.") for r in checked.bad["reason"])))


def decide(checked, bad_rows="quarantine", missing="zero"):
    return settle(checked, bad_rows=bad_rows, missing=missing, policy=POLICY)


def test_a_clean_street_has_one_open_question(tmp_path):
    checked = check(tmp_path, street(), blocks())
    assert codes(checked) == ["count_missing"] and checked.missing_ids == ("b3",) and checked.bad.empty
    assert checked.district.buildings["community_id"].tolist() == ["A", "A", "B", "B"]


# ── rows that cannot be planned ──


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-3", "bad_count_negative"), ("0.0476", "bad_count_fraction"), ("2008042", "bad_count_absurd"),
        ("5001", "bad_count_absurd"), ("约30", "bad_count_text"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be(tmp_path, text, reason):
    checked = check(tmp_path, street(households=[text, "200", "10", "0"]), blocks())
    assert reasons(checked) == {1: reason} and found(checked, reason) == ("b1",)
    assert checked.bad["households_text"].tolist()[0] in (None, text)
    assert len(checked.district.buildings) == 3


def test_the_largest_count_that_can_be(tmp_path):
    assert check(tmp_path, street(households=[5000, 1, 1, 1]), blocks()).bad.empty


def test_shapes_that_cannot_be(tmp_path):
    frame = street()
    line = shapely.LineString([(EAST, NORTH), (EAST + 5, NORTH)])
    frame.geometry = [None, shapely.Polygon(), line, house(95)]
    assert reasons(check(tmp_path, frame, blocks())) == {
        1: "bad_no_geometry",
        2: "bad_no_geometry",
        3: "bad_geometry",
    }


def test_repeated_and_missing_ids(tmp_path):
    checked = check(tmp_path, street(building_id=["x", "x", None, "y"]), blocks())
    assert reasons(checked) == {2: "bad_id_repeated", 3: "bad_id_missing"}
    assert found(checked, "bad_id_missing") == ("#3",) and checked.bad["building_id"].tolist()[0] == "x"


def test_buildings_outside_every_community(tmp_path):
    frame = street()
    frame.geometry = [house(5), house(35), house(-60), house(2_000_000)]
    checked = check(tmp_path, frame, blocks())
    assert reasons(checked) == {3: "bad_outside", 4: "bad_outside"} and checked.bad[
        "households"
    ].tolist() == [pd.NA, 0]


def test_stop_lists_every_reason_with_ids(tmp_path):
    checked = check(tmp_path, street(building_id=["x", "x", "y", "z"], households=[1, -1, 2, -2]), blocks())
    with pytest.raises(InputError) as caught:
        decide(checked, bad_rows="stop")
    assert caught.value.exit_code == 3 and caught.value.facts == {"n": 2}
    assert {(f.code, f.ids) for f in caught.value.findings} == {
        ("check.bad_id_repeated", ("x",)),
        ("check.bad_count_negative", ("z",)),
    }


def test_quarantine_adds_up(tmp_path):
    counts = [10, 20, 7000, -5]
    settled = decide(check(tmp_path, street(households=counts), blocks()))
    planned = settled.district.buildings["households"].sum()
    assert planned == 30 and settled.bad["households"].sum() == 6995 and planned + 6995 == sum(counts)
    assert "quarantined" in codes(settled) and not any(f.level == "problem" for f in settled.findings)


def test_what_is_no_count_is_not_summed_as_households(tmp_path):
    checked = check(tmp_path, street(households=["-5", "2.5", "7000", "10"]), blocks())
    (told,) = [f for f in decide(checked).findings if f.code == "check.quarantined"]
    assert told.facts == {"n": 3, "households": 7000}
    nowhere = street(households=["-5", "2.5", "7", "10"])
    nowhere.loc[:2, "geometry"] = None
    (lost,) = [f for f in check(tmp_path, nowhere, blocks()).findings if f.code == "check.bad_no_geometry"]
    assert lost.facts["n"] == 3 and lost.facts["households"] == 7


# ── unknown counts ──


def test_unknown_words_are_missing_and_zero_is_zero(tmp_path):
    checked = check(tmp_path, street(households=["不详", "158户", "", "0"]), blocks())
    assert checked.missing_ids == ("b1", "b3") and found(checked, "count_read_from_text") == ("b2",)
    assert checked.bad.empty


def test_missing_stop_says_how_many_of_which_use_and_what_each_choice_does(tmp_path):
    frame = street(
        households=[None, None, None, 9], use=["住宅", "商业", None, "住宅"], floors=[6, 1, None, 1]
    )
    with pytest.raises(InputError) as caught:
        decide(check(tmp_path, frame, blocks()), missing="stop")
    assert caught.value.code == "errors.counts_missing" and caught.value.facts == {"n": 3}
    counts, zero, estimate, _ = (f.facts for f in caught.value.findings)
    assert (counts["n"], counts["residential"], counts["other"], counts["unknown"]) == (3, 1, 1, 1)
    assert zero["known"] == 9
    assert (estimate["guess"], estimate["total"], estimate["no_floors"]) == (
        7 + 0 + 1,
        17,
        1,
    )  # 600/90, no, 100/90


def test_zero_marks_what_it_filled(tmp_path):
    buildings = decide(check(tmp_path, street(), blocks()), missing="zero").district.buildings
    assert buildings["households"].tolist() == [120, 200, 0, 0] and buildings["households"].dtype == np.int64
    assert buildings["count_missing"].tolist() == [False, False, True, False]
    assert not buildings["estimated"].any()


def test_estimate_marks_what_it_guessed(tmp_path):
    frame = street(households=[None, None, 5, 0], use=["住宅", "办公", None, None], floors=[9, 9, 9, 9])
    buildings = decide(check(tmp_path, frame, blocks()), missing="estimate").district.buildings
    assert buildings["households"].tolist() == [10, 0, 5, 0]
    assert (
        buildings["estimated"].tolist() == [True, True, False, False] and not buildings["count_missing"].any()
    )


def test_nothing_to_decide_needs_no_decision(tmp_path):
    checked = check(tmp_path, street(households=[1, 2, 3, 4]), blocks())
    assert decide(checked, "stop", "stop").district.buildings["households"].sum() == 10


# ── shapes repaired ──


def test_z_bow_ties_and_orientation_are_repaired_and_told(tmp_path):
    x, y = EAST + 35, NORTH + 25
    tie = shapely.Polygon([(x, y), (x + 10, y + 10), (x + 10, y), (x, y + 10)])
    frame = street()
    frame.geometry = [shapely.force_3d(house(5)), tie, house(65).reverse(), house(95)]
    checked = check(tmp_path, frame, blocks())
    shapes = checked.district.buildings.geometry
    assert shapes.is_valid.all() and not shapes.has_z.any() and (shapes.area > 0).all()
    assert "b1" in found(checked, "repaired_z")
    assert found(checked, "repaired_rings_area") == ("b2",) and shapes.iloc[1].area == pytest.approx(50)
    turned = shapely.is_ccw(shapely.get_exterior_ring(shapely.get_geometry(shapes.to_numpy(), 0)))
    assert turned.all() and "b3" in found(checked, "repaired_orientation")


def test_a_layer_that_runs_clockwise_throughout_is_a_habit_not_a_defect(tmp_path):
    frame = street(households=[1, 2, 3, 4])
    frame.geometry = frame.geometry.reverse()
    checked = check(tmp_path, frame, blocks())
    turned = shapely.is_ccw(shapely.get_exterior_ring(checked.district.buildings.geometry.to_numpy()))
    assert turned.all() and "repaired_orientation" not in {f.code.split(".")[1] for f in checked.findings}


def test_a_building_of_two_parts_stays_one(tmp_path):
    frame = street()
    frame.geometry = [shapely.union(house(5), house(25)), house(35), house(65), house(95)]
    checked = check(tmp_path, frame, blocks())
    assert len(checked.district.buildings) == 4 and found(checked, "multi_part") == ("b1",)


def test_one_feature_that_holds_an_estate_is_told(tmp_path):
    frame = street()
    estate = shapely.MultiPolygon([house(1 + i * 2, 5, 1) for i in range(20)])
    frame.geometry = [estate, house(35), house(65), house(95)]
    assert found(check(tmp_path, frame, blocks()), "many_parts") == ("b1",)


def test_parts_far_apart_stay_one_building_and_are_told(tmp_path):
    """b1: steps of 25 m, near; b2: 190 m apart"""
    frame = street(households=[1, 70, 3, 4])
    frame.geometry = [
        shapely.MultiPolygon([house(5), house(40), house(75)]),
        shapely.MultiPolygon([house(35, 40), house(235, 40)]),
        house(65),
        house(95),
    ]
    checked = check(tmp_path, frame, blocks())
    assert found(checked, "multi_part") == ("b1",) and found(checked, "parts_far") == ("b2",)
    assert len(checked.district.buildings) == 4


def test_what_repeats_an_id_decides_what_to_do(tmp_path):
    """x: the same row again; y: two pieces, one count; z: two counts"""
    frame = pd.concat([street(), street()], ignore_index=True)
    frame["building_id"] = list("xyzwxyzv")
    frame["households"] = pd.array([9, 8, 7, 1, 9, None, 6, 1], dtype="Int64")
    frame.loc[5, "geometry"] = house(35, 40)
    checked = check(tmp_path, frame, blocks())
    assert found(checked, "id_again") == ("x",) and found(checked, "id_in_pieces") == ("y",)
    assert found(checked, "id_of_others") == ("z",) and set(reasons(checked)) == {5, 6, 7}


def test_labels_inside_footprints_are_told(tmp_path):
    """b1 has a point of its count inside, b2 one of its id, b3 one of another count"""
    spots = [shapely.Point(EAST + x, NORTH + 28) for x in (8, 38, 68)]
    points = gpd.GeoDataFrame(
        {"building_id": ["p", "b2", "q"], "households": [120, 1, 2]}, geometry=spots, crs=CRS
    )
    frame = pd.concat([street(households=[120, 200, 6, 0]), points], ignore_index=True)
    checked = check(tmp_path, frame, blocks())
    assert found(checked, "labels") == ("b2", "p")
    (told,) = [f for f in checked.findings if f.code == "check.labels"]
    assert told.facts["households"] == 121


def test_slivers_beside_a_building_are_kept_and_told(tmp_path):
    frame = street(households=[1, None, 0, 4])
    frame.geometry = [house(5), house(15, side=2), house(65, side=2), house(95)]
    checked = check(tmp_path, frame, blocks())
    assert found(checked, "slivers") == ("b2",) and len(checked.district.buildings) == 4


def test_a_two_point_ring_is_a_bad_row_not_a_crash(tmp_path):
    (tmp_path / "buildings.geojson").write_text(
        '{"type":"FeatureCollection","features":['
        '{"type":"Feature","properties":{"building_id":"a","households":3},'
        '"geometry":{"type":"Polygon","coordinates":[[[125.3,43.8],[125.31,43.8]]]}},'
        '{"type":"Feature","properties":{"building_id":"b","households":4},'
        '"geometry":{"type":"Polygon","coordinates":[[[125.3,43.8],[125.301,43.8],[125.301,43.801],[125.3,43.8]]]}}]}'
    )
    checked = check_district(read_district(tmp_path / "buildings.geojson"), POLICY)
    assert checked.bad["building_id"].tolist() == ["a"] and checked.bad["households"].tolist() == [3]


def test_points_labels_and_doubles_are_told(tmp_path):
    frame = street()
    frame.geometry = [
        house(5),
        house(5),
        shapely.Point(EAST + 70, NORTH + 30),
        shapely.Point(EAST + 70, NORTH + 30),
    ]
    checked = check(tmp_path, frame, blocks())
    assert found(checked, "same_shape") == ("b1", "b2")
    assert found(checked, "same_point") == found(checked, "points_among_polygons") == ("b3", "b4")


def test_overlaps_tiny_and_large_buildings_are_told(tmp_path):
    frame = street(households=[501, 500, 3, 4], units=[None, None, None, "2"])
    frame.geometry = [house(5), house(10), house(65, side=2), house(95)]
    checked = check(tmp_path, frame, blocks())
    assert found(checked, "overlap") == ("b1", "b2") and found(checked, "tiny") == ("b3",)
    assert found(checked, "above_maximum") == ("b1",)


def test_households_where_nobody_lives_are_told(tmp_path):
    checked = check(tmp_path, street(use=["商业", "住宅", "办公", "学校"]), blocks())
    assert found(checked, "non_residential") == ("b1",)


def test_other_layers_lose_only_what_has_no_shape(tmp_path):
    line = shapely.LineString([(EAST + 60, NORTH), (EAST + 60, NORTH + 60)])
    barriers = gpd.GeoDataFrame({"kind": ["river", "road"]}, geometry=[shapely.force_3d(line), None], crs=CRS)
    checked = check(tmp_path, street(), blocks(), barriers=barriers)
    assert (
        checked.district.barriers["kind"].tolist() == ["river"] and not checked.district.barriers.has_z.any()
    )
    assert found(checked, "rows_without_shape") == ("2",)


# ── communities ──


def test_a_stated_community_wins_where_the_building_touches_it(tmp_path):
    frame = street(community_id=["A", "Z", "A", None])
    frame.geometry = [house(5), house(35), house(58), house(95)]  # b3: 2 m in A, 8 m in B
    checked = check(tmp_path, frame, blocks())
    assert checked.district.buildings["community_id"].tolist() == ["A", "A", "A", "B"]
    assert found(checked, "community_kept") == ("b3",) == found(checked, "crosses_line")
    assert found(checked, "community_unknown") == ("b2",)


def test_a_stated_community_far_away_loses_to_the_outlines(tmp_path):
    frame = street(community_id=["B", "A", "B", "B"])
    checked = check(tmp_path, frame, blocks())
    assert checked.district.buildings["community_id"].tolist() == ["A", "A", "B", "B"]
    assert found(checked, "community_elsewhere") == ("b1",)


def test_most_of_the_area_decides_without_a_statement(tmp_path):
    frame = street()
    frame.geometry = [house(5), house(53), house(57), house(55)]  # 7:3, 3:7, 5:5
    checked = check(tmp_path, frame, blocks())
    assert checked.district.buildings["community_id"].tolist() == ["A", "A", "B", "A"]
    assert found(checked, "crosses_line") == ("b2", "b3", "b4")


def test_a_point_on_the_line_belongs_to_the_smaller_id(tmp_path):
    frame = street()
    frame.geometry = [shapely.Point(EAST + 60, NORTH + 5)] * 4
    assert set(check(tmp_path, frame, blocks()).district.buildings["community_id"]) == {"A"}


def test_without_outlines_the_buildings_own_ids_make_communities(tmp_path):
    checked = check(tmp_path, street(community_id=["K", "K", "J", None]))
    communities = checked.district.communities
    assert communities["community_id"].tolist() == ["J", "K"] and communities.geometry.isna().all()
    assert reasons(checked) == {4: "bad_community_missing"} and "communities_from_buildings" in codes(checked)


@pytest.mark.parametrize(("largest", "level"), [(5679, "note"), (5681, "warning")])
def test_without_ids_the_whole_input_is_one_community(tmp_path, largest, level):
    policy = POLICY.model_copy(update={"households_absurd": 9000})
    path = write(tmp_path, buildings=street(households=[120, 200, largest, 0]))
    checked = check_district(read_district(path), policy)
    assert checked.district.communities["community_id"].tolist() == ["town"]
    (finding,) = [f for f in checked.findings if f.code == "check.one_community"]
    assert finding.level == level and finding.facts["households"] == 320 + largest


def test_one_id_on_two_rows_is_one_community(tmp_path):
    frame = blocks(community_id=["A", "A"])
    communities = check(tmp_path, street(), frame).district.communities
    assert communities["community_id"].tolist() == ["A"] and communities.geometry.iloc[
        0
    ].area == pytest.approx(7200)


def test_outlines_without_id_or_shape_are_told_and_their_buildings_are_outside(tmp_path):
    frame = blocks(community_id=["A", None])
    checked = check(tmp_path, street(), frame)
    assert "outline_without_id" in codes(checked) and set(reasons(checked).values()) == {"bad_outside"}
    frame = blocks()
    frame.geometry = [block(0), None]
    assert found(check(tmp_path, street(), frame), "outline_missing") == ("B",)


def test_a_building_between_two_outlines_is_outside_and_the_gap_is_told(tmp_path):
    """A | street of 20 m with b2 in it | B"""
    frame = blocks()
    frame.geometry = [block(0, width=30), block(50, width=70)]
    checked = check(tmp_path, street(households=[1, 2, 3, 4]), frame)
    (gap,) = [f for f in checked.findings if f.code == "check.outlines_gap"]
    assert gap.ids == ("A", "B") and gap.facts["n"] == 1 and 1000 < gap.facts["area"] <= 1200
    assert gap.facts["around"] == (f"A–B {gap.facts['area']} m²",)
    assert found(checked, "building_in_gap") == ("b2",) == found(checked, "bad_outside")


def test_outlines_inside_one_another_in_parts_and_with_holes_are_told(tmp_path):
    frame = blocks()
    frame.geometry = [shapely.union(block(0), block(200)), house(20, side=30)]
    checked = check(tmp_path, street(households=[1, 2, 3, 4]), frame)
    assert found(checked, "outline_inside") == ("B", "A") and found(checked, "outline_parts") == ("A",)
    assert checked.district.buildings["community_id"].tolist() == ["A", "B"]
    frame.geometry = [shapely.difference(block(0), house(20, side=5)), block(60)]
    (tmp_path / "b").mkdir()
    assert found(check(tmp_path / "b", street(), frame), "outline_hole") == ("A",)


def test_empty_communities_are_told(tmp_path):
    checked = check(tmp_path, street(households=[1, 1, None, 0], floors=[1, 1, 1, 1]), blocks())
    assert found(decide(checked, missing="zero"), "communities_empty") == ("B",)
    assert "communities_empty" not in codes(checked) + codes(decide(checked, missing="estimate"))


def test_a_district_where_nobody_lives_is_told(tmp_path):
    nobody = check(tmp_path, street(households=[0, 0, 0, 0]), blocks())
    (told,) = [f for f in decide(nobody, "stop", "stop").findings if f.code == "check.no_households"]
    assert told.level == "warning" and told.facts == {"n": 4}
    assert "check.no_households" in {f.code for f in tell_open(nobody, POLICY)}
    unknown = check(tmp_path, street(households=[0, 0, None, 0]), blocks())
    assert "no_households" in codes(decide(unknown, missing="zero"))
    assert "check.no_households" not in {f.code for f in tell_open(unknown, POLICY)}
    assert "no_households" not in codes(decide(check(tmp_path, street(households=[0, 0, 1, 0]), blocks())))


def test_nothing_depends_on_the_order_of_the_files(tmp_path):
    one = decide(check(tmp_path, street(), blocks())).district
    (tmp_path / "r").mkdir()
    two = decide(check(tmp_path / "r", street().iloc[::-1], blocks().iloc[::-1])).district
    assert one.buildings.drop(columns="row").equals(two.buildings.drop(columns="row"))
    assert one.communities.drop(columns="row").equals(two.communities.drop(columns="row"))


def test_arguments_are_left_alone(tmp_path):
    district = read_district(write(tmp_path, buildings=street(), communities=blocks()))
    before = (district.buildings.copy(), district.communities.copy())
    decide(check_district(district, POLICY), missing="estimate")
    assert district.buildings.equals(before[0]) and district.communities.equals(before[1])


# ── real cities ──

REAL = {
    "paris": (
        "paris11_west.gpkg",
        "households=dwellings,building_id=batiment_c,communities.community_id=code_iris",
        "communities=iris",
    ),
    "nantes": (
        "nantes.gpkg",
        "households=NB_LOGTS,building_id=ID,use=USAGE1,communities.community_id=idobj",
        "communities=quartiers",
    ),
    "singapore": (
        "singapore_east.gpkg",
        "households=total_dwelling_units,building_id=blk_no_street,communities.community_id=SUBZONE_N",
        "buildings=hdb_blocks,communities=subzones",
    ),
}


def city(name):
    file, columns, layers = REAL[name]
    options = replace(ReadOptions(), columns=parse_columns(columns), layers=parse_layers(layers))
    return read_district(CITIES / file, options)


@pytest.mark.cities
@pytest.mark.skipif(CITIES is None, reason="the shared real cities are not here")
@pytest.mark.parametrize(
    ("name", "total", "missing", "communities", "empty"),
    [("paris", 43_908, 163, 34, 5), ("nantes", 39_108, 2753, 11, 6), ("singapore", 408_513, 0, 78, 36)],
)
def test_real_cities_settle_to_the_household(name, total, missing, communities, empty):
    district = city(name)
    checked = check_district(district, POLICY)
    assert checked.bad.empty and len(checked.missing_ids) == missing
    outlines = checked.district.communities.geometry.to_numpy()
    assert len(outlines) == communities and shapely.coverage_is_valid(outlines)
    given = district.communities.sort_values("community_id").geometry.make_valid().to_numpy()
    assert (
        shapely.area(shapely.symmetric_difference(outlines, given)).max() < 60
    )  # m²: the overlaps as published
    decided = decide(checked, "stop", "zero")
    assert len(found(decided, "communities_empty")) == empty
    settled = decided.district.buildings
    assert settled["households"].sum() == total and settled["count_missing"].sum() == missing
    if name == "nantes":
        assert len(found(checked, "crosses_line")) == 18 and len(found(checked, "non_residential")) == 258
        dwellings = settled.groupby("community_id")["households"].sum()
        assert sorted(dwellings) == [0, 2640, 3315, 4674, 8347, 20132]
    if name == "singapore":
        assert len(found(checked, "same_point")) == 20 and len(found(checked, "above_maximum")) == 1


@pytest.mark.cities
@pytest.mark.skipif(CITIES is None, reason="the shared real cities are not here")
def test_every_outline_of_paris_misses_its_neighbours_and_is_made_to_fit():
    district = city("paris")
    edges = shapely.coverage_invalid_edges(district.communities.geometry.to_numpy())
    assert (~shapely.is_empty(edges)).sum() == 34
    checked = check_district(district, POLICY)
    assert shapely.coverage_is_valid(checked.district.communities.geometry.to_numpy())
    told = [f for f in checked.findings if f.layer == "communities"]
    assert [(f.code, f.facts["n"]) for f in told] == [("check.outlines_snapped", 117)]
    assert told[0].facts["area"] == pytest.approx(275, abs=2)  # m² of 1.8 million


# ── what a planner reads ──


def mess():
    """Twelve houses in three rows, each with a count as real tables hold it."""
    frame = pd.concat([street()] * 3, ignore_index=True)
    frame["building_id"] = [f"b{i:02d}" for i in range(12)]
    frame["households"] = [
        "2008042", "-5", "0.0476", "１２户", " 1860", "1,220 户", "不详", "", "12.0", "约30", "0", "33",
    ]  # fmt: skip
    frame.geometry = [house(x, y) for y in (5, 25, 45) for x in (5, 35, 65, 95)]
    return frame


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("zh", [
            "✕ 1 行的户数为负数：-5。请更正；不知道的请留空。 [b01]",
            "✕ 1 行的户数不是整数：0.0476。请改为整数；不知道的请留空。 [b02]",
            "✕ 1 行的户数不是数字：约30。请改为数字；不知道的请留空。 [b09]",
            "✕ 1 行单栋户数超过 5000 户：2008042。可能误填了小区或全区总数，请更正。 [b00]",
            "共 4 行、2008042 户",
            "✕ 2 栋楼（25.0%）户数不明",
            "· 4 栋楼的户数由文字读出（１２户→12,  1860→1860, 1,220 户→1220），请核对。 [b03、b04、b05、b08]",
        ]),
        ("en", [
            "✕ Rows with a negative number of households: 1 (-5). Correct them",
            "✕ Rows with a fraction for a number of households: 1 (0.0476). Give whole numbers",
            "✕ Rows with something for a number of households that is no number: 1 (约30). Write a number",
            "✕ Rows with more than 5000 households in one building: 1 (2008042). Perhaps the total",
            "Rows: 4; households: 2008042.",
            "[b00]", "[b01]", "[b02]", "[b09]", "[b03, b04, b05, b08]",
            "✕ Buildings whose household count is not known: 2 (25.0 %)",
            "· Household counts read out of text: 4 (１２户→12,  1860→1860, 1,220 户→1220). Look",
        ]),
    ],
)  # fmt: skip
def test_the_command_says_what_is_wrong_with_counts(tmp_path, lang, lines):
    path = write(tmp_path, buildings=mess(), communities=blocks())
    code, told, _ = run("check", path, "--lang", lang)
    assert code == 4 and not [line for line in lines if line not in told], told


def test_whole_floats_are_counts_and_nan_is_unknown(tmp_path):
    checked = check(tmp_path, street(households=[12.0, np.nan, 0.0, 3.0]), blocks())
    assert checked.district.buildings["households"].tolist() == [12, pd.NA, 0, 3]
    assert codes(checked) == ["count_missing"]
