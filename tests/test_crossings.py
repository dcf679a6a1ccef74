"""Where roads pass barriers: bridges, underpasses, level crossings found; streets along a river are none."""

from __future__ import annotations

import geopandas as gpd
import pytest
from ground import CRS, atoms, house, outline
from shapely import LineString, Point, Polygon, box

from gridder.adjacency import build_edges
from gridder.barriers import append_rows, prepare_barriers
from gridder.cells import draw_cells
from gridder.crossings import tell_idle
from gridder.policy import load_policy
from gridder.text import say_finding

POLICY = load_policy()
ROAD = [(-50, 50), (150, 50)]  # west to east
RAIL = [(50, -20), (50, 120)]  # south to north


def table(*rows: tuple) -> gpd.GeoDataFrame:
    """Return barriers of (kind, points or shape[, passage[, name]])."""
    full = [(*row, None, "")[:4] if len(row) == 2 else (*row, "")[:4] for row in rows]
    shapes = [LineString(shape) if isinstance(shape, list) else shape for _, shape, *_ in full]
    columns = {
        "kind": [r[0] for r in full],
        "name": [r[3] for r in full],
        "passage": [r[2] for r in full],
        "row": range(1, len(full) + 1),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def found(*rows: tuple, policy=POLICY) -> gpd.GeoDataFrame:
    """Return the crossings found among barriers."""
    made, _ = prepare_barriers(table(*rows), None, policy)
    return made[made["made"] == "road"].reset_index(drop=True)


def codes(*rows: tuple, policy=POLICY) -> dict[str, dict]:
    """Return the facts of the findings by code."""
    return {f.code: dict(f.facts) for f in prepare_barriers(table(*rows), None, policy)[1]}


@pytest.mark.parametrize("kind", ["river", "railway"])
@pytest.mark.parametrize("way", ["road", "arterial", "path"])
def test_a_way_that_meets_a_river_or_railway_passes_it(kind, way):
    crossings = found((kind, RAIL), (way, ROAD, None, "人民路"))
    assert list(crossings["kind"]) == ["crossing"] and list(crossings["name"]) == ["人民路"]
    assert crossings.geometry[0].crosses(LineString(RAIL)) and crossings.geometry[0].length < 5


def test_an_expressway_is_passed_only_where_the_way_is_flagged():
    expressway = ("expressway", RAIL)
    assert found(expressway, ("road", ROAD)).empty
    assert codes(expressway, ("road", ROAD))["crossings.closed"]["expressway"] == 1
    flagged = found(expressway, ("road", ROAD, "tunnel"))
    assert list(flagged["passage"]) == ["tunnel"]


def test_the_flag_counts_where_the_bridge_is_not_along_the_whole_road():
    """A road in three pieces, the middle one a bridge; it meets two expressways, one below the bridge."""
    rows = [
        ("expressway", RAIL),
        ("expressway", [(120, -20), (120, 120)]),
        ("road", [(-50, 50), (30, 50)]),
        ("road", [(30, 50), (70, 50)], "bridge"),
        ("road", [(70, 50), (200, 50)]),
    ]
    crossings = found(*rows)
    assert [round(shape.centroid.x) for shape in crossings.geometry] == [50]


def test_a_street_below_an_elevated_expressway_passes_it():
    pieces = [("expressway", [(50, -20), (50, 30)]), ("expressway", [(50, 30), (50, 80)], "bridge")]
    below, before = ("road", ROAD), ("road", [(-50, 10), (150, 10)])
    assert [round(shape.centroid.y) for shape in found(*pieces, below, before).geometry] == [50]


def test_a_road_that_is_an_expressway_itself_is_no_way_to_walk():
    assert found(("river", RAIL), ("expressway", ROAD, "bridge")).empty


def test_without_the_rule_only_flagged_ways_pass():
    strict = POLICY.model_copy(update={"road_line_crosses": False})
    assert found(("railway", RAIL), ("road", ROAD), policy=strict).empty
    assert codes(("railway", RAIL), ("road", ROAD), policy=strict)["crossings.closed"]["railway"] == 1
    assert len(found(("railway", RAIL), ("road", ROAD, "bridge"), policy=strict)) == 1


def test_a_street_along_a_railway_drawn_a_little_across_it_does_not_pass_it():
    """The street wavers over the line by half a metre and back."""
    street = [(49, -20), (49, 30), (50.5, 40), (49, 50), (49, 120)]
    assert found(("railway", RAIL), ("road", street)).empty


def test_a_street_that_runs_out_at_the_barrier_does_not_pass_it():
    assert found(("railway", RAIL), ("road", [(0, 50), (50.2, 50)])).empty


def test_a_road_continued_by_another_passes_although_its_own_line_ends_behind_the_barrier():
    crossings = found(("railway", RAIL), ("road", [(0, 50), (50.3, 50)]), ("road", [(50.3, 50), (150, 50)]))
    assert len(crossings) == 1


def test_the_tracks_of_one_railway_are_passed_at_once():
    tracks = [("railway", [(50 + 5 * n, -20), (50 + 5 * n, 120)]) for n in range(4)]
    crossings = found(*tracks, ("road", ROAD))
    assert len(crossings) == 1
    assert all(crossings.geometry[0].crosses(LineString(track)) for _, track in tracks)


def test_a_bridge_reaches_from_bank_to_bank():
    crossings = found(("river", box(30, -20, 70, 120)), ("road", ROAD))
    assert crossings.geometry[0].length == pytest.approx(42, abs=0.1)


def test_an_embankment_road_that_cuts_the_edge_of_the_water_is_no_bridge():
    """The river's edge bends; the road along it is drawn over the bend."""
    river = Polygon([(30, -100), (30, 40), (27, 50), (30, 60), (30, 200), (70, 200), (70, -100)])
    assert found(("river", river), ("road", [(29, -90), (29, 190)])).empty


def test_a_pier_is_no_bridge_and_an_island_is_reached_by_one():
    lake = box(0, 0, 100, 100).difference(box(40, 40, 60, 60))
    assert found(("river", lake), ("road", [(-50, 20), (50, 20)])).empty
    assert len(found(("river", lake), ("road", [(-50, 50), (50, 50)]))) == 1


def test_a_crossing_of_the_input_is_not_repeated():
    assert found(("railway", RAIL), ("road", ROAD), ("crossing", Point(50, 52))).empty
    assert len(found(("railway", RAIL), ("road", ROAD), ("crossing", Point(50, 70)))) == 1


def test_the_list_names_ways_and_places():
    rows = table(("river", RAIL), ("railway", [(80, -20), (80, 120)]), ("road", ROAD, None, "解放大路"))
    (finding,) = prepare_barriers(rows, None, POLICY)[1]
    assert finding.ids == ("解放大路 (50 50)", "解放大路 (80 50)")
    over = {"river": 1, "railway": 1}
    assert finding.facts == {"n": 2, "flagged": 0, "expressway": 0, "over": over} | over
    assert "（河流 1、铁路 1；" in say_finding("zh", finding) and "expressway" not in say_finding(
        "en", finding
    )


def test_nothing_depends_on_the_order_of_rows():
    rows = [
        ("railway", RAIL),
        ("road", ROAD, None, "a"),
        ("river", [(80, -20), (80, 120)]),
        ("path", [(0, 9), (99, 9)]),
    ]
    one, other = found(*rows), found(*rows[::-1])
    assert list(one.geometry.to_wkt()) == list(other.geometry.to_wkt())


def edges_with(rows: list[tuple], bounds=(0, 0, 100, 100), **houses):
    """Return edges by pair of cells, and the idle crossings, as a district's preparation makes them."""
    given = atoms({name: house(*spot) for name, spot in houses.items()})
    lines, _ = prepare_barriers(table(*rows), outline(*bounds), POLICY)
    ground = draw_cells(given, outline(*bounds), lines, POLICY)
    lines = append_rows(lines, ground.between)
    edges = build_edges(ground.cells, given, lines, POLICY)
    idle = tell_idle(lines, edges, ground.cells, POLICY)
    return {(e.cell_a, e.cell_b): e for e in edges.itertuples()}, idle


def test_a_road_over_the_railway_joins_the_cells_on_its_two_sides_only():
    """a | c over b | d; the road runs between the rows and touches all four: the two above and the two below join."""
    rows = [("railway", RAIL), ("road", [(-5, 40), (105, 40)])]
    edges, _ = edges_with(rows, a=(10, 80), e=(10, 45), b=(10, 10), c=(70, 80), f=(70, 45), d=(70, 10))
    assert {pair for pair, e in edges.items() if e.kind == "crossing"} == {("e", "f"), ("b", "d")}
    assert not edges["a", "c"].passable


def test_a_bridge_over_a_wide_river_joins_its_banks():
    """The river is 200 m wide, more than the reach of a crossing that is a point."""
    rows = [("river", box(-10, 100, 110, 300)), ("road", [(50, -10), (50, 410)])]
    edges, _ = edges_with(rows, (0, 0, 100, 400), n=(55, 350), s=(55, 40))
    assert (edges["n", "s"].kind, edges["n", "s"].passable) == ("crossing", True)


def test_a_crossing_that_opens_nothing_is_told():
    _, idle = edges_with([("railway", RAIL), ("crossing", Point(50, 50))], a=(10, 45), b=(70, 45))
    assert idle == []
    _, idle = edges_with([("road", RAIL), ("crossing", Point(50, 50), None, "东门")], a=(10, 45), b=(70, 45))
    assert [(f.code, f.ids) for f in idle] == [("crossings.opens_nothing", ("东门 (50 50)",))]
