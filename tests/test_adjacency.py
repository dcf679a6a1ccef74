"""Neighbours, what runs along their boundary, and where one may pass."""

from __future__ import annotations

import geopandas as gpd
import pytest
from ground import CRS, atoms, barriers, crossing, house, outline
from shapely import box

from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.policy import load_policy

POLICY = load_policy()


def edges_of(table, lines, bounds=(0, 0, 100, 100)):
    """Return the edges by pair of cells."""
    lines = barriers(*lines).set_crs(CRS, allow_override=True)
    ground = draw_cells(table, outline(*bounds), lines, POLICY)
    edges = build_edges(ground.cells, table.sort_index(), lines, POLICY)
    return {(e.cell_a, e.cell_b): e for e in edges.itertuples()}


def test_length_and_price_of_a_plain_boundary():
    edge = edges_of(atoms({"a": house(10, 45), "b": house(70, 45)}), [])["a", "b"]
    assert (edge.kind, edge.passable, edge.barrier_m) == ("plain", True, 0)
    assert edge.boundary_m == pytest.approx(100, abs=0.5)
    assert edge.cost == pytest.approx(edge.boundary_m * POLICY.cost_plain)


@pytest.mark.parametrize("kind", ["road", "arterial", "wall"])
def test_roads_and_walls_make_a_boundary_cheap_and_can_be_crossed(kind):
    edge = edges_of(atoms({"a": house(10, 45), "b": house(70, 45)}), [(kind, [(50, -5), (50, 105)])])[
        "a", "b"
    ]
    assert (edge.kind, edge.passable) == (kind, True)
    assert edge.cost == pytest.approx(100 * getattr(POLICY, f"cost_{kind}"), rel=0.01)
    assert edge.barrier_m == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("kind", ["river", "railway", "expressway"])
def test_an_uncrossable_line_separates(kind):
    edge = edges_of(atoms({"a": house(10, 45), "b": house(70, 45)}), [(kind, [(50, -5), (50, 105)])])[
        "a", "b"
    ]
    assert (edge.kind, edge.passable) == (kind, False)


def test_a_crossing_opens_only_the_two_cells_nearest_to_it():
    """a | c over b | d, a railway between the columns, an underpass beside a and c."""
    table = atoms({"a": house(10, 70), "b": house(10, 20), "c": house(70, 70), "d": house(70, 20)})
    edges = edges_of(table, [("railway", [(50, -5), (50, 105)]), crossing(52, 80)])
    assert (edges["a", "c"].kind, edges["a", "c"].passable) == ("crossing", True)
    assert (edges["b", "d"].kind, edges["b", "d"].passable) == ("railway", False)


def test_a_crossing_far_from_every_barrier_opens_nothing():
    table = atoms({"a": house(10, 45), "b": house(70, 45)})
    far = 50 + POLICY.crossing_reach_m + 5
    edges = edges_of(table, [("railway", [(50, -5), (50, 105)]), crossing(far, 50)], (0, 0, 200, 100))
    assert not edges["a", "b"].passable


def test_a_crossing_at_the_corner_of_two_communities_serves_both():
    """a | b above, c | d below, the railway between the columns and an underpass where the four meet."""
    table = atoms({"a": house(10, 70), "b": house(70, 70), "c": house(10, 20), "d": house(70, 20)})
    table["community_id"] = ["C", "C", "D", "D"]
    outlines = gpd.GeoSeries({"C": box(0, 50, 100, 100), "D": box(0, 0, 100, 50)}, crs=CRS)
    lines = barriers(("railway", [(50, -5), (50, 105)]), crossing(50, 50)).set_crs(CRS, allow_override=True)
    edges = build_edges(draw_cells(table, outlines, lines, POLICY).cells, table, lines, POLICY)
    assert list(zip(edges["cell_a"], edges["cell_b"], edges["kind"])) == [
        ("a", "b", "crossing"),
        ("c", "d", "crossing"),
    ]


def test_a_bridge_crosses_water_drawn_as_an_area():
    table = atoms({"n": house(40, 70), "s": house(40, 20)})
    river = ("river", box(-10, 40, 110, 60))
    assert not edges_of(table, [river])["n", "s"].passable
    assert edges_of(table, [river, crossing(50, 50)])["n", "s"].kind == "crossing"


def test_a_line_that_ends_half_way_leaves_the_rest_open():
    """The railway bars the upper half only: the two still touch below it."""
    table = atoms({"a": house(10, 45), "b": house(70, 45)})
    edge = edges_of(table, [("railway", [(50, 50), (50, 105)]), ("road", [(50, -5), (50, 50)])])["a", "b"]
    assert (edge.kind, edge.passable) == ("road", True)


def test_corner_contact_is_no_contact():
    """Four squares meet in one point: diagonal ones are no neighbours."""
    roads = [("road", [(50, -5), (50, 105)]), ("road", [(-5, 50), (105, 50)])]
    table = atoms({"a": house(10, 70), "b": house(10, 20), "c": house(70, 70), "d": house(70, 20)})
    edges = edges_of(table, roads)
    assert ("a", "d") not in edges and ("b", "c") not in edges
    assert len([e for e in edges.values() if e.passable]) == 4


def test_cutting_a_compound_costs_more():
    table = atoms({"a": house(10, 45), "b": house(70, 45)})
    whole = table.assign(compound="锦绣家园")
    plain, dear = edges_of(table, [])["a", "b"].cost, edges_of(whole, [])["a", "b"].cost
    assert dear == pytest.approx(plain * POLICY.cost_compound_cut)


def test_a_bridge_joins_the_banks_although_neighbours_on_one_bank_part_nearer_to_it():
    """Two houses a bank; on either bank the two cells part in the water exactly below the bridge."""
    table = atoms({"a": house(10, 75), "b": house(70, 75), "c": house(5, 20), "d": house(65, 20)})
    river = ("river", box(-10, 35, 110, 65))
    edges = edges_of(table, [river, crossing(50, 58)])
    assert edges["a", "b"].kind == edges["c", "d"].kind == "plain"
    across = [pair for pair, e in edges.items() if e.kind == "crossing"]
    assert across and all(set(pair) & {"a", "b"} and set(pair) & {"c", "d"} for pair in across)
